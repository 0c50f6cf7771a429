import { batch } from '../../db/client.ts';
import { originalKey } from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { deleteBaseRow, touchBase } from '../base-store.ts';
import { selectArchives } from '../batches/batch-store.ts';
import { markFileDeleted } from '../file-store.ts';
import { archiveContents } from '../history/archive.ts';
import { deleteContents, selectAttempts } from '../history/content-store.ts';
import { vectorIds } from '../vector-space.ts';
import { removeOriginals, removeStrayOriginal } from './originals.ts';
import {
  deleteChunks,
  deleteFileRow,
  selectAnyFile,
  selectFilesOfBase,
  selectSpaces,
  selectStaleAttempts,
  selectStaleChunks,
} from './store.ts';
import { attemptKeys, attemptsAtOnce, textKeys } from './text-keys.ts';

/** Chunks per batch; a vector index takes at most 1000 ids per call. */
const step = 500;
/** Files removed per run of the job. */
const filesPerRun = 50;

/**
 * Removes the chunks and texts of attempts in [`from`, `before`) without content, present or former, with their
 * keyword rows and vectors. Vectors go first: their ids are only in the rows.
 */
export async function removeChunks(
  ctx: Ctx,
  file_id: string,
  before: number,
  from = 0,
): Promise<void> {
  const { db, workspace_id } = ctx;
  for (const { attempt } of await selectStaleAttempts(db, file_id, from, before)) {
    await ctx.files.remove(attemptKeys(workspace_id, file_id, attempt));
    for (;;) {
      const rows = await selectStaleChunks(db, workspace_id, file_id, attempt, step).all();
      if (rows.length === 0) break;
      await removeVectors(
        ctx,
        file_id,
        rows.map((row) => row.id),
      );
      await batch(
        db,
        deleteChunks(
          db,
          rows.map((row) => row.seq),
        ),
      );
    }
  }
}

/** Removes the vectors of chunks of a file in all spaces of its base. */
export async function removeVectors(
  ctx: Ctx,
  file_id: string,
  chunk_ids: readonly string[],
): Promise<void> {
  const spaces = await selectSpaces(ctx.db, file_id).get();
  if (spaces !== undefined)
    await ctx.vectors.remove(ctx.workspace_id, vectorIds(spaces, chunk_ids));
}

/**
 * Removes what attempts before `before` have stored, except what is searchable and former content, which it
 * archives.
 */
export async function removeAttempts(ctx: Ctx, file_id: string, before: number): Promise<void> {
  const { db, workspace_id } = ctx;
  await removeChunks(ctx, file_id, before);
  const kept = await selectAttempts(db, workspace_id, file_id, before - 1 - attemptsAtOnce).all();
  const attempts = new Set(kept.map(({ attempt }) => attempt));
  await ctx.files.remove(textKeys(workspace_id, file_id, before - 1, attempts));
  await archiveContents(ctx, file_id);
}

/**
 * Removes the data of a hidden file, or of an upload without a row, except former content that its base keeps. Of a
 * live file it removes originals that have been replaced, and former content that has been purged.
 */
export async function removeFile(ctx: Ctx, file_id: string, isPurge = false): Promise<void> {
  const { db, workspace_id } = ctx;
  const file = await selectAnyFile(db, workspace_id, file_id).get();
  if (file === undefined) return removeStrayOriginal(ctx, file_id);
  if (file.deleted_at === null) {
    await removeOriginals(ctx, file_id);
    await removeChunks(ctx, file_id, file.attempt);
    return;
  }
  if (isPurge) await deleteContents(db, workspace_id, file_id).run();
  await removeOriginals(ctx, file_id);
  await removeAttempts(ctx, file_id, file.attempt + 1);
  await batch(db, [
    deleteFileRow(db, workspace_id, file_id),
    touchBase(db, { workspace_id, id: file.base_id }),
  ]);
}

/** Removes the files of a hidden base in steps, then its row. */
export async function removeBase(ctx: Ctx, base_id: string): Promise<void> {
  const rows = await selectFilesOfBase(ctx.db, ctx.workspace_id, base_id, filesPerRun).all();
  for (const { id } of rows) {
    await markFileDeleted(ctx.db, ctx.workspace_id, id, ctx.now()).run();
    await removeFile(ctx, id, true);
  }
  if (rows.length < filesPerRun) {
    const archives = await selectArchives(ctx.db, ctx.workspace_id, base_id).all();
    await ctx.files.remove(archives.map((one) => originalKey(ctx.workspace_id, one.object_id)));
    await deleteBaseRow(ctx.db, ctx.workspace_id, base_id).run();
  } else await commit(ctx, { statements: [], jobs: [{ type: 'base.delete', base_id }] });
}
