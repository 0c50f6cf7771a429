import type { BusyPolicy } from '../../db/schema/runs.ts';
import type { Idempotency } from '../../platform/context.ts';
import type { LiveRun } from './live-run.ts';

/** Keeps the request of a run that waits for required actions. */
interface Wait {
  readonly expires_at: number;
  /** Ends the run. */
  cancel(): void;
}

/** A request for a run in the queue of its host: it waits, is executed, and is released. */
export class QueuedTurn {
  readonly run_id: string;
  readonly on_busy: BusyPolicy;
  readonly key: Idempotency | null;
  /** Resolves with the run once it has begun. */
  run = Promise.withResolvers<LiveRun>();
  /** Resolves when the request may be executed. */
  readonly turn = Promise.withResolvers<void>();
  /** Resolves when the request has left the queue. */
  readonly released = Promise.withResolvers<void>();
  #live: LiveRun | null = null;
  #isCancelled = false;
  #wait: Wait | null = null;

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

  /**
   * Set while its run waits for required actions: it keeps its position in the queue and is not
   * executed.
   */
  get wait(): Wait | null {
    return this.#wait;
  }

  suspend(wait: Wait): void {
    this.#live = null;
    this.#wait = wait;
    if (this.#isCancelled) wait.cancel();
  }

  /** Marks its run as resumed. */
  resume(live: LiveRun): void {
    this.#wait = null;
    this.run = Promise.withResolvers();
    this.begin(live);
  }

  /** Cancels its run, also one that is queued or waits. */
  cancel(): void {
    this.#isCancelled = true;
    this.#live?.cancel();
    this.#wait?.cancel();
  }
}
