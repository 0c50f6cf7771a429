import { minute, second } from '../shared/time.ts';

/** Attempts at a job before it is buried. */
export const maxAttempts = 5;

/**
 * Milliseconds to wait after the nth attempt (1, 2, …): doubling from 2 s to 10 min, the upper half
 * of it at random, so that what failed together does not come back together.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(2 * second * 2 ** Math.max(0, attempt - 1), 10 * minute);
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
