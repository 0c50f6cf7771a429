export type Direction = 'increase' | 'decrease';

export interface ComparisonOptions {
  /** 1 minus the confidence level, over all looks; at most 0.5. Divide it by the number of comparisons (Bonferroni). */
  readonly alpha: number;
  /** The smallest relative change that matters, such as 0.05. */
  readonly minimum_effect: number;
  /** The direction in which the metric improves. */
  readonly direction: Direction;
}

/** `better` and `worse`: a difference. `equivalent`: none is shown, and one of the minimum effect is excluded. */
type Verdict = 'better' | 'worse' | 'equivalent' | 'undecided';

/** The difference of a variant from the control. Bounds hold for all looks together; they are null where there are none yet. */
export interface Comparison {
  readonly difference: number;
  readonly low: number | null;
  readonly high: number | null;
  /** The relative difference; null if the control is not above 0. Excludes 0 exactly if the difference does. */
  readonly lift: number | null;
  readonly lift_low: number | null;
  readonly lift_high: number | null;
  /** Always valid: without a difference, the probability that it ever falls to alpha is alpha at most. */
  readonly p_value: number;
  readonly is_conclusive: boolean;
  readonly verdict: Verdict;
  /** Worse by the minimum effect at least, with confidence: the reason for which a guard stops a variant. */
  readonly is_harmful: boolean;
  /** The share of the variance that the adjustment removed. */
  readonly variance_reduction: number;
}

/** Returns the comparison of variants that have too few subjects for any statement. */
export const undecided = (control: number, variant: number): Comparison => ({
  difference: variant - control,
  low: null,
  high: null,
  lift: control > 0 ? variant / control - 1 : null,
  lift_low: null,
  lift_high: null,
  p_value: 1,
  is_conclusive: false,
  verdict: 'undecided',
  is_harmful: false,
  variance_reduction: 0,
});

/** Returns the verdict for an improvement (a positive change) or its opposite. */
export function verdictOf(
  isConclusive: boolean,
  improvement: number,
  isEquivalent: boolean,
): Verdict {
  if (isConclusive) return improvement > 0 ? 'better' : 'worse';
  return isEquivalent ? 'equivalent' : 'undecided';
}

/**
 * Returns the factor by which two variances of means grow until their sum is that of variants with a common variance. A
 * small variant in which a rare value has not occurred yet would otherwise seem to be known exactly.
 */
export function inflationOf(a: Sample, b: Sample): number {
  const pooled = a.variance * (a.n / b.n) + b.variance * (b.n / a.n);
  return Math.max(1, pooled / (a.variance + b.variance));
}

interface Sample {
  readonly n: number;
  /** Of the mean. */
  readonly variance: number;
}
