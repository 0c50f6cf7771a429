import { type Distribution, distributionOf, effectiveSubjects } from './distribution.ts';
import type { QuantileSums } from './quantile-sums.ts';
import type { Estimate } from './ratio.ts';
import { criticalValue, minimumSubjects } from './sequence.ts';

/**
 * Returns the value that `share` of the values do not exceed, with its confidence sequence: that of the share, read off at its
 * ends (Woodruff 1952). Null without values.
 */
export function estimateQuantile(
  sums: QuantileSums,
  share: number,
  { alpha }: { readonly alpha: number },
): Estimate | null {
  const distribution = distributionOf([sums], [1], share);
  if (distribution === null) return null;
  const value = Math.exp(distribution.logQuantile(share));
  const effective = effectiveSubjects(sums);
  const [low, high] = limitsOf(distribution, criticalValue(effective, alpha)).map(Math.exp);
  const [below = value, above = value] = limitsOf(distribution, 1).map(Math.exp);
  const isEstimable = effective >= minimumSubjects;
  return {
    value,
    low: isEstimable ? finite(low) : null,
    high: isEstimable ? finite(high) : null,
    variance: (above === Number.POSITIVE_INFINITY ? value - below : (above - below) / 2) ** 2,
    n: sums.n,
  };
}

/** Returns the logarithms of the limits at a number of standard errors; infinite where there are too few values. */
export function limitsOf({ share, variance, logQuantile }: Distribution, critical: number) {
  const margin = critical * Math.sqrt(variance);
  return [logQuantile(share - margin), logQuantile(share + margin)] as const;
}

/** Returns null for a limit that is not known: there are too few values beyond it. */
const finite = (limit = Number.NaN): number | null =>
  Number.isFinite(limit) && limit > 0 ? limit : null;
