import type { Ctx } from '../../platform/context.ts';
import type { RunDriver } from '../driver.ts';
import type { RunEvent } from '../events.ts';
import type { RunRow } from '../store/runs.ts';
import { fromParts } from '../suspension/state.ts';
import { selectSuspension } from '../suspension/store.ts';

/**
 * Ends a run whose host died, through the driver of its kind, with all its events. Does nothing
 * when the run has ended.
 */
export async function closeInterrupted(
  ctx: Ctx,
  run: RunRow,
  events: readonly RunEvent[],
  drivers: readonly RunDriver[],
): Promise<void> {
  const driver = drivers.find((one) => one.owns(run));
  if (driver === undefined) throw new Error(`no driver owns run ${run.id}`);
  const state = fromParts(await selectSuspension(ctx.db, run.workspace_id, run.id).all());
  await driver.closeInterrupted(ctx, run, [...(state?.events ?? []), ...events]);
}
