import { bisect } from 'simple-statistics';
import {
  type Comparison,
  type ComparisonOptions,
  inflationOf,
  undecided,
  verdictOf,
} from './comparison.ts';
import { type Distribution, distributionOf, effectiveSubjects } from './distribution.ts';
import { limitsOf } from './quantile.ts';
import { mergeQuantile, type QuantileSums } from './quantile-sums.ts';
import { alwaysValidP, criticalValue, minimumSubjects } from './sequence.ts';
import { precisionOf, strataOf, sum, weightsOf } from './strata.ts';

/**
 * Compares the values that `share` of the values do not exceed. Sums are given by epoch, in the same order. Null while either
 * variant has no values.
 */
export function compareQuantiles(
  controls: readonly QuantileSums[],
  variants: readonly QuantileSums[],
  share: number,
  options: ComparisonOptions,
): Comparison | null {
  const strata = strataOf(controls, variants, mergeQuantile);
  const weights = weightsOf(strata);
  if (weights === null) return null;
  const control = distributionOf(
    strata.map(([one]) => one),
    weights,
    share,
  );
  const variant = distributionOf(
    strata.map(([, other]) => other),
    weights,
    share,
  );
  if (control === null || variant === null) return null;
  const effective = strata.map((pair) => pair.map(effectiveSubjects) as [number, number]);
  const few = [0, 1].some(
    (side) => sum(effective.map((pair) => pair[side as 0 | 1])) < minimumSubjects,
  );
  if (few) return undecided(quantileOf(control), quantileOf(variant));
  const inflation = inflationOf(control, variant);
  return resultOf(
    { ...control, variance: control.variance * inflation },
    { ...variant, variance: variant.variance * inflation },
    sum(effective.map(([one, other]) => precisionOf(one, other))),
    options,
  );
}

const quantileOf = ({ logQuantile, share }: Distribution) => Math.exp(logQuantile(share));

function resultOf(
  control: Distribution,
  variant: Distribution,
  subjects: number,
  options: ComparisonOptions,
): Comparison {
  const critical = criticalValue(subjects, options.alpha);
  const lift = differenceOf(control, variant, critical, (logarithm) => logarithm);
  const [low, high] = [Math.expm1(lift.low), Math.expm1(lift.high)];
  const isConclusive = low > 0 || high < 0;
  const raw = differenceOf(control, variant, critical, Math.exp);
  const sign = options.direction === 'increase' ? 1 : -1;
  const effect = options.minimum_effect;
  return {
    difference: raw.value,
    // Limits of differences and of ratios are approximations that can disagree about 0 at the edge.
    low: finite(Math.sign(low) === Math.sign(raw.low) ? raw.low : 0),
    high: finite(Math.sign(high) === Math.sign(raw.high) ? raw.high : 0),
    lift: Math.expm1(lift.value),
    lift_low: finite(low),
    lift_high: finite(high),
    p_value: alwaysValidP(distanceOf(control, variant), subjects, options.alpha),
    is_conclusive: isConclusive,
    verdict: verdictOf(isConclusive, sign * lift.value, low > -effect && high < effect),
    is_harmful: sign === 1 ? high < -effect : low > effect,
    variance_reduction: 0,
  };
}

/** Returns the difference with limits from those of both (Zou & Donner 2008), on a scale of the values. */
function differenceOf(
  control: Distribution,
  variant: Distribution,
  critical: number,
  scale: (logarithm: number) => number,
) {
  const [a, b] = [control, variant].map((side) => {
    const [low, high] = limitsOf(side, critical);
    const value = scale(side.logQuantile(side.share));
    return { value, below: value - scale(low), above: scale(high) - value };
  }) as [Margins, Margins];
  const value = b.value - a.value;
  return {
    value,
    low: value - Math.hypot(b.below, a.above),
    high: value + Math.hypot(b.above, a.below),
  };
}

interface Margins {
  readonly value: number;
  readonly below: number;
  readonly above: number;
}

/** Returns the number of standard errors at which the interval of the ratio begins to contain 1. */
function distanceOf(control: Distribution, variant: Distribution): number {
  const excess = (critical: number) => {
    const { value, low, high } = differenceOf(control, variant, critical, (logarithm) => logarithm);
    return value > 0 ? low : -high;
  };
  return excess(0) <= 0 ? 0 : bisect(excess, 0, 100, 60, 1e-6);
}

const finite = (limit: number): number | null => (Number.isFinite(limit) ? limit : null);
