import { isTransient } from '../db/errors.ts';

/** Tries while the database loses the connection. */
const maxTries = 4;

/** Work on the database that may be done twice, tried again while it loses the connection; `tries` counts from 1. */
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
