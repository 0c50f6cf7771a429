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
const indices = [0, 1, 2, 3] as const;

export const emptyMoments = (): Moments => ({
  n: 0,
  mean: Array(size).fill(0),
  co: Array((size * (size + 1)) / 2).fill(0),
});

/** Adds a subject. */
export function addTo(moments: Moments, figures: Figures): void {
  const change = indices.map((i) => figures[i] - at(moments.mean, i));
  moments.n += 1;
  addProducts(moments, change, change, 1 - 1 / moments.n);
  for (const i of indices) moments.mean[i] = at(moments.mean, i) + at(change, i) / moments.n;
}

/** Replaces the figures of a subject, or adds the subject if it was not counted `before`. */
export function replaceIn(moments: Moments, before: Figures | null, after: Figures): void {
  if (before === null) {
    addTo(moments, after);
    return;
  }
  const change = indices.map((i) => after[i] - before[i]);
  const distance = indices.map((i) => before[i] - at(moments.mean, i));
  addProducts(moments, change, distance, 1);
  addProducts(moments, distance, change, 1);
  addProducts(moments, change, change, 1 - 1 / moments.n);
  for (const i of indices) moments.mean[i] = at(moments.mean, i) + at(change, i) / moments.n;
}

/** Returns the sums over the subjects of both. */
export function merge(a: Moments, b: Moments): Moments {
  if (a.n === 0 || b.n === 0) return structuredClone(a.n === 0 ? b : a);
  const n = a.n + b.n;
  const change = indices.map((i) => at(b.mean, i) - at(a.mean, i));
  const merged = {
    n,
    mean: indices.map((i) => at(a.mean, i) + at(change, i) * (b.n / n)),
    co: a.co.map((sum, index) => sum + at(b.co, index)),
  };
  addProducts(merged, change, change, a.n * (b.n / n));
  return merged;
}

function addProducts(
  { co }: Moments,
  a: readonly number[],
  b: readonly number[],
  factor: number,
): void {
  let index = 0;
  for (let i = 0; i < size; i += 1)
    for (let j = i; j < size; j += 1, index += 1)
      co[index] = at(co, index) + at(a, i) * at(b, j) * factor;
}

const at = (values: readonly number[], index: number): number => values[index] ?? 0;
