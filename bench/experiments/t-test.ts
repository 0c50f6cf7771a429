import { normalQuantile } from '../../src/experiments/statistics/normal.ts';

interface Messages {
  readonly n: number;
  readonly sum: number;
  readonly squares: number;
}

/** Tells whether the t-test of Welch for one look at a fixed number calls a difference between independent values. */
export function isSignificant([a, b]: readonly [Messages, Messages], alpha: number): boolean {
  if (Math.min(a.n, b.n) < 2) return false;
  const [errorA, errorB] = [errorOf(a), errorOf(b)];
  if (errorA + errorB === 0) return false;
  const freedom = (errorA + errorB) ** 2 / (errorA ** 2 / (a.n - 1) + errorB ** 2 / (b.n - 1));
  const t = (a.sum / a.n - b.sum / b.n) / Math.sqrt(errorA + errorB);
  return Math.abs(t) > tQuantile(1 - alpha / 2, freedom);
}

const errorOf = ({ n, sum, squares }: Messages) => (squares - sum ** 2 / n) / (n - 1) / n;

/** Returns the quantile of Student's distribution (Abramowitz & Stegun 26.7.5), for 5 degrees of freedom or more. */
export function tQuantile(p: number, freedom: number): number {
  const z = quantileOf(p);
  return (
    z +
    (z ** 3 + z) / (4 * freedom) +
    (5 * z ** 5 + 16 * z ** 3 + 3 * z) / (96 * freedom ** 2) +
    (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / (384 * freedom ** 3)
  );
}

const cache = new Map<number, number>();

function quantileOf(p: number): number {
  const z = cache.get(p) ?? normalQuantile(p);
  cache.set(p, z);
  return z;
}
