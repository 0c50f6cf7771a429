import type { Moments } from './moments.ts';

/** Means of x, y, px and py over the subjects of a variant, and the covariances of these means. */
export interface Means {
  readonly n: number;
  /**
   * The number of subjects that would tell as much if all had the same y (Kish 1965): a few subjects with most of the
   * messages count as few.
   */
  readonly effective: number;
  readonly mean: readonly number[];
  /** In the order of Moments.co. */
  readonly covariance: readonly number[];
}

/** Places of the sums of yy and pypy in Moments.co. */
const atY = 4;
const atBefore = 9;

export const meansOf = ({ n, mean, co }: Moments): Means => ({
  n,
  effective: effectiveNumber(n, mean[1], co[atY]),
  mean,
  covariance: co.map((sum) => sum / Math.max(1, n * (n - 1))),
});

/** Returns the means of a variant over strata with weights that sum to 1. */
export const combine = (strata: readonly Means[], weights: readonly number[]): Means =>
  strata
    .map((means, index) => scale(means, weights[index] ?? 0))
    .reduce((a, b) => ({
      n: a.n + b.n,
      effective: a.effective + b.effective,
      mean: a.mean.map((value, index) => value + (b.mean[index] ?? 0)),
      covariance: a.covariance.map((value, index) => value + (b.covariance[index] ?? 0)),
    }));

const scale = (means: Means, weight: number): Means => ({
  ...means,
  mean: means.mean.map((value) => value * weight),
  covariance: means.covariance.map((value) => value * weight ** 2),
});

/** Returns the effective number of subjects by what is known from before the experiment. */
export const effectiveBefore = ({ n, mean, co }: Moments): number =>
  effectiveNumber(n, mean[3], co[atBefore]);

/** Returns (Σy)² / Σy² from the number, the mean and Σ(y - mean)². */
export const effectiveNumber = (n: number, mean = 0, squares = 0): number =>
  mean === 0 ? 0 : (n * mean) ** 2 / (squares + n * mean * mean);

/** Returns aᵀCb: the covariance of two combinations of the means with weights a and b. */
export function covarianceOf(
  covariance: readonly number[],
  a: readonly number[],
  b: readonly number[],
): number {
  let sum = 0;
  let size = 0;
  let index = 0;
  const add = (i: number, j: number) => {
    const term = (covariance[index] ?? 0) * (a[i] ?? 0) * (b[j] ?? 0);
    sum += term;
    size += Math.abs(term);
  };
  for (let i = 0; i < a.length; i += 1)
    for (let j = i; j < a.length; j += 1, index += 1) {
      add(i, j);
      if (j > i) add(j, i);
    }
  // Terms that cancel except for rounding, as those of a ratio that all subjects share.
  return Math.abs(sum) > size * 1e-12 ? sum : 0;
}
