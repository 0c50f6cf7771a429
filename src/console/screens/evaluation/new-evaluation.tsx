import { useMemo, useState } from 'react';
import { useLocation } from 'wouter';
import type { CreateEvaluation } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { evaluationTexts } from '../../texts/evaluation.ts';
import { AgentField } from '../../ui/agent-filter.tsx';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { CheckField, NumberField, SelectField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Page, Section } from '../../ui/page.tsx';
import { ProblemNote } from '../../ui/states.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { Estimate } from './estimate.tsx';
import { ScorerFields } from './scorer-fields.tsx';
import { emptyScorer, type ScorerDraft, scorerOf } from './scorer-types.ts';
import { VersionChoice } from './version-choice.tsx';

export interface EvaluationDraft {
  readonly dataset: string;
  readonly agent: string;
  readonly versions: readonly string[];
  readonly scorers: readonly ScorerDraft[];
  readonly label: string;
  readonly repetitions: number | null;
  readonly sample: number | null;
  readonly tags: string;
  readonly max_cost: number | null;
  readonly execute_tools: boolean;
}

const filters = { dataset: '', agent: '', version: '' };

const emptyDraft = (from: Readonly<Record<keyof typeof filters, string>>): EvaluationDraft => ({
  ...{ dataset: from.dataset, agent: from.agent },
  versions: from.version === '' ? [] : [from.version],
  scorers: [emptyScorer('contains', '1')],
  ...{ label: '', repetitions: 1, sample: null, tags: '', max_cost: 5, execute_tools: false },
});

const tagsOf = (text: string): string[] =>
  text
    .split(',')
    .map((tag) => tag.trim())
    .filter((tag) => tag !== '');

function bodyOf(draft: EvaluationDraft): CreateEvaluation {
  const { agent, versions, label, sample, max_cost, execute_tools } = draft;
  const tags = tagsOf(draft.tags);
  return {
    ...{ agent, versions: [...versions], max_cost_usd: max_cost, execute_tools },
    scorers: draft.scorers.map(scorerOf),
    repetitions: draft.repetitions ?? 1,
    ...(label.trim() !== '' && { label }),
    ...(sample !== null && { sample }),
    ...(tags.length > 0 && { tags }),
  };
}

export function NewEvaluation() {
  const texts = useTexts(evaluationTexts);
  const [, go] = useLocation();
  const [from] = useUrlState(filters);
  const { dataset, agent, version } = from;
  const base = useMemo(() => emptyDraft({ dataset, agent, version }), [dataset, agent, version]);
  const draft = useDraft(`evaluation.${dataset}.${agent}.${version}`, base);
  const { value, change, set } = draft;
  const [isIncomplete, setIncomplete] = useState(false);
  const start = useAction(
    (wanted: EvaluationDraft, header) =>
      client
        .POST('/api/v1/datasets/{dataset}/evaluations', {
          params: { path: { dataset: wanted.dataset }, header },
          body: bodyOf(wanted),
        })
        .then(({ data }) => data),
    {
      refresh: ['/api/v1/evaluations'],
      onDone: (made) => {
        draft.discard();
        if (made !== undefined) go(`/runs/${made.id}`);
      },
    },
  );
  const submit = () => {
    setIncomplete(value.versions.length === 0);
    return value.versions.length === 0 ? undefined : start.run(value);
  };
  return (
    <Page title={texts.create} back={{ to: '/', label: texts.evaluations }}>
      <Form problem={start.problem} onSubmit={submit} label={texts.create}>
        <DatasetField value={value.dataset} onChange={(id) => set({ dataset: id })} />
        <AgentField
          label={texts.agent}
          pointer="/agent"
          value={value.agent}
          onChange={(id) => set({ agent: id, versions: [] })}
        />
        {value.agent !== '' && (
          <VersionChoice
            agent={value.agent}
            chosen={value.versions}
            isMissing={isIncomplete}
            onChange={(next) =>
              change((before) => ({ ...before, versions: next(before.versions) }))
            }
          />
        )}
        <Section title={texts.scorers} description={texts.scorersHint}>
          <ScorerFields scorers={value.scorers} onChange={(scorers) => set({ scorers })} />
        </Section>
        <NumberField
          label={texts.maxCost}
          hint={texts.maxCostHint}
          pointer="/max_cost_usd"
          value={value.max_cost}
          onChange={(max_cost) => set({ max_cost })}
        />
        <Further value={value} onChange={set} />
        <Estimate draft={value} />
        <DraftActions draft={draft} change={start}>
          {texts.start}
        </DraftActions>
      </Form>
    </Page>
  );
}

function Further({
  value,
  onChange,
}: {
  readonly value: EvaluationDraft;
  readonly onChange: (changes: Partial<EvaluationDraft>) => void;
}) {
  const texts = useTexts(evaluationTexts);
  return (
    <details>
      <summary>{texts.further}</summary>
      <div className="scorer-further">
        <TextField
          label={texts.label}
          hint={texts.labelHint}
          pointer="/label"
          value={value.label}
          onChange={(label) => onChange({ label })}
        />
        <NumberField
          label={texts.repetitions}
          hint={texts.repetitionsHint}
          pointer="/repetitions"
          step={1}
          min={1}
          value={value.repetitions}
          onChange={(repetitions) => onChange({ repetitions })}
        />
        <NumberField
          label={texts.sample}
          hint={texts.sampleHint}
          pointer="/sample"
          step={1}
          min={1}
          value={value.sample}
          onChange={(sample) => onChange({ sample })}
        />
        <TextField
          label={texts.tags}
          hint={texts.tagsHint}
          pointer="/tags"
          value={value.tags}
          onChange={(tags) => onChange({ tags })}
        />
        <CheckField
          label={texts.executeTools}
          hint={texts.executeToolsHint}
          pointer="/execute_tools"
          checked={value.execute_tools}
          onChange={(execute_tools) => onChange({ execute_tools })}
        />
      </div>
    </details>
  );
}

function DatasetField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (id: string) => void;
}) {
  const texts = useTexts(evaluationTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/datasets', {
    params: { query: { limit: 100 } },
  });
  return (
    <>
      <SelectField
        label={texts.dataset}
        {...(data?.data.length === 0 && { hint: texts.noDatasets })}
        value={value}
        onChange={onChange}
        required
        choices={[
          { value: '', label: texts.choose, disabled: true },
          ...(data?.data ?? []).map(({ id, name, case_count }) => ({
            value: id,
            label: texts.datasetWith(name, case_count),
          })),
        ]}
      />
      <ProblemNote problem={error} onRetry={refetch} />
    </>
  );
}
