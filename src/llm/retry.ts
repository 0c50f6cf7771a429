import { second } from '../shared/time.ts';
import type { Fault } from './faults.ts';

/** Maximum attempts at one model before the next model is tried. */
export const maxAttempts = 3;
const firstCeiling = 0.5 * second;
const lastCeiling = 8 * second;
/** Maximum delay that a provider may request; a longer one counts as a failure. */
const maxRetryAfterMs = 15 * second;

/**
 * Returns the milliseconds to wait before attempt `done + 1` at the same model; null when it is not
 * retried. Full jitter under a doubling ceiling (AWS Architecture Blog, "Exponential Backoff And
 * Jitter"), and at least the delay that the provider requested.
 */
export function delayBeforeRetry(
  fault: Fault,
  done: number,
  random: () => number = Math.random,
): number | null {
  if (!fault.may_retry || done >= maxAttempts) return null;
  const jittered = random() * Math.min(firstCeiling * 2 ** (done - 1), lastCeiling);
  const requested = fault.retry_after_ms ?? 0;
  return requested > maxRetryAfterMs ? null : Math.round(requested + jittered);
}

/** Resolves after `ms` milliseconds, or when the signal aborts. */
export const wait = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const stop = () => {
      clearTimeout(timer);
      resolve();
    };
    const timer = setTimeout(() => {
      signal.removeEventListener('abort', stop);
      resolve();
    }, ms);
    signal.addEventListener('abort', stop, { once: true });
  });
