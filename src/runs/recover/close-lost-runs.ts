import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { selectLostRuns } from '../../sessions/store.ts';
import { closeInterrupted } from '../../sessions/turn/close-interrupted.ts';
import { hostOf } from '../host/host-client.ts';

/** Runs of each state that a tick closes. */
const closeLimit = 50;

/** Ends runs whose host has not been heard of: the host itself, which knows what had been said, or else from here. */
export async function closeLostRuns(ctx: Ctx): Promise<number> {
  const [running, queued] = await batch(ctx.db, [
    selectLostRuns(ctx.db, 'running', ctx.now(), closeLimit),
    selectLostRuns(ctx.db, 'queued', ctx.now(), closeLimit),
  ]);
  const lost = [...running, ...queued];
  for (const run of lost) {
    const own = { ...ctx, workspace_id: run.workspace_id };
    await hostOf(own, run.session_id ?? run.id)
      .recover(run.id)
      .catch(async (error: unknown) => {
        ctx.log.error('host_not_reached', { run_id: run.id, error });
        await closeInterrupted(own, run, []);
      });
  }
  return lost.length;
}
