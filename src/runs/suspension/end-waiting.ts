import type { Ctx } from '../../platform/context.ts';
import type { RunDriver } from '../driver.ts';
import { endRunWith, failRunWith } from '../end-run.ts';
import { restoreRun } from './restore-run.ts';

/**
 * Ends a waiting run with its text so far: as `cancelled`, or as `expired` once its time is over.
 */
export async function endWaiting(
  ctx: Ctx,
  run_id: string,
  reason: 'cancelled' | 'expired',
  drivers: readonly RunDriver[],
): Promise<'ended' | 'not_due' | 'not_waiting'> {
  const restored = await restoreRun(ctx, run_id, drivers);
  if (restored === null) return 'not_waiting';
  const { suspended, active, progress } = restored;
  if (reason === 'expired' && (suspended.waiting.expires_at ?? 0) > ctx.now()) return 'not_due';
  if (reason === 'expired') progress.is_expired = true;
  else active.cancel.abort(new DOMException('The run was cancelled.', 'AbortError'));
  try {
    await endRunWith(ctx, active, progress);
  } catch (error) {
    await failRunWith(ctx, active, progress, error);
  }
  return 'ended';
}
