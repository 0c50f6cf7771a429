import type { Statement } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { leaseFor } from '../active-run.ts';
import { endRun, renewQueuedRun } from '../store/runs.ts';

export const cancelledWhileQueued = () =>
  new Failure('run_cancelled', 'The run was cancelled while it was queued.');

/**
 * The stored record of a queued run: it is listed and cancelled like any other, its lease is renewed while its host
 * lives, and the sweep of lost runs closes it when the host dies.
 */
export class QueuedRecord {
  /**
   * The context of the run itself. The request's idempotency key is used when the run is queued.
   */
  readonly ctx: Ctx;
  readonly #request: Ctx;
  readonly #run_id: string;
  readonly #insert: () => Promise<readonly Statement[]>;
  readonly #more: readonly Statement[];
  #isStored = false;

  constructor(
    ctx: Ctx,
    run_id: string,
    insert: () => Promise<readonly Statement[]>,
    more: readonly Statement[],
  ) {
    this.ctx = { ...ctx, idempotency: null };
    this.#request = ctx;
    this.#run_id = run_id;
    this.#insert = insert;
    this.#more = more;
  }

  /**
   * Stores the run, calls `onStored`, and resolves when the turn may be executed. Throws the
   * failures of `turn`.
   */
  async wait(turn: Promise<void>, onStored: () => void): Promise<void> {
    // It may be rejected before it is stored.
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

  /** Ends a run that will not start. */
  async close(error: unknown): Promise<void> {
    if (!this.#isStored) return;
    const { db, workspace_id, now, log } = this.ctx;
    const { code, message } =
      error instanceof Failure ? error : new Failure('internal', 'The run could not be started.');
    const isCancelled = code === 'run_cancelled';
    const end = {
      error_code: code,
      error_detail: message,
      finish_reason: isCancelled ? 'cancelled' : 'error',
      status: isCancelled ? ('cancelled' as const) : ('failed' as const),
      ended_at: now(),
    };
    // The sweep closes runs that cannot be updated now.
    await commit(this.ctx, { statements: [endRun(db, workspace_id, this.#run_id, end)] }).catch(
      (cause: unknown) =>
        log.error('queued_run_not_closed', { run_id: this.#run_id, error: cause }),
    );
  }

  async #store(): Promise<void> {
    const insert = await this.#insert();
    const pending = this.#more.length === 0 ? { pending: { run_id: this.#run_id } } : {};
    try {
      await commit(this.#request, { statements: [...insert, ...this.#more], ...pending });
    } catch (error) {
      if (isGuardViolation(error, 'runs.version_id'))
        throw invalid('/version', 'This version of the agent does not exist.');
      throw error;
    }
    this.#isStored = true;
  }
}
