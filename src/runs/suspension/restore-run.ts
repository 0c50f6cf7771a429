import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { ActiveRun } from '../active-run.ts';
import type { RunDriver } from '../driver.ts';
import { Progress } from '../progress.ts';
import { selectRun } from '../store/runs.ts';
import { Trace } from '../trace.ts';
import { fromParts, type SuspendedRun, toSuspendedRun } from './state.ts';
import { selectSuspension } from './store.ts';

/** A waiting run with everything needed to resume or end it. */
export interface RestoredRun {
  readonly suspended: SuspendedRun;
  readonly active: ActiveRun;
  readonly progress: Progress;
  readonly trace: Trace;
}

/**
 * Reads a waiting run with its version, its prompt, and its limits and costs so far. Null when it
 * does not wait.
 */
export async function restoreRun(
  ctx: Ctx,
  run_id: string,
  drivers: readonly RunDriver[],
): Promise<RestoredRun | null> {
  const { db, workspace_id } = ctx;
  const [[row], parts] = await batch(db, [
    selectRun(db, workspace_id, run_id),
    selectSuspension(db, workspace_id, run_id),
  ]);
  const suspended = toSuspendedRun(row, fromParts(parts), ctx.now());
  if (suspended === null) return null;
  const driver = drivers.find((one) => one.owns(suspended.run));
  const active = (await driver?.restore(ctx, suspended)) ?? null;
  if (active === null) return null;
  const trace = new Trace(run_id, active.content_logging);
  const progress = new Progress(ctx, trace);
  progress.restore(suspended.state.progress);
  return { suspended, active, progress, trace };
}
