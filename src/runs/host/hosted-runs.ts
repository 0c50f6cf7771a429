import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { fingerprintMismatch, IdempotencyKeyOfRun, moveKey } from '../../platform/idempotency.ts';
import { admitRun } from '../../rate-limits/index.ts';
import { Failure } from '../../shared/failure.ts';
import type { RunAction } from '../actions/schema.ts';
import type { ActiveRun } from '../active-run.ts';
import type { RunDriver, RunSource, RunTerms } from '../driver.ts';
import type { RunEvent } from '../events.ts';
import { executeRun } from '../execute-run.ts';
import { type RunRow, selectRun } from '../store/runs.ts';
import { keyOfRun } from './key-of-run.ts';
import { LiveRun } from './live-run.ts';
import { cancelledWhileQueued, QueuedRecord } from './queued-record.ts';
import { QueuedTurn } from './queued-turn.ts';
import type { Started } from './started.ts';
import { TurnQueue } from './turn-queue.ts';
import { WaitingRuns } from './waiting-runs.ts';

/** Callbacks to the object that hosts the runs. */
export interface HostHooks {
  /** Stores events in case the host crashes. */
  readonly save: (ctx: Ctx, run: ActiveRun, events: readonly RunEvent[]) => Promise<void>;
  /** Called once the run has ended, when its stored events are no longer needed. */
  readonly ended: () => Promise<void>;
  /** Drops the cache, so that the next run reads from D1. */
  readonly invalidate: () => void;
  readonly drivers: () => readonly RunDriver[];
}

/** Called with the id of a run as soon as it is queued, for a request that does not wait for it. */
export type OnQueued = (run_id: string, is_joined: boolean) => void;

/** The runs of one host, executed one after the other. */
export class HostedRuns {
  readonly #hooks: HostHooks;
  readonly #queue = new TurnQueue();
  readonly #waiting: WaitingRuns;

