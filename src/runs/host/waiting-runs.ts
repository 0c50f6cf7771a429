import { actAsKey } from '../../identity/index.ts';
import {
  type Actor,
  actorId,
  type Ctx,
  coveredAgents,
  coversAgent,
  limitTo,
} from '../../platform/context.ts';
import { admitRun } from '../../rate-limits/index.ts';
import { Failure } from '../../shared/failure.ts';
import type { RunAction } from '../actions/schema.ts';
import type { ActiveRun } from '../active-run.ts';
import type { RunDriver, RunTerms } from '../driver.ts';
import type { RunEvent } from '../events.ts';
import { isWaiting, selectRun } from '../store/runs.ts';
import { expiredDetail, requiredAt } from '../stream/event-log.ts';
import { endWaiting } from '../suspension/end-waiting.ts';
import { resumeRun } from '../suspension/resume-run.ts';
import type { SuspendedRun } from '../suspension/state.ts';
import { claimResumption, type Resumption, submitActions } from '../suspension/submit-actions.ts';
import { keyOfRun } from './key-of-run.ts';
import type { LiveRun } from './live-run.ts';
import { QueuedTurn } from './queued-turn.ts';
import type { Started } from './started.ts';
import type { TurnQueue } from './turn-queue.ts';

interface Hooks {
  readonly drivers: () => readonly RunDriver[];
  readonly invalidate: () => void;
}

type Drive = (
  ctx: Ctx,
  turn: QueuedTurn,
  active: ActiveRun,
  events: AsyncGenerator<RunEvent, void>,
) => LiveRun;

/**
 * The waiting runs of a host. Their state is in D1 alone; in memory a waiting run only holds its
 * position in the queue, which is restored with the next request after an eviction.
 */
export class WaitingRuns {
  readonly #queue: TurnQueue;
  readonly #hooks: Hooks;
  readonly #drive: Drive;
  /** Changes of waiting runs are serialized. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(queue: TurnQueue, hooks: Hooks, drive: Drive) {
    this.#queue = queue;
    this.#hooks = hooks;
    this.#drive = drive;
  }

  /**
   * Accepts the results of required actions. Of several requests with the same results one resumes
   * the run.
   */
  submit(ctx: Ctx, run_id: string, actions: readonly RunAction[]): Promise<Started> {
    return this.#inOrder(() => this.#submit(ctx, run_id, actions));
  }

  /** Ends a waiting run. Does nothing when the run does not wait, or its time is not over. */
  end(ctx: Ctx, run_id: string, reason: 'cancelled' | 'expired'): Promise<void> {
    return this.#inOrder(() => this.#end(ctx, run_id, reason));
  }

  /** Holds the position of a suspended run, until it is resumed or ends. */
  suspend(ctx: Ctx, turn: QueuedTurn, expires_at: number): void {
    const cancel = () =>
      ctx.defer(
        this.end(ctx, turn.run_id, 'cancelled').catch((error: unknown) =>
          ctx.log.error('waiting_run_not_ended', { run_id: turn.run_id, error }),
        ),
      );
    turn.suspend({ expires_at, cancel });
  }

