import type { CreateExperiment, Experiment } from '../../../client/index.ts';

/** An experiment as a person enters it: shares are per cent. */
export interface ExperimentDraft {
  readonly agent: string;
  readonly name: string;
  readonly hypothesis: string;
  readonly mode: Experiment['mode'];
  readonly metric: string;
  readonly effect: number | null;
  readonly guards: readonly GuardDraft[];
  readonly source: 'feedback' | 'goal' | 'judge';
  readonly event: string;
  readonly scorer: string;
  readonly confidence: number | null;
  readonly minimum: number | null;
  readonly prior: boolean;
  /** The first is the control. */
  readonly variants: readonly VariantDraft[];
}

export interface GuardDraft {
  /** Tells the rows of the form apart. */
  readonly key: string;
  readonly metric: string;
  readonly effect: number | null;
}

export interface VariantDraft {
  readonly key: string;
  readonly name: string;
  readonly version: string;
  readonly weight: number | null;
}

export const emptyDraft = (agent: string, control = '', candidate = ''): ExperimentDraft => ({
  ...{ agent, name: '', hypothesis: '', mode: 'fixed', metric: 'success', effect: 10 },
  guards: [
    { key: '1', metric: 'error_rate', effect: 10 },
    { key: '2', metric: 'cost_per_message', effect: 20 },
  ],
  ...{ source: 'feedback', event: 'goal', scorer: '' },
  ...{ confidence: 95, minimum: 100, prior: true },
  variants: [
    { key: '1', name: 'control', version: control, weight: 50 },
    { key: '2', name: 'candidate', version: candidate, weight: 50 },
  ],
});

const percent = (share: number): number => Math.round(share * 1e6) / 1e4;
const share = (value: number | null): number => Math.round((value ?? 0) * 1e4) / 1e6;

/** Returns an experiment as a draft, to change it. */
export function draftOf(experiment: Experiment): ExperimentDraft {
  const { agent_id, name, hypothesis, mode, primary_metric, guard_metrics, settings } = experiment;
  const { success } = settings;
  const controlFirst = [...experiment.variants].sort(
    (a, b) => Number(b.is_control) - Number(a.is_control),
  );
  return {
    ...{ agent: agent_id, name, hypothesis, mode },
    metric: primary_metric.metric,
    effect: percent(primary_metric.minimum_effect),
    guards: guard_metrics.map(({ metric, minimum_effect }) => ({
      ...{ key: metric, metric, effect: percent(minimum_effect) },
    })),
    ...{ source: success.source, event: success.event, scorer: success.scorer_id ?? '' },
    confidence: percent(settings.confidence_level),
    minimum: settings.minimum_subjects,
    prior: settings.uses_prior_behaviour,
    variants: controlFirst.map(({ id, name: called, version_id, weight }) => ({
      ...{ key: id, name: called, version: version_id, weight },
    })),
  };
}

/** Returns the request that creates or changes an experiment. */
export function bodyOf(draft: ExperimentDraft): CreateExperiment {
  const { name, hypothesis, mode, source, event, scorer } = draft;
  return {
    ...{ name, hypothesis, mode },
    primary_metric: { metric: draft.metric, minimum_effect: share(draft.effect) },
    guard_metrics: draft.guards.map(({ metric, effect }) => ({
      ...{ metric, minimum_effect: share(effect) },
    })),
    settings: {
      confidence_level: share(draft.confidence),
      minimum_subjects: draft.minimum ?? 0,
      uses_prior_behaviour: draft.prior,
      success: {
        source,
        ...(source === 'goal' && { event }),
        ...(source === 'judge' && { scorer_id: scorer }),
      },
    },
    variants: draft.variants.map((one, index) => ({
      ...{ name: one.name, version: one.version, weight: one.weight ?? 0 },
      is_control: index === 0,
    })),
  };
}
