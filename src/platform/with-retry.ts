import { isTransient } from '../db/errors.ts';

/** Number of attempts while the database loses its connection. */
const maxTries = 4;

/**
 * Runs idempotent work on the database and repeats it while the connection is lost; `tries` counts
 * from 1.
 */
export async function withRetry<Result>(
  work: (tries: number) => PromiseLike<Result>,
  firstPause_ms = 20,
): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work(tries);
    } catch (error) {
      if (!isTransient(error) || tries === maxTries) throw error;
      await new Promise((resolve) =>
        setTimeout(resolve, firstPause_ms * 2 ** tries * (1 + Math.random())),
      );
    }
  }
}
