import { batch } from '../../db/client.ts';
import { originalKey } from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { deleteBaseRow, touchBase } from '../base-store.ts';
import { markFileDeleted } from '../file-store.ts';
import {
  deleteChunks,
  deleteFileRow,
  selectAnyFile,
  selectFilesOfBase,
  selectStaleChunks,
} from './store.ts';
import { textKeys } from './text-keys.ts';

/** Chunks per batch; a vector index takes at most 1000 ids per call. */
const step = 500;
/** Files removed per run of the job. */
const filesPerRun = 50;

/**
 * Removes the chunks of attempts in [`from`, `before`), with their keyword rows and vectors.
 * Vectors go first: their ids are only in the rows.
 */
export async function removeChunks(
  ctx: Ctx,
  file_id: string,
  before: number,
  from = 0,
): Promise<void> {
  for (;;) {
    const rows = await selectStaleChunks(
      ctx.db,
      ctx.workspace_id,
      file_id,
      from,
      before,
      step,
    ).all();
    if (rows.length === 0) return;
    await ctx.vectors.remove(
      ctx.workspace_id,
      rows.map((row) => row.id),
    );
    await batch(
      ctx.db,
      deleteChunks(
        ctx.db,
        rows.map((row) => row.seq),
      ),
    );
  }
}

/**
 * Removes all data of a hidden file, or of an upload without a row. Leaves a live file alone, so
 * that an upload's scheduled cleanup is harmless.
 */
export async function removeFile(ctx: Ctx, file_id: string): Promise<void> {
  const file = await selectAnyFile(ctx.db, ctx.workspace_id, file_id).get();
  if (file !== undefined && file.deleted_at === null) return;
  await removeChunks(ctx, file_id, Number.MAX_SAFE_INTEGER);
  await ctx.files.remove([
    originalKey(ctx.workspace_id, file_id),
    ...textKeys(ctx.workspace_id, file_id, file?.attempt ?? 0),
  ]);
  if (file === undefined) return;
  await batch(ctx.db, [
    deleteFileRow(ctx.db, ctx.workspace_id, file_id),
    touchBase(ctx.db, { workspace_id: ctx.workspace_id, id: file.base_id }),
  ]);
}

/** Removes the files of a hidden base in steps, then its row. */
export async function removeBase(ctx: Ctx, base_id: string): Promise<void> {
  const rows = await selectFilesOfBase(ctx.db, ctx.workspace_id, base_id, filesPerRun).all();
  for (const { id } of rows) {
    await markFileDeleted(ctx.db, ctx.workspace_id, id, ctx.now()).run();
    await removeFile(ctx, id);
  }
  if (rows.length < filesPerRun) await deleteBaseRow(ctx.db, ctx.workspace_id, base_id).run();
  else await commit(ctx, { statements: [], jobs: [{ type: 'base.delete', base_id }] });
}
