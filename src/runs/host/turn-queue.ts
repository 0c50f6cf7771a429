import type { BusyPolicy } from '../../db/schema/sessions.ts';
import type { Idempotency } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import type { LiveRun } from './live-run.ts';

/** Requests that may wait for the one that is being answered. */
const longest = 50;

/** A request for a run: it waits, is answered, and is over. */
export class Place {
  readonly run_id: string;
  readonly on_busy: BusyPolicy;
  readonly key: Idempotency | null;
  /** The run, once it has begun. */
  readonly run = Promise.withResolvers<LiveRun>();
  readonly turn = Promise.withResolvers<void>();
  readonly over = Promise.withResolvers<void>();
  #live: LiveRun | null = null;
  #isCancelled = false;

  constructor(run_id: string, on_busy: BusyPolicy, key: Idempotency | null) {
    this.run_id = run_id;
    this.on_busy = on_busy;
    this.key = key;
    // Whoever joins hears of it; nobody may have.
    this.run.promise.catch(() => undefined);
    this.turn.promise.catch(() => undefined);
  }

  begin(live: LiveRun): void {
    this.#live = live;
    if (this.#isCancelled) live.cancel();
    this.run.resolve(live);
  }

  /** Ends its run, also one that is yet to begin. */
  cancel(): void {
    this.#isCancelled = true;
    this.#live?.cancel();
  }
}

/**
 * The requests of one session, one after the other. One that interrupts ends the run that is answering,
 * and those that were to interrupt before it, and goes before those that wait; these go on waiting.
 */
export class WaitingLine {
  #active: Place | null = null;
  #waiting: Place[] = [];

  find(is: (place: Place) => boolean): Place | undefined {
    return [...(this.#active === null ? [] : [this.#active]), ...this.#waiting].find(is);
  }

  get isBusy(): boolean {
    return this.#active !== null;
  }

  /** Throws `session_busy` with the id of the run that is in the way. */
  admit(on_busy: BusyPolicy): void {
    if (this.#active === null || (on_busy !== 'reject' && this.#waiting.length < longest)) return;
    throw new Failure(
      'session_busy',
      'The session is answering another message; wait for that run, read its events or cancel it.',
      {
        retryAfter: 1,
        extra: { run_id: this.#active.run_id },
      },
    );
  }

  /** Resolves when it is the place's turn. Throws where the line is cleared before. */
  async enter(place: Place): Promise<void> {
    if (this.#active === null) {
      this.#active = place;
      return;
    }
    this.#waiting.push(place);
    if (place.on_busy === 'interrupt') this.#active.cancel();
    await place.turn.promise;
  }

  leave(place: Place): void {
    place.over.resolve();
    this.#waiting = this.#waiting.filter((one) => one !== place);
    if (this.#active !== place) return;
    const next =
      this.#waiting.find(({ on_busy }) => on_busy === 'interrupt') ?? this.#waiting[0] ?? null;
    this.#active = next;
    if (next === null) return;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    // It is stored all the same: somebody has said it.
    if (
      next.on_busy === 'interrupt' &&
      this.#waiting.some(({ on_busy }) => on_busy === 'interrupt')
    )
      next.cancel();
    next.turn.resolve();
  }

  isWaiting(run_id: string): boolean {
    return this.#waiting.some((place) => place.run_id === run_id);
  }

  /** Turns away one that waits, and resolves once that is recorded; false where it does not wait. */
  async withdraw(run_id: string, reason: Error): Promise<boolean> {
    const place = this.#waiting.find((one) => one.run_id === run_id);
    if (place === undefined) return false;
    this.#waiting = this.#waiting.filter((one) => one !== place);
    place.turn.reject(reason);
    await place.over.promise;
    return true;
  }

  /** Turns away those that wait, ends the run that is answering, and waits for its end. */
  async clear(): Promise<void> {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { turn } of waiting)
      turn.reject(new Failure('session_closed', 'The session was deleted.'));
    this.#active?.cancel();
    await this.#active?.over.promise;
  }
}
