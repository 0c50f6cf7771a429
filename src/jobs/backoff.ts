import { minute, second } from '../shared/time.ts';

/** Attempts at a job before it becomes a dead letter. */
export const maxAttempts = 5;

/**
 * Returns the milliseconds to wait after the nth attempt (1, 2, …): doubling from 2 s to 10 min, with the
 * upper half at random, so that jobs that failed together are not retried together.
 */
export function backoff(attempt: number, random: () => number = Math.random): number {
  const ceiling = Math.min(2 * second * 2 ** Math.max(0, attempt - 1), 10 * minute);
  return Math.round(ceiling / 2 + (ceiling / 2) * random());
}
