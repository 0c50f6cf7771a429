import { batch } from '../../db/client.ts';
import { originalKey } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { day } from '../../shared/time.ts';
import { lostAfter } from './execute.ts';
import {
  closeLostExecutions,
  deleteGeneratedFiles,
  deleteOldExecutions,
  selectExpiredFiles,
} from './store.ts';

const filesAtOnce = 500;
const executionsAtOnce = 2000;
const executionTtl = 30 * day;

/** Removes expired files: the content first, so that an interrupted removal is repeated. Returns their number. */
export async function removeExpiredFiles(ctx: Ctx): Promise<number> {
  const expired = await selectExpiredFiles(ctx.db, ctx.now(), filesAtOnce).all();
  if (expired.length === 0) return 0;
  await ctx.files.remove(expired.map(({ id, workspace_id }) => originalKey(workspace_id, id)));
  await batch(ctx.db, [
    deleteGeneratedFiles(
      ctx.db,
      expired.map(({ id }) => id),
    ),
  ]);
  return expired.length;
}

export const closeLost = (ctx: Ctx) =>
  batch(ctx.db, [closeLostExecutions(ctx.db, ctx.now() - lostAfter, ctx.now())]);

/** Deletes records of executions after 30 days; those of runs go with their run, if that is earlier. */
export async function deleteOld(ctx: Ctx): Promise<number> {
  const [deleted] = await batch(ctx.db, [
    deleteOldExecutions(ctx.db, ctx.now() - executionTtl, executionsAtOnce),
  ]);
  return deleted.length;
}
