import type { BusyPolicy } from '../../db/schema/runs.ts';
import { Failure } from '../../shared/failure.ts';
import type { QueuedTurn } from './queued-turn.ts';

/** Maximum number of queued requests. */
const maxQueued = 50;

const activeDetail = 'The session has an active run. Wait for it, read its events or cancel it.';

const busy = (detail: string, run_id: string) =>
  new Failure('session_busy', detail, { retryAfter: 1, extra: { run_id } });

/** Refuses a message while a run of the session waits for actions. */
export const waitingRun = (run_id: string) =>
  busy(
    'A run of the session waits for required actions. Submit them with `POST /runs/{run}/actions`, or cancel the run.',
    run_id,
  );

/**
 * The requests of one host, executed one after the other. A request that interrupts cancels the
 * active run and precedes the queued requests, which stay queued. Of several that interrupt, the
 * older ones are cancelled.
 */
export class TurnQueue {
  #active: QueuedTurn | null = null;
  #waiting: QueuedTurn[] = [];

  find(matches: (turn: QueuedTurn) => boolean): QueuedTurn | undefined {
    return [...(this.#active === null ? [] : [this.#active]), ...this.#waiting].find(matches);
  }

  get isBusy(): boolean {
    return this.#active !== null;
  }

  /** Throws `session_busy` with the id of the active run when the policy does not let a request wait. */
  admit(on_busy: BusyPolicy): void {
    const mayWait = on_busy !== 'reject' && this.#waiting.length < maxQueued;
    if (this.#active === null || mayWait) return;
    const { run_id, wait } = this.#active;
    throw wait === null ? busy(activeDetail, run_id) : waitingRun(run_id);
  }

  /** Makes the request of a run active that has waited since before this object was created. */
  hold(turn: QueuedTurn): QueuedTurn {
    this.#active = turn;
    return turn;
  }

  /**
   * Resolves when the request may be executed. Throws when it is withdrawn, or the queue is
   * cleared.
   */
  async enqueue(turn: QueuedTurn): Promise<void> {
    if (this.#active === null) {
      this.#active = turn;
      return;
    }
    this.#waiting.push(turn);
    if (turn.on_busy === 'interrupt') this.#active.cancel();
    await turn.turn.promise;
  }

  /** Removes a request. If it was the active one, the next may be executed. */
  release(turn: QueuedTurn): void {
    turn.released.resolve();
    this.#waiting = this.#waiting.filter((one) => one !== turn);
    if (this.#active !== turn) return;
    const interrupts = ({ on_busy }: QueuedTurn) => on_busy === 'interrupt';
    const next = this.#waiting.find(interrupts) ?? this.#waiting[0] ?? null;
    this.#active = next;
    if (next === null) return;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    // Its message is stored anyway.
    if (interrupts(next) && this.#waiting.some(interrupts)) next.cancel();
    next.turn.resolve();
  }

  isQueued(run_id: string): boolean {
    return this.#waiting.some((turn) => turn.run_id === run_id);
  }

  /** Rejects a queued request, and resolves once its end is stored; false when it is not queued. */
  async withdraw(run_id: string, reason: Error): Promise<boolean> {
    const turn = this.#waiting.find((one) => one.run_id === run_id);
    if (turn === undefined) return false;
    this.#waiting = this.#waiting.filter((one) => one !== turn);
    turn.turn.reject(reason);
    await turn.released.promise;
    return true;
  }

  /** Rejects the queued requests, cancels the active run, and resolves when it has ended. */
  async clear(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { turn } of waiting)
      turn.reject(new Failure('session_closed', 'The session was deleted.'));
    this.#active?.cancel();
    await this.#active?.released.promise;
  }
}
