import { batch } from '../../db/client.ts';
import { originalKey } from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { deleteBaseRow, touchBase } from '../base-store.ts';
import { selectArchives } from '../batches/batch-store.ts';
import { type FileRow, markFileDeleted } from '../file-store.ts';
import { transcriptsPrefix } from '../ocr/transcript-cache.ts';
import { vectorIds } from '../vector-space.ts';
import {
  deleteChunks,
  deleteFileRow,
  selectAnyFile,
  selectFilesOfBase,
  selectSpaces,
  selectStaleChunks,
} from './store.ts';
import { textKeys } from './text-keys.ts';

/** Chunks per batch; a vector index takes at most 1000 ids per call. */
const step = 500;
/** Files removed per run of the job. */
const filesPerRun = 50;

/**
 * Removes the chunks of attempts in [`from`, `before`) that are not searchable, with their keyword rows and
 * vectors. Vectors go first: their ids are only in the rows.
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
    await removeVectors(
      ctx,
      file_id,
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

/** Removes what attempts before `before` have stored, except the searchable one. */
export async function removeAttempts(
  ctx: Ctx,
  { id, former_attempt }: Pick<FileRow, 'id' | 'former_attempt'>,
  before: number,
): Promise<void> {
  await removeChunks(ctx, id, before);
  await ctx.files.remove(textKeys(ctx.workspace_id, id, before - 1, former_attempt));
}

/**
 * Removes all data of a hidden file, or of an upload without a row. Of a live file it removes only an original
 * that has been replaced, so that an upload's scheduled cleanup is harmless.
 */
export async function removeFile(ctx: Ctx, file_id: string): Promise<void> {
  const { workspace_id } = ctx;
  const file = await selectAnyFile(ctx.db, workspace_id, file_id).get();
  const original_id = file?.original_id ?? null;
  if (file !== undefined && file.deleted_at === null) {
    if (original_id !== null) await removeOriginal(ctx, file_id);
    return;
  }
  await removeChunks(ctx, file_id, Number.MAX_SAFE_INTEGER);
  await ctx.files.remove(textKeys(workspace_id, file_id, file?.attempt ?? 0));
  await removeOriginal(ctx, file_id);
  if (original_id !== null) await removeOriginal(ctx, original_id);
  if (file === undefined) return;
  await batch(ctx.db, [
    deleteFileRow(ctx.db, workspace_id, file_id),
    touchBase(ctx.db, { workspace_id, id: file.base_id }),
  ]);
}

/** Removes an original with the transcripts of its pages. */
async function removeOriginal({ files, workspace_id }: Ctx, original_id: string): Promise<void> {
  await files.remove([originalKey(workspace_id, original_id)]);
  await files.removeAll(transcriptsPrefix(workspace_id, original_id));
}

/** Removes the files of a hidden base in steps, then its row. */
export async function removeBase(ctx: Ctx, base_id: string): Promise<void> {
  const rows = await selectFilesOfBase(ctx.db, ctx.workspace_id, base_id, filesPerRun).all();
  for (const { id } of rows) {
    await markFileDeleted(ctx.db, ctx.workspace_id, id, ctx.now()).run();
    await removeFile(ctx, id);
  }
  if (rows.length < filesPerRun) {
    const archives = await selectArchives(ctx.db, ctx.workspace_id, base_id).all();
    await ctx.files.remove(archives.map((one) => originalKey(ctx.workspace_id, one.object_id)));
    await deleteBaseRow(ctx.db, ctx.workspace_id, base_id).run();
  } else await commit(ctx, { statements: [], jobs: [{ type: 'base.delete', base_id }] });
}
