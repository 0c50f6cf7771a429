import type { Direction } from './comparison.ts';
import { probabilities } from './posterior.ts';
import type { Estimate } from './ratio.ts';
import { minimumSubjects } from './sequence.ts';

/** Per cent that each variant keeps, so that its estimate goes on to improve. */
const floor = 5;

/**
 * Returns weights in per cent, with two decimals, that sum to 100: the probabilities to be the best (Thompson 1933), drawn toward
 * equality so that none is below the floor. Equal while a variant has too few subjects.
 */
export function banditWeights(
  estimates: readonly (Estimate | null)[],
  direction: Direction,
): number[] {
  const { length } = estimates;
  const known = estimates.filter((one) => one !== null && one.n >= minimumSubjects) as Estimate[];
  const best =
    known.length === length
      ? probabilities(known, direction).best
      : Array<number>(length).fill(1 / length);
  const least = Math.min(floor, 100 / length);
  return rounded(best.map((probability) => least + (100 - least * length) * probability));
}

/** Rounds to two decimals by the largest remainders, so that the sum stays. */
function rounded(weights: readonly number[]): number[] {
  const parts = weights.map((weight) => Math.floor(weight * 100 + 1e-6));
  const missing = 10_000 - parts.reduce((sum, part) => sum + part, 0);
  const order = weights
    .map((weight, index) => ({ index, rest: weight * 100 - (parts[index] ?? 0) }))
    .sort((a, b) => b.rest - a.rest || a.index - b.index);
  for (const { index } of order.slice(0, missing)) parts[index] = (parts[index] ?? 0) + 1;
  return parts.map((part) => part / 100);
}
