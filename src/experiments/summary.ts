import { count } from './recommend.ts';
import type { ExperimentResults, Warning } from './results-schema.ts';
import type { Experiment } from './schema.ts';
import type { StoredExperiment } from './store.ts';

type Figures = Pick<
  ExperimentResults,
  'variants' | 'required' | 'sample_ratio' | 'recommendation' | 'mode'
>;

/** Returns the state of an experiment in words. */
export function summaryOf(
  { status, variants }: StoredExperiment,
  results: Pick<Figures, 'variants' | 'recommendation'>,
): string {
  const subjects = results.variants.reduce((sum, { exposures }) => sum + exposures, 0);
  const counted = `${count(subjects)} ${subjects === 1 ? 'subject' : 'subjects'} in ${variants.length} variants`;
  const state = { draft: 'Not started', running: 'Running', paused: 'Paused' } as const;
  const ended = status === 'concluded' || status === 'stopped';
  const head = ended ? `Ended (${status})` : state[status];
  return `${head}: ${counted}. ${results.recommendation.reason}`;
}

/** Returns what a reader of the results must know. */
export function warningsOf(
  { epoch, settings, primary_metric, mode }: Experiment,
  { variants, sample_ratio }: Pick<Figures, 'variants' | 'sample_ratio'>,
  hasPrior: boolean,
): Warning[] {
  const warnings: Warning[] = [];
  const warn = (isTrue: boolean, code: Warning['code'], detail: string) => {
    if (isTrue) warnings.push({ code, detail });
  };
  const empty = variants[0]?.metrics.flatMap(({ metric }, place) =>
    variants.some(({ metrics }) => metrics[place]?.value === null) ? [`\`${metric}\``] : [],
  );
  const few = variants.filter(({ subjects }) => subjects < settings.minimum_subjects);
  const stopped = variants.filter(({ stopped_at }) => stopped_at !== null);
  warn(
    sample_ratio.is_mismatch,
    'sample_ratio_mismatch',
    'The numbers of subjects do not fit the weights. Do not trust the comparison before the cause is found: a variant that crashes before its run starts, a filter of traffic, pinned versions.',
  );
  warn(
    few.length > 0,
    'few_subjects',
    `Fewer than ${count(settings.minimum_subjects)} subjects: ${few.map(({ name }) => `\`${name}\``).join(', ')}. Nothing is concluded before.`,
  );
  warn(
    empty !== undefined && empty.length > 0,
    'no_data',
    `Without data in some variant: ${empty?.join(', ')}. No rating, event or value of this kind was counted.`,
  );
  warn(
    epoch > 0,
    'weights_changed',
    `The weights have changed ${epoch} ${epoch === 1 ? 'time' : 'times'}. Variants are compared within each time of equal weights, so values of the variants and their difference may disagree.`,
  );
  warn(
    stopped.length > 0,
    'variant_stopped',
    `Stopped, and compared up to then: ${stopped.map(({ name }) => `\`${name}\``).join(', ')}.`,
  );
  warn(
    settings.uses_prior_behaviour && !hasPrior,
    'no_prior_behaviour',
    `Too few subjects have used the agent in the 28 days before their exposure, or \`${primary_metric.metric}\` does not allow it: differences are not adjusted for prior behaviour.`,
  );
  warn(
    mode === 'bandit',
    'bandit',
    'The weights follow the results. Intervals are computed within times of equal weights and stay valid, but a variant with little weight is known less well, and its values are biased downward on average. Use mode `fixed` to measure a difference.',
  );
  return warnings;
}
