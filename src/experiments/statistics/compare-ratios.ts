import {
  type Comparison,
  type ComparisonOptions,
  inflationOf,
  undecided,
  verdictOf,
} from './comparison.ts';
import { combine, type Means, meansOf } from './means.ts';
import { type Moments, merge } from './moments.ts';
import { type Adjustment, type Ratio, ratioOf } from './ratio.ts';
import { alwaysValidP, criticalValue, minimumSubjects } from './sequence.ts';
import { precisionOf, strataOf, sum, weightsOf } from './strata.ts';

/**
 * Compares Σx / Σy of a variant with that of the control. Both are given by epoch, in the same order. Null while either has
 * no y.
 */
export function compareRatios(
  controls: readonly Moments[],
  variants: readonly Moments[],
  options: ComparisonOptions & { readonly adjust?: Adjustment | null },
): Comparison | null {
  const strata = strataOf(controls, variants, merge).map(
    ([control, variant]) => [meansOf(control), meansOf(variant)] as const,
  );
  const weights = weightsOf(strata);
  if (weights === null) return null;
  const control = combine(
    strata.map(([one]) => one),
    weights,
  );
  const variant = combine(
    strata.map(([, other]) => other),
    weights,
  );
  const test = testOf(control, variant, options.adjust ?? null);
  if (test === null) return null;
  const few = Math.min(control.effective, variant.effective) < minimumSubjects;
  if (few || test.variance === 0) return undecided(test.control.value, test.variant.value);
  const subjects = sum(strata.map(([one, other]) => precisionOf(one.effective, other.effective)));
  const raw = testOf(control, variant, null)?.variance ?? 0;
  return {
    ...resultOf(test, subjects, options),
    variance_reduction: raw === 0 ? 0 : 1 - test.variance / raw,
  };
}

interface Test {
  readonly control: Ratio;
  readonly variant: Ratio;
  /** Of the difference. */
  readonly variance: number;
}

function testOf(control: Means, variant: Means, adjustment: Adjustment | null): Test | null {
  const [a, b] = [ratioOf(control, adjustment), ratioOf(variant, adjustment)];
  if (a === null || b === null) return null;
  if (a.variance + b.variance === 0) return withoutVariance(control.n, variant.n, a.value, b.value);
  const inflation = inflationOf(
    { n: control.n, variance: a.variance },
    { n: variant.n, variance: b.variance },
  );
  return {
    control: { value: a.value, variance: a.variance * inflation },
    variant: { value: b.value, variance: b.variance * inflation },
    variance: (a.variance + b.variance) * inflation,
  };
}

/**
 * Returns the test where all subjects of a variant have the same value, such as a fixed price: with the variance around the common
 * mean, so that the distance of n subjects is √n standard errors.
 */
function withoutVariance(n: number, m: number, a: number, b: number): Test {
  const isEqual = Math.abs(b - a) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b));
  const unit = isEqual ? 0 : ((b - a) / (n + m)) ** 2;
  return {
    control: { value: a, variance: unit * m },
    variant: { value: b, variance: unit * n },
    variance: unit * (n + m),
  };
}

function resultOf(test: Test, subjects: number, options: ComparisonOptions) {
  const { control, variant } = test;
  const critical = criticalValue(subjects, options.alpha);
  /** The distance of the variant from a multiple of the control, in standard errors. */
  const distance = (factor: number) =>
    (variant.value - factor * control.value) /
    Math.sqrt(variant.variance + factor ** 2 * control.variance);
  const difference = variant.value - control.value;
  const margin = critical * Math.sqrt(test.variance);
  const sign = options.direction === 'increase' ? 1 : -1;
  const effect = options.minimum_effect * Math.sign(control.value);
  const isConclusive = Math.abs(distance(1)) >= critical;
  const isEquivalent =
    sign * distance(1 - sign * effect) >= critical &&
    sign * distance(1 + sign * effect) <= -critical;
  return {
    difference,
    low: difference - margin,
    high: difference + margin,
    ...liftOf(control, variant, critical),
    p_value: alwaysValidP(distance(1), subjects, options.alpha),
    is_conclusive: isConclusive,
    verdict: verdictOf(isConclusive, sign * difference, isEquivalent),
    is_harmful: sign * distance(1 - sign * effect) <= -critical,
  };
}

/** Returns the relative difference with the interval of Fieller (1954) for a ratio of independent means. */
function liftOf(control: Ratio, variant: Ratio, critical: number) {
  const [a, b] = [control.value, variant.value];
  const lift = a > 0 ? b / a - 1 : null;
  const [varianceA, varianceB] = [
    critical ** 2 * control.variance,
    critical ** 2 * variant.variance,
  ];
  const divisor = a * a - varianceA;
  // The control could be 0, and the ratio anything.
  if (a <= 0 || divisor <= 0) return { lift, lift_low: null, lift_high: null };
  const root = Math.sqrt(a * a * varianceB + b * b * varianceA - varianceA * varianceB);
  return {
    lift,
    lift_low: (a * b - root) / divisor - 1,
    lift_high: (a * b + root) / divisor - 1,
  };
}
