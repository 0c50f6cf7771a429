import { second } from '../shared/time.ts';
import type { Fault } from './faults.ts';

/** Attempts at one model before the next is tried. */
export const maxAttempts = 3;
const firstCeiling = 0.5 * second;
const lastCeiling = 8 * second;
/** A provider that asks for more patience than this has failed for now. */
const longestWait = 15 * second;

/**
 * Milliseconds to wait before attempt `done + 1` at the same model, or null to give it up: full
 * jitter under a doubling ceiling (AWS Architecture Blog, "Exponential Backoff And Jitter"), never
 * less than the provider asked for.
 */
export function delayBeforeRetry(
  fault: Fault,
  done: number,
  random: () => number = Math.random,
): number | null {
  if (!fault.may_retry || done >= maxAttempts) return null;
  const jittered = random() * Math.min(firstCeiling * 2 ** (done - 1), lastCeiling);
  const asked = fault.retry_after_ms ?? 0;
  return asked > longestWait ? null : Math.round(asked + jittered);
}

/** Resolves early when the signal aborts. */
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