  /**
   * Restores the position of a run that has waited since before this object was created, and ends
   * one whose time is over. Returns true when the session differs from the one that was read.
   */
  async hold(ctx: Ctx, { active_run_id }: RunTerms): Promise<boolean> {
    const held = this.#queue.find(({ wait }) => wait !== null);
    if (held?.wait != null && held.wait.expires_at <= ctx.now()) {
      await this.end(ctx, held.run_id, 'expired');
      return true;
    }
    if (active_run_id === null || this.#queue.isBusy) return false;
    const run = await selectRun(ctx.db, ctx.workspace_id, active_run_id).get();
    if (run === undefined || !isWaiting(run)) return false;
    const expires_at = run.expires_at ?? 0;
    if (expires_at <= ctx.now()) {
      await this.end(ctx, run.id, 'expired');
      return true;
    }
    if (!this.#queue.isBusy)
      this.suspend(ctx, this.#queue.hold(new QueuedTurn(run.id, 'reject', null)), expires_at);
    return false;
  }

  #inOrder<Result>(act: () => Promise<Result>): Promise<Result> {
    const done = this.#last.then(act);
    this.#last = done.catch(() => undefined);
    return done;
  }

  async #submit(given: Ctx, run_id: string, actions: readonly RunAction[]): Promise<Started> {
    // A used key of the same request identifies this run.
    const ctx = (await keyOfRun(given)) === null ? given : { ...given, idempotency: null };
    const submission = await submitActions(ctx, run_id, actions, this.#hooks.drivers());
    if (submission.type === 'complete') return this.#resume(ctx, submission.resumption);
    if (submission.type === 'expired') {
      await this.#end(ctx, run_id, 'expired');
      throw new Failure('run_expired', expiredDetail);
    }
    if (submission.type === 'recorded')
      return { elsewhere: run_id, is_joined: submission.is_joined };
    const turn = this.#queue.find((one) => one.run_id === run_id);
    if (turn === undefined || turn.wait !== null) return { elsewhere: run_id, is_joined: true };
    const run = await turn.run.promise;
    return { run, is_joined: true, after: requiredAt(run.events, actions) };
  }

  async #resume(ctx: Ctx, resumption: Resumption): Promise<Started> {
    const { restored, answered } = resumption;
    const { active } = restored;
    const { id, agent_id } = active.run;
    const acting = await asStarted(ctx, restored.suspended);
    const slot = await admitRun(acting, id, { agent_id, end_user_id: active.end_user_id });
    try {
      await claimResumption(ctx, resumption);
    } catch (error) {
      await slot?.release();
      throw error;
    }
    const turn =
      this.#queue.find(({ run_id }) => run_id === id) ??
      this.#queue.hold(new QueuedTurn(id, 'reject', null));
    const events = resumeRun(acting, restored, answered);
    const run = this.#drive(ctx, turn, active, slot === null ? events : slot.during(events));
    turn.resume(run);
    return { run, is_joined: false, after: run.begun_at };
  }

  async #end(ctx: Ctx, run_id: string, reason: 'cancelled' | 'expired'): Promise<void> {
    const turn = this.#queue.find((one) => one.run_id === run_id);
    let outcome: Awaited<ReturnType<typeof endWaiting>> = 'not_waiting';
    try {
      outcome = await endWaiting(ctx, run_id, reason, this.#hooks.drivers());
    } finally {
      this.#hooks.invalidate();
      if (turn !== undefined && turn.wait !== null && outcome !== 'not_due')
        this.#queue.release(turn);
    }
  }
}

/**
 * Whoever submits its actions, a run has the access, limits and budgets of the key that has started it; those of the
 * caller once that key may no longer run agents. It covers no agent that it did not cover when it was started (R28).
 */
async function asStarted(ctx: Ctx, { run, state }: SuspendedRun): Promise<Ctx> {
  const { created_by } = run;
  const { agent_ids = coveredAgents(ctx.actor) } = state;
  const isCaller = created_by === null || created_by === actorId(ctx.actor);
  const acting = isCaller && coversAll(ctx.actor, agent_ids) ? ctx : await actAs(ctx, created_by);
  return { ...acting, actor: limitTo(acting.actor, agent_ids) };
}

const actAs = async (ctx: Ctx, key: string | null): Promise<Ctx> =>
  (key === null ? null : await actAsKey(ctx, key)) ?? ctx;

/** The token of an end user may cover fewer agents than the key that issued it. */
const coversAll = (actor: Actor, agent_ids: readonly string[] | null): boolean =>
  agent_ids?.every((id) => coversAgent(actor, id)) ?? coveredAgents(actor) === null;
