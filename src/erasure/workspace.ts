import { eraseFiles } from '../knowledge/index.ts';
import type { Ctx } from '../platform/context.ts';
import { eraseOneOffs } from '../runs/index.ts';
import { eraseSessions } from '../sessions/index.ts';
import { minute } from '../shared/time.ts';
import { assertDeleted } from '../workspaces/index.ts';
import {
  deleteWorkspaceRow,
  insertSecondPass,
  removalsOf,
  rowsAtOnce,
  selectArchives,
} from './store.ts';

/**
 * Longer than another isolate accepts a cached key, and than a request that began with one can
 * still write.
 */
const secondPassAfter = 15 * minute;

/**
 * Erases all data of a workspace that is marked as deleted: objects of sessions and rate limits,
 * files with their vectors, objects in the file store, and the rows of every table. Each step is
 * idempotent, so that an interrupted job is continued by the next attempt. The first pass schedules
 * a second one.
 */
export async function eraseWorkspace(ctx: Ctx, is_again: boolean): Promise<void> {
  const { db, workspace_id } = ctx;
  await assertDeleted(ctx, workspace_id);
  if (!is_again)
    await insertSecondPass(
      db,
      workspace_id.replace('ws_', 'job_'),
      workspace_id,
      ctx.now() + secondPassAfter,
      ctx.now(),
    );
  await ctx.limiter.erase();
  await eraseSessions(ctx, null);
  await eraseOneOffs(ctx, null);
  await eraseFiles(ctx);
  await eraseObjects(ctx);
  for (const remove of removalsOf(db, workspace_id)) {
    for (;;) {
      const { meta } = await remove();
      if (meta.changes < rowsAtOnce) break;
    }
  }
  // Objects that were written in the meantime.
  await ctx.files.removeAll(`${workspace_id}/`);
  await deleteWorkspaceRow(db, workspace_id);
}

async function eraseObjects(ctx: Ctx): Promise<void> {
  let after = '';
  for (;;) {
    const rows = await selectArchives(ctx.db, ctx.workspace_id, after, 500);
    await ctx.files.remove(rows.map(({ object_key }) => object_key));
    after = rows.at(-1)?.id ?? '';
    if (after === '') break;
  }
  await ctx.files.removeAll(`usage-archives/${ctx.workspace_id}/`);
  await ctx.files.removeAll(`${ctx.workspace_id}/`);
}
