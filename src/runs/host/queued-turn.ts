import type { BusyPolicy } from '../../db/schema/runs.ts';
import type { Idempotency } from '../../platform/context.ts';
import type { LiveRun } from './live-run.ts';

/** A request for a run in the queue of its host: it waits, is executed, and is released. */
export class QueuedTurn {
  readonly run_id: string;
  readonly on_busy: BusyPolicy;
  readonly key: Idempotency | null;
  /** Resolves with the run once it has begun. */
  readonly run = Promise.withResolvers<LiveRun>();
  /** Resolves when the request may be executed. */
  readonly turn = Promise.withResolvers<void>();
  /** Resolves when the request has left the queue. */
  readonly released = Promise.withResolvers<void>();
  #live: LiveRun | null = null;
  #isCancelled = false;

  constructor(run_id: string, on_busy: BusyPolicy, key: Idempotency | null) {
    this.run_id = run_id;
    this.on_busy = on_busy;
    this.key = key;
    // Requests that joined receive the failure; there may be none.
    this.run.promise.catch(() => undefined);
    this.turn.promise.catch(() => undefined);
  }

  begin(live: LiveRun): void {
    this.#live = live;
    if (this.#isCancelled) live.cancel();
    this.run.resolve(live);
  }

  /** Cancels its run, also one that has not begun. */
  cancel(): void {
    this.#isCancelled = true;
    this.#live?.cancel();
  }
}