  constructor(hooks: HostHooks) {
    this.#hooks = hooks;
    this.#waiting = new WaitingRuns(this.#queue, hooks, (ctx, turn, active, events) =>
      this.#drive(ctx, turn, active, events),
    );
  }

  /**
   * Resolves with a run of the queue once it has begun; null for any other run, and for one that
   * waits.
   */
  async find(run_id: string): Promise<LiveRun | null> {
    const turn = this.#queue.find((one) => one.run_id === run_id);
    return turn === undefined || turn.wait !== null ? null : turn.run.promise;
  }

  /** Accepts the results of required actions, and resumes the run when all are there. */
  submit(ctx: Ctx, run_id: string, actions: readonly RunAction[]): Promise<Started> {
    return this.#waiting.submit(ctx, run_id, actions);
  }

  /** Ends a run whose time to wait is over. */
  expire(ctx: Ctx, run_id: string): Promise<void> {
    return this.#waiting.end(ctx, run_id, 'expired');
  }

  /** Cancels an active, queued or waiting run, and resolves once its end is stored. */
  async cancel(ctx: Ctx, run_id: string): Promise<void> {
    if (await this.#queue.withdraw(run_id, cancelledWhileQueued())) return;
    const turn = this.#queue.find((one) => one.run_id === run_id);
    if (turn === undefined || turn.wait !== null)
      return this.#waiting.end(ctx, run_id, 'cancelled');
    const live = await turn.run.promise;
    turn.cancel();
    await live.ended;
    // The run has been suspended in the meantime, and is ended.
    if (turn.wait !== null) await turn.released.promise;
  }

  /** Returns true for a run that is active or queued here. */
  has(run_id: string): boolean {
    return this.#queue.find((one) => one.run_id === run_id) !== undefined;
  }

  isQueued(run_id: string): boolean {
    return this.#queue.isQueued(run_id);
  }

  /** Cancels the active run, rejects the queued ones, and resolves when none is left. */
  clear(): Promise<void> {
    return this.#queue.clear();
  }

  /**
   * Starts a run as soon as the queue allows it, or joins the one that the same request has started
   * before. With `onQueued` a run that has to be queued is stored first. Throws `session_busy` with
   * the id of the active run, and the failures of the source.
   */
  async start<Input>(
    ctx: Ctx,
    source: RunSource<Input>,
    input: Input,
    onQueued: OnQueued | null = null,
  ): Promise<Started> {
    let terms = await source.open(ctx, input);
    if (await this.#waiting.hold(ctx, terms)) terms = await source.open(ctx, input);
    const same =
      ctx.idempotency === null
        ? undefined
        : this.#queue.find(({ key }) => key?.key_hash === ctx.idempotency?.key_hash);
    if (same !== undefined) {
      if (same.key?.fingerprint !== ctx.idempotency?.fingerprint) throw fingerprintMismatch();
      if (same.wait !== null) return { elsewhere: same.run_id };
      if (this.#queue.isQueued(same.run_id)) onQueued?.(same.run_id, true);
      return { run: await same.run.promise, is_joined: true };
    }
    try {
      return {
        run: await this.#enqueue(ctx, source, input, terms, null, onQueued),
        is_joined: false,
      };
    } catch (error) {
      // A used idempotency key takes precedence over any failure.
      // A message that was left to a person has no run.
      const mayHaveRun = error instanceof Failure && error.code !== 'session_handed_over';
      const used = mayHaveRun ? await keyOfRun(ctx) : error;
      if (!(used instanceof IdempotencyKeyOfRun)) throw error;
      return this.#join(ctx, source, input, used.run_id, onQueued);
    }
  }

  /**
   * Finds the run that an idempotency key has started earlier: it may be active, have ended, or
   * have failed and be started again.
   */
  async #join<Input>(
    ctx: Ctx,
    source: RunSource<Input>,
    input: Input,
    run_id: string,
    onQueued: OnQueued | null,
  ): Promise<Started> {
    if (this.#queue.isQueued(run_id)) onQueued?.(run_id, true);
    const live = await this.find(run_id);
    if (live !== null) return { run: live, is_joined: true };
    const run = await selectRun(ctx.db, ctx.workspace_id, run_id).get();
    const again = await source.retry(ctx, input, run);
    if (again === null || run === undefined) return { elsewhere: run_id };
    const terms = await source.open(ctx, again);
    return {
      run: await this.#enqueue(ctx, source, again, terms, run, onQueued),
      is_joined: false,
    };
  }

  async #enqueue<Input>(
    ctx: Ctx,
    source: RunSource<Input>,
    input: Input,
    terms: RunTerms,
    replaced: RunRow | null,
    onQueued: OnQueued | null,
  ): Promise<LiveRun> {
    this.#queue.admit(terms.on_busy);
    if (this.#queue.isBusy) {
      await source.check(ctx, input);
      this.#queue.admit(terms.on_busy);
    }
    const turn = new QueuedTurn(source.newRunId(ctx, input), terms.on_busy, ctx.idempotency);
    const { run_id } = turn;
    const more = replaced === null ? [] : moveKey(ctx, replaced.id, run_id);
    const record =
      onQueued !== null && this.#queue.isBusy
        ? new QueuedRecord(ctx, run_id, () => source.queued(ctx, input, run_id), more)
        : null;
    try {
      const isNext = this.#queue.enqueue(turn);
      if (record === null) await isNext;
      else await record.wait(isNext, () => onQueued?.(run_id, false));
      const rest = record === null ? more : [];
      return await this.#execute(record?.ctx ?? ctx, source, input, terms, turn, rest);
    } catch (error) {
      await record?.close(error);
      turn.run.reject(error);
      this.#queue.release(turn);
      throw error;
    }
  }

  async #execute<Input>(
    ctx: Ctx,
    source: RunSource<Input>,
    input: Input,
    { caller }: RunTerms,
    turn: QueuedTurn,
    more: readonly Statement[],
  ): Promise<LiveRun> {
    const { run_id } = turn;
    const slot = await admitRun(ctx, run_id, caller);
    const active = await source.begin(ctx, input, run_id, more).catch(async (error: unknown) => {
      await slot?.release();
      throw error;
    });
    const events = executeRun(ctx, active);
    const during = slot === null ? events : slot.during(events);
    const live = this.#drive(ctx, turn, active, during, () => source.ended(active));
    turn.begin(live);
    return live;
  }

  /** Executes a run with or without listeners. Afterwards its request is released, or kept while the run waits. */
  #drive(
    ctx: Ctx,
    turn: QueuedTurn,
    active: ActiveRun,
    events: AsyncGenerator<RunEvent, void>,
    onEnded: () => void = this.#hooks.invalidate,
  ): LiveRun {
    const { run_id } = turn;
    const live = new LiveRun(run_id, active.events, active.cancel, events, (fresh) =>
      this.#hooks.save(ctx, active, fresh),
    );
    const end = () => {
      onEnded();
      void this.#hooks.ended();
      if (active.suspension === undefined) this.#queue.release(turn);
      else this.#waiting.suspend(ctx, turn, active.suspension.expires_at);
    };
    ctx.defer(live.ended.finally(end));
    return live;
  }
}
