import type { Direction } from './comparison.ts';
import { normalDensity, normalProbability } from './normal.ts';
import type { Ratio } from './ratio.ts';

/**
 * Returns for each variant the probability to be the best, and the expected loss: how much worse it is than the best on average.
 * Posteriors are normal around the estimates, with a flat prior. They answer "which, if it had to be now?"; they are no
 * guard against looking often.
 */
export function probabilities(
  estimates: readonly Ratio[],
  direction: Direction,
): { best: number[]; loss: number[] } {
  const sign = direction === 'increase' ? 1 : -1;
  const scale =
    Math.max(
      ...estimates.flatMap(({ value, variance }) => [Math.abs(value), Math.sqrt(variance)]),
    ) || 1;
  const posteriors = estimates.map(({ value, variance }) => ({
    mean: (sign * value) / scale,
    // Without variance the normal distribution would be a point, and equal values would have no best.
    deviation: Math.max(Math.sqrt(variance) / scale, 1e-7),
  }));
  const [a, b] = posteriors;
  if (a === undefined) return { best: [], loss: [] };
  const { best, loss } =
    b === undefined
      ? { best: [1], loss: [0] }
      : posteriors.length === 2
        ? ofTwo(a, b)
        : ofMany(posteriors);
  return { best, loss: loss.map((one) => one * scale) };
}

interface Posterior {
  readonly mean: number;
  readonly deviation: number;
}

function ofTwo(a: Posterior, b: Posterior) {
  const deviation = Math.hypot(a.deviation, b.deviation);
  const z = (a.mean - b.mean) / deviation;
  const lossAt = (distance: number) =>
    deviation * Math.max(0, normalDensity(distance) - distance * normalProbability(-distance));
  return {
    best: [normalProbability(z), normalProbability(-z)],
    loss: [lossAt(z), lossAt(-z)],
  };
}

/** Integrates P(a variant is x and all others are below), between points where some posterior bends. */
function ofMany(posteriors: readonly Posterior[]) {
  const top = Math.max(...posteriors.map(({ mean }) => mean));
  const points = posteriors
    .flatMap(({ mean, deviation }) => bends.map((bend) => mean + bend * deviation))
    .sort((a, b) => a - b);
  const best = posteriors.map(() => 0);
  let maximum = 0;
  for (const [x, width] of nodesBetween(points)) {
    const below = posteriors.map(({ mean, deviation }) =>
      normalProbability((x - mean) / deviation),
    );
    for (const [index, { mean, deviation }] of posteriors.entries()) {
      const density = normalDensity((x - mean) / deviation) / deviation;
      const others = below.reduce(
        (product, one, other) => (other === index ? product : product * one),
        1,
      );
      best[index] = (best[index] ?? 0) + density * others * width;
      maximum += (x - top) * density * others * width;
    }
  }
  const total = best.reduce((sum, one) => sum + one, 0);
  return {
    best: best.map((one) => one / total),
    loss: posteriors.map(({ mean }) => Math.max(0, maximum / total - (mean - top))),
  };
}

const bends = [-8, -5, -3, -2, -1, 0, 1, 2, 3, 5, 8];

/** Gauss–Legendre with five nodes (Abramowitz & Stegun, table 25.4). */
const nodes = [
  [0, 0.568888888888889],
  [0.538469310105683, 0.478628670499366],
  [-0.538469310105683, 0.478628670499366],
  [0.906179845938664, 0.236926885056189],
  [-0.906179845938664, 0.236926885056189],
] as const;

function* nodesBetween(points: readonly number[]): Iterable<[x: number, width: number]> {
  for (const [index, start] of points.entries()) {
    const half = ((points[index + 1] ?? start) - start) / 2;
    if (half > 0)
      for (const [node, weight] of nodes) yield [start + half * (1 + node), half * weight];
  }
}
