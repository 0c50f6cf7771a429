import { api } from '../../api/api.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { SelectField, TextField } from '../../ui/field.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import type { ExperimentDraft } from './experiment-draft.ts';

/** Who says that an answer was a success: end users, an event, or an online scorer of the agent. */
export function SuccessFields({
  value: { agent, source, event, scorer },
  onChange,
}: {
  readonly value: ExperimentDraft;
  readonly onChange: (changes: Partial<ExperimentDraft>) => void;
}) {
  const texts = useTexts(experimentTexts);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/agents/{agent}/online-scorers',
    { params: { path: { agent } } },
    { enabled: agent !== '' && source === 'judge' },
  );
  return (
    <>
      <SelectField
        label={texts.successIs}
        pointer="/settings/success/source"
        value={source}
        onChange={(next) => onChange({ source: next })}
        choices={(['feedback', 'goal', 'judge'] as const).map((one) => ({
          value: one,
          label: texts.successSources[one](event),
        }))}
      />
      {source === 'goal' && (
        <TextField
          label={texts.eventName}
          hint={texts.eventNameHint}
          pointer="/settings/success/event"
          value={event}
          onChange={(next) => onChange({ event: next })}
          required
        />
      )}
      {source === 'judge' && (
        <SelectField
          label={texts.scorer}
          hint={texts.scorerHint}
          pointer="/settings/success/scorer_id"
          value={scorer}
          onChange={(next) => onChange({ scorer: next })}
          required
          choices={[
            { value: '', label: texts.choose, disabled: true },
            ...(data?.data ?? []).map(({ id, name }) => ({ value: id, label: name })),
          ]}
        />
      )}
      <ProblemNote problem={error} onRetry={refetch} />
    </>
  );
}
