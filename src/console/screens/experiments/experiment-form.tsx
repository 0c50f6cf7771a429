import { useMemo } from 'react';
import { useLocation } from 'wouter';
import type { Experiment } from '../../../client/index.ts';
import { api, client } from '../../api/api.ts';
import { useAction } from '../../api/use-action.ts';
import { placeOf } from '../../app/places.ts';
import { useTexts } from '../../texts/catalogue.ts';
import { experimentTexts } from '../../texts/experiments.ts';
import { AgentField } from '../../ui/agent-filter.tsx';
import { DraftActions } from '../../ui/draft-actions.tsx';
import { CheckField, NumberField, SelectField, TextAreaField, TextField } from '../../ui/field.tsx';
import { Form } from '../../ui/form.tsx';
import { Page } from '../../ui/page.tsx';
import { Failed, Loading } from '../../ui/states.tsx';
import { useDraft } from '../../ui/use-draft.ts';
import { useUrlState } from '../../ui/use-url-state.ts';
import { bodyOf, draftOf, type ExperimentDraft, emptyDraft } from './experiment-draft.ts';
import { Forecast } from './forecast.tsx';
import { GuardFields } from './guard-fields.tsx';
import { MetricField } from './metric-field.tsx';
import { SuccessFields } from './success-fields.tsx';
import { VariantFields } from './variant-fields.tsx';

const filters = { agent: '', control: '', candidate: '' };

export function NewExperiment() {
  const texts = useTexts(experimentTexts);
  const [, go] = useLocation();
  const [{ agent, control, candidate }] = useUrlState(filters);
  const base = useMemo(() => emptyDraft(agent, control, candidate), [agent, control, candidate]);
  const draft = useDraft('experiment', base);
  const create = useAction(
    (value: ExperimentDraft, header) =>
      client
        .POST('/api/v1/agents/{agent}/experiments', {
          params: { path: { agent: value.agent }, header },
          body: bodyOf(value),
        })
        .then(({ data }) => data),
    {
      refresh: ['/api/v1/agents'],
      onDone: (made) => {
        draft.discard();
        if (made !== undefined) go(`/${made.id}/setup`);
      },
    },
  );
  return (
    <Page title={texts.create} back={{ to: '/', label: texts.title }} description={texts.newHint}>
      <Form problem={create.problem} onSubmit={() => create.run(draft.value)} label={texts.create}>
        <Fields draft={draft} isNew />
        <DraftActions draft={draft} change={create}>
          {texts.createDraft}
        </DraftActions>
        <Outlook value={draft.value} />
      </Form>
    </Page>
  );
}

export function EditExperiment({ id }: { readonly id: string }) {
  const texts = useTexts(experimentTexts);
  const { data, error, refetch } = api.useQuery('get', '/api/v1/experiments/{experiment}', {
    params: { path: { experiment: id } },
  });
  if (data !== undefined) return <Edit experiment={data} />;
  if (error !== null) return <Failed problem={error} onRetry={refetch} />;
  return <Loading>{texts.loadingOne}</Loading>;
}

function Edit({ experiment }: { readonly experiment: Experiment }) {
  const texts = useTexts(experimentTexts);
  const [, go] = useLocation();
  const { id, name, revision } = experiment;
  const base = useMemo(() => draftOf(experiment), [experiment]);
  const draft = useDraft(`experiment.${id}.${revision}`, base);
  const save = useAction(
    (value: ExperimentDraft) =>
      client.PATCH('/api/v1/experiments/{experiment}', {
        params: { path: { experiment: id } },
        body: bodyOf(value),
      }),
    {
      refresh: ['/api/v1/experiments', '/api/v1/agents'],
      onDone: () => {
        draft.discard();
        go(`/${id}/setup`);
      },
    },
  );
  return (
    <Page
      title={texts.editTitle(name)}
      back={{ to: placeOf(`/experiments/${id}/setup`), label: name }}
    >
      <Form problem={save.problem} onSubmit={() => save.run(draft.value)} label={texts.edit}>
        <Fields draft={draft} />
        <DraftActions draft={draft} change={save}>
          {texts.save}
        </DraftActions>
        <Outlook value={draft.value} />
      </Form>
    </Page>
  );
}

/** Below the buttons, which it would move when the figures of the agent arrive. */
const Outlook = ({ value }: { readonly value: ExperimentDraft }) => (
  <Forecast
    agent={value.agent}
    metric={value.metric === 'success' && value.source !== 'feedback' ? '' : value.metric}
    effect={(value.effect ?? 0) / 100}
    minimum={value.minimum ?? 0}
    weights={value.variants.map(({ weight }) => weight ?? 0)}
  />
);

function Fields({
  draft: { value, change, set },
  isNew = false,
}: {
  readonly draft: ReturnType<typeof useDraft<ExperimentDraft>>;
  readonly isNew?: boolean;
}) {
  const texts = useTexts(experimentTexts);
  const usesSuccess = [value.metric, ...value.guards.map(({ metric }) => metric)].includes(
    'success',
  );
  return (
    <>
      {isNew && (
        <AgentField
          label={texts.agent}
          value={value.agent}
          onChange={(agent) =>
            set({ agent, variants: value.variants.map((one) => ({ ...one, version: '' })) })
          }
        />
      )}
      <TextField
        label={texts.name}
        pointer="/name"
        value={value.name}
        onChange={(name) => set({ name })}
        required
        maxLength={100}
      />
      <TextAreaField
        label={texts.hypothesis}
        hint={texts.hypothesisHint}
        pointer="/hypothesis"
        rows={2}
        value={value.hypothesis}
        onChange={(hypothesis) => set({ hypothesis })}
      />
      <VariantFields
        agent={value.agent}
        variants={value.variants}
        onChange={(next) => change((before) => ({ ...before, variants: next(before.variants) }))}
      />
      <MetricField
        label={texts.decidedBy}
        hint={texts.decidedByHint}
        pointer="/primary_metric"
        metric={value.metric}
        effect={value.effect}
        onChange={(metric, effect) => set({ metric, effect })}
      />
      {usesSuccess && <SuccessFields value={value} onChange={set} />}
      <GuardFields guards={value.guards} onChange={(guards) => set({ guards })} />
      <details>
        <summary>{texts.further}</summary>
        <div className="further">
          <SelectField
            label={texts.mode}
            pointer="/mode"
            value={value.mode}
            onChange={(mode) => set({ mode })}
            choices={[
              { value: 'fixed', label: texts.modes.fixed },
              { value: 'bandit', label: texts.modes.bandit },
            ]}
          />
          <NumberField
            label={texts.confidencePercent}
            hint={texts.confidenceHint}
            pointer="/settings/confidence_level"
            value={value.confidence}
            onChange={(confidence) => set({ confidence })}
            required
          />
          <NumberField
            label={texts.minimumSubjects}
            hint={texts.minimumSubjectsHint}
            pointer="/settings/minimum_subjects"
            value={value.minimum}
            onChange={(minimum) => set({ minimum })}
            step={1}
            required
          />
          <CheckField
            label={texts.prior}
            hint={texts.priorHint}
            pointer="/settings/uses_prior_behaviour"
            checked={value.prior}
            onChange={(prior) => set({ prior })}
          />
        </div>
      </details>
    </>
  );
}
