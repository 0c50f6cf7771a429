import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { RunDriver } from '../driver.ts';
import { hostName, hostOf } from '../host/host-client.ts';
import { selectLostRuns } from '../store/runs.ts';
import { closeInterrupted } from './close-interrupted.ts';

/** Maximum number of runs of each state that a tick closes. */
const closeLimit = 50;

/**
 * Ends runs whose lease has expired: through their host, which has the events, or directly when the
 * host cannot be reached. Returns the number of runs.
 */
export const closeLostRuns =
  (drivers: readonly RunDriver[]) =>
  async (ctx: Ctx): Promise<number> => {
    const [running, queued] = await batch(ctx.db, [
      selectLostRuns(ctx.db, 'running', ctx.now(), closeLimit),
      selectLostRuns(ctx.db, 'queued', ctx.now(), closeLimit),
    ]);
    const lost = [...running, ...queued];
    for (const run of lost) {
      const own = { ...ctx, workspace_id: run.workspace_id };
      await hostOf(own, hostName(run))
        .recover(run.id)
        .catch(async (error: unknown) => {
          ctx.log.error('host_not_reached', { run_id: run.id, error });
          await closeInterrupted(own, run, [], drivers);
        });
    }
    return lost.length;
  };
