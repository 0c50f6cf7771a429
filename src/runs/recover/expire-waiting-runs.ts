import type { Ctx } from '../../platform/context.ts';
import { hostName, hostOf } from '../host/host-client.ts';
import { selectExpiredRuns } from '../suspension/store.ts';

/** Maximum number of runs that a tick ends. */
const expireLimit = 50;

/**
 * Ends runs whose time to wait is over, each through its host, which may be about to resume it.
 * Returns the number of runs.
 */
export async function expireWaitingRuns(ctx: Ctx): Promise<number> {
  const due = await selectExpiredRuns(ctx.db, ctx.now(), expireLimit).all();
  for (const run of due)
    await hostOf({ ...ctx, workspace_id: run.workspace_id }, hostName(run))
      .expire(run.id)
      .catch((error: unknown) => ctx.log.error('run_not_expired', { run_id: run.id, error }));
  return due.length;
}
