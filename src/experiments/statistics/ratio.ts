import { covarianceOf, effectiveBefore, type Means, meansOf } from './means.ts';
import { type Moments, merge } from './moments.ts';
import { criticalValue, minimumSubjects } from './sequence.ts';

/**
 * Adjustment for what subjects did before (CUPED; Deng, Xu, Kohavi & Walker 2013):
 * the value less `theta` times the excess of the former value over that of all.
 */
export interface Adjustment {
  readonly theta: number;
  readonly former: number;
}

export interface Estimate extends Ratio {
  /** Bounds of the confidence sequence; null while there are too few subjects, or where they do not differ at all. */
  readonly low: number | null;
  readonly high: number | null;
  /** Subjects. */
  readonly n: number;
}

/** Returns Σx / Σy with its confidence sequence; null without any y. */
export function estimateRatio(
  moments: Moments,
  options: { alpha: number; adjust?: Adjustment | null },
): Estimate | null {
  const means = meansOf(moments);
  const ratio = ratioOf(means, options.adjust ?? null);
  if (ratio === null) return null;
  const { value, variance } = ratio;
  const isEstimable = means.effective >= minimumSubjects && variance > 0;
  const margin = criticalValue(means.effective, options.alpha) * Math.sqrt(variance);
  return {
    value,
    low: isEstimable ? value - margin : null,
    high: isEstimable ? value + margin : null,
    variance,
    n: moments.n,
  };
}

/** A ratio and the square of its standard error. */
export interface Ratio {
  readonly value: number;
  readonly variance: number;
}

/** Returns the ratio of means with its variance by the delta method (Deng, Knoblich & Lu 2018, section 3). */
export function ratioOf(means: Means, adjustment: Adjustment | null): Ratio | null {
  const { mean, covariance } = means;
  const [x = 0, y = 0, px = 0, py = 0] = mean;
  if (y === 0) return null;
  const gradient = [...derivativesOf(x, y), 0, 0];
  if (adjustment === null || py === 0)
    return { value: x / y, variance: covarianceOf(covariance, gradient, gradient) };
  const { theta, former } = adjustment;
  const adjusted = [
    ...derivativesOf(x, y),
    ...derivativesOf(px, py).map((weight) => -theta * weight),
  ];
  return {
    value: x / y - theta * (px / py - former),
    variance: covarianceOf(covariance, adjusted, adjusted),
  };
}

/** Returns the adjustment that all variants share; null where too little is known from before, or it tells nothing. */
export function adjustmentOf(variants: readonly Moments[]): Adjustment | null {
  if (variants.length === 0 || variants.some((one) => effectiveBefore(one) < minimumSubjects))
    return null;
  let common = 0;
  let before = 0;
  for (const { mean, co } of variants) {
    const [x = 0, y = 0, px = 0, py = 0] = mean;
    if (y === 0) return null;
    const former = [0, 0, ...derivativesOf(px, py)];
    common += covarianceOf(co, [...derivativesOf(x, y), 0, 0], former);
    before += covarianceOf(co, former, former);
  }
  const [, , px = 0, py = 0] = variants.reduce(merge).mean;
  return before === 0 ? null : { theta: common / before, former: px / py };
}

/** Returns the derivatives of x / y by x and y. */
const derivativesOf = (x: number, y: number): number[] => [1 / y, -x / (y * y)];
