import { batch } from '../db/client.ts';
import type { Ctx } from '../platform/context.ts';
import { dropPending } from '../platform/idempotency.ts';
import { endRun, releaseSession, selectLostRuns } from './store.ts';

/** Runs a tick closes. */
const closeLimit = 50;

/** Ends runs whose host died, so that their sessions take messages again, and the keys of their requests a retry. */
export async function closeLostRuns(ctx: Ctx): Promise<number> {
  const now = ctx.now();
  const lost = await selectLostRuns(ctx.db, now, closeLimit).all();
  await batch(
    ctx.db,
    lost.flatMap((run) => [
      endRun(ctx.db, run.workspace_id, run.id, { status: 'interrupted', finish_reason: 'interrupted', ended_at: now }),
      releaseSession(ctx.db, run, now, 0),
      dropPending(ctx.db, run.workspace_id, run.id),
    ]),
  );
  return lost.length;
}
