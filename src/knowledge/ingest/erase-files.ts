import type { Ctx } from '../../platform/context.ts';
import { markFileDeleted, selectSomeFiles } from '../file-store.ts';
import { removeFile } from './remove.ts';

const atOnce = 50;

/**
 * Erases all files of the workspace: rows, chunks, keyword rows, vectors and objects. Resumable.
 */
export async function eraseFiles(ctx: Ctx): Promise<void> {
  for (;;) {
    const rows = await selectSomeFiles(ctx.db, ctx.workspace_id, atOnce).all();
    if (rows.length === 0) return;
    for (const { id } of rows) {
      await markFileDeleted(ctx.db, ctx.workspace_id, id, ctx.now()).run();
      await removeFile(ctx, id, true);
    }
  }
}
