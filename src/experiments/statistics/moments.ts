/** The figures of one subject: numerator and denominator of a ratio metric, and the same before the experiment. */
export type Figures = readonly [x: number, y: number, px: number, py: number];

/**
 * Sums over subjects: number, means, and Σ(v_i - mean_i)(v_j - mean_j) for i ≤ j in the order xx, xy, xpx, xpy, yy, ypx,
 * ypy, pxpx, pxpy, pypy. Central sums stay exact where sums of squares would cancel (Chan, Golub & LeVeque 1983).
 */
export interface Moments {
  n: number;
  mean: number[];
  co: number[];
}

const size = 4;

export const emptyMoments = (): Moments => ({
  n: 0,
  mean: Array(size).fill(0),
  co: Array((size * (size + 1)) / 2).fill(0),
});

/** Adds a subject. */
export function addTo(moments: Moments, figures: Figures): void {
  const change = figures.map((value, i) => value - at(moments.mean, i));
  moments.n += 1;
  const half = (1 - 1 / moments.n) / 2;
  const distance = change.map((one) => one * half);
  addProducts(moments.co, change, distance);
  moveMeans(moments, change);
}

/** Replaces the figures of a subject, or adds the subject if it was not counted `before`. */
export function replaceIn(moments: Moments, before: Figures | null, after: Figures): void {
  if (before === null) {
    addTo(moments, after);
    return;
  }
  const change = after.map((value, i) => value - at(before, i));
  // From the mean to the middle of the change, less what the mean itself moves.
  const half = (1 - 1 / moments.n) / 2;
  const distance = before.map((value, i) => value - at(moments.mean, i) + at(change, i) * half);
  addProducts(moments.co, change, distance);
  moveMeans(moments, change);
}

/** Returns the sums over the subjects of both. */
export function merge(a: Moments, b: Moments): Moments {
  const n = a.n + b.n;
  if (a.n === 0 || b.n === 0) return structuredClone(a.n === 0 ? b : a);
  const change = a.mean.map((value, i) => at(b.mean, i) - value);
  const half = (a.n * (b.n / n)) / 2;
  const co = a.co.map((sum, index) => sum + at(b.co, index));
  addProducts(
    co,
    change,
    change.map((one) => one * half),
  );
  return { n, mean: a.mean.map((value, i) => value + at(change, i) * (b.n / n)), co };
}

/** Adds abᵀ + baᵀ. */
function addProducts(co: number[], a: readonly number[], b: readonly number[]): void {
  let index = 0;
  for (let i = 0; i < size; i += 1)
    for (let j = i; j < size; j += 1, index += 1)
      co[index] = at(co, index) + at(a, i) * at(b, j) + at(b, i) * at(a, j);
}

function moveMeans(moments: Moments, change: readonly number[]): void {
  for (let i = 0; i < size; i += 1)
    moments.mean[i] = at(moments.mean, i) + at(change, i) / moments.n;
}

const at = (values: readonly number[], index: number): number => values[index] ?? 0;
