import type { Agent } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useIsAdmin } from '../../app/session.tsx';
import { agentTexts } from '../../texts/agents.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { Button } from '../../ui/button.tsx';
import { Discard } from '../../ui/discard.tsx';
import { NumberField, SelectField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { useFormat } from '../../ui/format.ts';
import { Section } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { useToast } from '../../ui/toast.tsx';
import { useDraft } from '../../ui/use-draft.ts';

/** The evaluation that a version has to pass before it is activated. */
export function Gate({ agent }: { readonly agent: Agent }) {
  const texts = useTexts(agentTexts);
  const isAdmin = useIsAdmin();
  const required = agent.require_evaluation;
  return (
    <Section title={texts.gate} description={texts.gateHint}>
      {isAdmin && agent.archived_at === null ? (
        <GateForm key={agent.revision} agent={agent} />
      ) : (
        <p className="muted">{required === null ? texts.noGate : texts.gateAdmins}</p>
      )}
    </Section>
  );
}

function GateForm({ agent }: { readonly agent: Agent }) {
  const texts = useTexts(agentTexts);
  const toast = useToast();
  const format = useFormat();
  const required = agent.require_evaluation;
  const { min_pass_rate = null, min_score = null } = required?.thresholds.overall ?? {};
  const draft = useDraft(`agent.${agent.id}.gate`, {
    dataset_id: required?.dataset_id ?? '',
    rate: (required === null ? 0.9 : min_pass_rate) as number | null,
    days: (required?.max_age_days ?? null) as number | null,
  });
  const { dataset_id, rate, days } = draft.value;
  const {
    data: datasets,
    error,
    refetch,
  } = api.useQuery('get', '/api/v1/datasets', { params: { query: { limit: 100 } } });
  const save = useAction(
    () => {
      const overall = {
        ...required?.thresholds.overall,
        ...(rate !== null && { min_pass_rate: rate }),
      };
      const require_evaluation =
        dataset_id === ''
          ? null
          : {
              ...required,
              ...{ dataset_id, thresholds: { ...required?.thresholds, overall } },
              ...(days !== null && { max_age_days: days }),
            };
      return client.PATCH('/api/v1/agents/{agent}', {
        params: { path: { agent: agent.id } },
        body: { require_evaluation } as never,
      });
    },
    {
      refresh: ['/api/v1/agents'],
      onDone: () => {
        draft.discard();
        toast(texts.saved);
      },
    },
  );
  if (datasets === undefined)
    return error === null ? (
      <Loading>{texts.loadingDatasets}</Loading>
    ) : (
      <Failed problem={error} onRetry={refetch} />
    );
  return (
    <Form problem={save.problem} onSubmit={() => save.run()}>
      <SelectField
        label={texts.dataset}
        pointer="/require_evaluation/dataset_id"
        value={dataset_id}
        choices={[
          { value: '', label: texts.noGate },
          ...datasets.data.map(({ id, name }) => ({ value: id, label: name })),
        ]}
        onChange={(next) => draft.set({ dataset_id: next })}
      />
      {dataset_id !== '' && (
        <div className="row-fields">
          <NumberField
            label={texts.passRate}
            pointer="/require_evaluation/thresholds"
            min={0}
            max={1}
            value={rate}
            onChange={(next) => draft.set({ rate: next })}
          />
          <NumberField
            label={texts.maxAge}
            pointer="/require_evaluation/max_age_days"
            min={1}
            step={1}
            value={days}
            onChange={(next) => draft.set({ days: next })}
          />
        </div>
      )}
      {min_score !== null && <p className="muted">{texts.minScore(format.number(min_score))}</p>}
      <div className="form-actions">
        <Button type="submit" isBusy={save.isRunning}>
          {texts.save}
        </Button>
        <Discard draft={draft} />
      </div>
    </Form>
  );
}
