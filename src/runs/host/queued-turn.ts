import type { Statement } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { endRun, insertQueuedRun, renewQueuedRun, type SessionRow } from '../../sessions/store.ts';
import { leaseFor, newRun } from '../../sessions/turn/start-turn.ts';
import type { TurnInput } from '../../sessions/turn/turn-input.ts';
import { Failure, invalid } from '../../shared/failure.ts';

export const cancelledWhileQueued = () =>
  new Failure('run_cancelled', 'The run was cancelled while it was queued.');

/**
 * The record of a run that waits for its turn: listed and cancelled like any other, renewed while its host
 * lives, and closed by the sweep of lost runs when the host dies.
 */
export class QueuedRun {
  /** For the turn itself: the request's key stands for the run from the moment it waits. */
  readonly ctx: Ctx;
  readonly #asked: Ctx;
  readonly #run_id: string;
  readonly #session: SessionRow;
  readonly #input: TurnInput;
  readonly #more: readonly Statement[];
  #isStored = false;

  constructor(
    ctx: Ctx,
    run_id: string,
    session: SessionRow,
    input: TurnInput,
    more: readonly Statement[],
  ) {
    this.ctx = { ...ctx, idempotency: null };
    this.#asked = ctx;
    this.#run_id = run_id;
    this.#session = session;
    this.#input = input;
    this.#more = more;
  }

  /** Stores the run, says so, and resolves with its turn. Throws as the turn does. */
  async wait(turn: Promise<void>, onStored: () => void): Promise<void> {
    // It may be turned away before it is stored.
    turn.catch(() => undefined);
    await this.#store();
    onStored();
    const { db, workspace_id, now, defer } = this.ctx;
    const renew = () =>
      defer(renewQueuedRun(db, workspace_id, this.#run_id, now() + leaseFor).run());
    const heartbeat = setInterval(renew, leaseFor / 3);
    try {
      await turn;
    } finally {
      clearInterval(heartbeat);
    }
  }

  /** Ends a run that will not begin, for the reason that it is given. */
  async close(error: unknown): Promise<void> {
    if (!this.#isStored) return;
    const { db, workspace_id, now, log } = this.ctx;
    const { code, message } =
      error instanceof Failure ? error : new Failure('internal', 'The run could not be started.');
    const isCancelled = code === 'run_cancelled';
    const reason = {
      error_code: code,
      error_detail: message,
      finish_reason: isCancelled ? 'cancelled' : 'error',
    };
    const end = {
      ...reason,
      status: isCancelled ? ('cancelled' as const) : ('failed' as const),
      ended_at: now(),
    };
    // What cannot be written now is left to the sweep.
    await commit(this.ctx, { statements: [endRun(db, workspace_id, this.#run_id, end)] }).catch(
      (cause: unknown) =>
        log.error('queued_run_not_closed', { run_id: this.#run_id, error: cause }),
    );
  }

  async #store(): Promise<void> {
    const run = newRun(this.#asked, this.#session, this.#run_id, this.#input);
    const insert = insertQueuedRun(this.#asked.db, run, this.#session, this.#input.version);
    try {
      const pending = this.#more.length === 0 ? { pending: { run_id: this.#run_id } } : {};
      await commit(this.#asked, { statements: [insert, ...this.#more], ...pending });
    } catch (error) {
      if (isGuardViolation(error, 'runs.version_id'))
        throw invalid('/version', 'This version of the agent does not exist.');
      throw error;
    }
    this.#isStored = true;
  }
}
