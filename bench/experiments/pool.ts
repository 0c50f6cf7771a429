import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Outcome } from './looks.ts';
import type { Task } from './worker.ts';

type Distribute<T> = T extends unknown ? Omit<T, 'first' | 'count'> : never;
export type Repeated = Distribute<Task>;

/** Threads that share repetitions among them. */
export class Pool {
  readonly #workers = Array.from(
    { length: availableParallelism() },
    () => new Worker(new URL('./worker.ts', import.meta.url)),
  );

  /** Returns the outcomes of `times` repetitions, with the seeds 1, 2, …: the same on every machine. */
  async repeat(task: Repeated, times: number): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    let first = 1;
    const work = async (worker: Worker) => {
      while (first <= times) {
        const count = Math.min(20, times - first + 1);
        const part = { ...task, first, count } as Task;
        first += count;
        const done = Promise.withResolvers<Outcome[]>();
        worker.once('message', done.resolve);
        worker.once('error', done.reject);
        worker.postMessage(part);
        outcomes.push(...(await done.promise));
        worker.off('error', done.reject);
      }
    };
    await Promise.all(this.#workers.map(work));
    return outcomes;
  }

  async close(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}
