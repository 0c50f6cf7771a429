import type { ExperimentMetric } from '../db/schema/experiments.ts';
import type {
  ExperimentResults,
  GuardResult,
  Recommendation,
  VariantResult,
} from './results-schema.ts';

/** What a recommendation is made of. */
export interface Evidence {
  readonly primary: ExperimentMetric;
  readonly minimum_subjects: number;
  readonly variants: readonly VariantResult[];
  readonly guards: readonly GuardResult[];
  readonly sample_ratio: ExperimentResults['sample_ratio'];
  readonly required: ExperimentResults['required'];
}

export const stoppingRule = (level: number): string =>
  `Promote a variant once its interval against the control lies wholly on the better side, at a confidence of ${percent(level)} over all looks and comparisons together, ` +
  'with the minimum of subjects, no guard worse and no mismatch of the sample ratio. Looking at any time, as often as wanted, keeps this confidence.';

/** Returns what to do now, and why. */
export function recommend(evidence: Evidence): Recommendation {
  const { sample_ratio, variants } = evidence;
  const control = variants.find(({ is_control }) => is_control) ?? null;
  const rivals = variants.filter(
    ({ is_control, stopped_at }) => !is_control && stopped_at === null,
  );
  if (sample_ratio.is_mismatch)
    return go(
      'stop',
      null,
      'The numbers of subjects do not fit the weights, so the variants cannot be compared. Find the cause, then start a new experiment.',
    );
  if (rivals.length === 0)
    return go(
      'stop',
      control,
      'Every variant beside the control has been stopped. Keep the control.',
    );
  return ofBetter(evidence, control, rivals) ?? ofOthers(evidence, control, rivals);
}

const verdictOf = ({ metrics }: VariantResult) =>
  metrics[0]?.versus_control?.verdict ?? 'undecided';

const isLarge = ({ minimum_subjects }: Evidence, variant: VariantResult | null) =>
  variant !== null && variant.subjects >= minimum_subjects;

/** Returns what follows from variants that are better than the control; null if none is. */
function ofBetter(
  evidence: Evidence,
  control: VariantResult | null,
  rivals: readonly VariantResult[],
): Recommendation | null {
  const { guards, primary } = evidence;
  const isSafe = ({ id }: VariantResult) =>
    guards.every(
      ({ variant_id, state }) => variant_id !== id || (state !== 'worse' && state !== 'harmful'),
    );
  const better = rivals.filter((rival) => verdictOf(rival) === 'better');
  const [winner] = better
    .filter((rival) => isSafe(rival) && [rival, control].every((one) => isLarge(evidence, one)))
    .sort((a, b) => (b.probability_best ?? 0) - (a.probability_best ?? 0));
  if (winner !== undefined)
    return go(
      'promote',
      winner,
      `\`${winner.name}\` is better by \`${primary.metric}\`: ${liftOf(winner)}.`,
    );
  const unsafe = better.find((rival) => !isSafe(rival));
  return unsafe === undefined
    ? null
    : go(
        'keep_running',
        null,
        `\`${unsafe.name}\` is better by \`${primary.metric}\`, but worse by a guard. Decide which matters more.`,
      );
}

function ofOthers(
  evidence: Evidence,
  control: VariantResult | null,
  rivals: readonly VariantResult[],
): Recommendation {
  const { primary, minimum_subjects, required } = evidence;
  const hasEnough = [control, ...rivals].every((one) => isLarge(evidence, one));
  const verdicts = new Set(rivals.map(verdictOf));
  if (hasEnough && verdicts.size === 1 && verdicts.has('worse'))
    return go(
      'stop',
      control,
      `Every variant is worse than the control by \`${primary.metric}\`. Keep the control.`,
    );
  if (hasEnough && !verdicts.has('better') && !verdicts.has('undecided'))
    return go(
      'no_difference',
      control,
      `No variant is better than the control by \`${primary.metric}\`: an improvement of ${percent(primary.minimum_effect)} is excluded.`,
    );
  return go('keep_running', null, waitFor(required, hasEnough, minimum_subjects, primary));
}

const go = (
  action: Recommendation['action'],
  variant: VariantResult | null,
  reason: string,
): Recommendation => ({ action, variant_id: variant?.id ?? null, reason });

function liftOf({ metrics }: VariantResult): string {
  const change = metrics[0]?.versus_control;
  if (change == null) return 'a difference';
  const { lift, lift_low, lift_high, low, high } = change;
  if (lift === null) return `by ${change.difference.toPrecision(3)}`;
  return lift_low === null || lift_high === null
    ? `${signed(lift)}, with a difference between ${low?.toPrecision(3)} and ${high?.toPrecision(3)}`
    : `${signed(lift)}, with an interval from ${signed(lift_low)} to ${signed(lift_high)}`;
}

function waitFor(
  required: Evidence['required'],
  hasEnough: boolean,
  minimum: number,
  { minimum_effect }: ExperimentMetric,
): string {
  if (required === null)
    return `There is not enough data yet. Each variant needs at least ${count(minimum)} subjects.`;
  const { subjects_per_variant, progress, days_left } = required;
  if (progress >= 1 && hasEnough)
    return `Nothing is decided yet, though a change of ${percent(minimum_effect)} would most likely have been found: the true change may be smaller.`;
  const forecast = days_left === null ? '' : `, in about ${days(days_left)} at the present rate`;
  return `Nothing is decided yet. To find a change of ${percent(minimum_effect)}, each variant needs about ${count(Math.max(minimum, subjects_per_variant))} subjects${forecast}.`;
}

/** Returns `14,408`. */
export const count = (number: number): string => number.toLocaleString('en-US');
export const percent = (share: number): string => `${Number((share * 100).toPrecision(3))} %`;
const signed = (share: number): string => `${share > 0 ? '+' : ''}${percent(share)}`;
const days = (count: number): string => (count <= 1 ? 'a day' : `${Math.ceil(count)} days`);
