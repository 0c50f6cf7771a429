import { batch, type Statement } from '../../db/client.ts';
import type { DocumentFault } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { touchBase } from '../base-store.ts';
import { type FileRow, originalIdOf } from '../file-store.ts';
import { transcriptsPrefix } from '../ocr/transcript-cache.ts';
import { hasOriginal } from './originals.ts';
import { removeChunks } from './remove.ts';
import { failReplacement, takeReplacement, updateAttempt } from './store.ts';
import { attemptKeys } from './text-keys.ts';

/** The attempt has been superseded by another, or its file deleted. */
export class StaleAttemptError extends Error {
  override readonly name = 'StaleAttemptError';
}

/** Makes the attempt searchable in place of the former one, in one batch with the last statements. */
export async function finishAttempt(
  ctx: Ctx,
  file: FileRow,
  changes: Partial<FileRow>,
  statements: readonly (Statement | null)[],
): Promise<void> {
  const now = ctx.now();
  const ready = { status: 'ready', progress: 1, ready_at: now, updated_at: now } as const;
  const former =
    file.former_attempt === null ? {} : { former_attempt: null, former_chunk_count: 0 };
  const all = { ...changes, ...ready, ...former };
  const [written] = await batch(ctx.db, [
    file.replacement === null
      ? updateAttempt(ctx.db, file, all)
      : takeReplacement(ctx.db, file, all),
    touchBase(ctx.db, { workspace_id: ctx.workspace_id, id: file.base_id }),
    ...statements,
  ]);
  if (written.length === 0) throw new StaleAttemptError();
}

/** Changes the row of the attempt. Throws `StaleAttemptError` when it has been superseded. */
export async function updateFileOf(
  ctx: Ctx,
  file: FileRow,
  changes: Partial<FileRow>,
): Promise<void> {
  const [written] = await batch(ctx.db, [
    updateAttempt(ctx.db, file, { ...changes, updated_at: ctx.now() }),
  ]);
  if (written.length === 0) throw new StaleAttemptError();
}

/** Ends the attempt as failed, and removes what it has stored. */
export async function failAttempt(
  ctx: Ctx,
  file: FileRow,
  { code, message, cause }: DocumentFault,
): Promise<void> {
  ctx.log.info('file_failed', { file_id: file.id, code, cause });
  const failed = { status: 'failed', chunk_count: null, error_code: code } as const;
  await batch(ctx.db, [
    updateAttempt(ctx.db, file, { ...failed, error_detail: message, updated_at: ctx.now() }),
    file.replacement === null ? null : failReplacement(ctx.db, file, ctx.now()),
  ]);
  await discardAttempt(ctx, file);
}

/** Removes everything that this attempt has stored. */
export async function discardAttempt(ctx: Ctx, file: FileRow): Promise<void> {
  await removeChunks(ctx, file.id, file.attempt + 1, file.attempt);
  await ctx.files.remove(attemptKeys(ctx.workspace_id, file.id, file.attempt));
}

/** Removes the transcripts that an attempt has stored after its original was deleted. */
export async function removeLostTranscripts(ctx: Ctx, file: FileRow): Promise<void> {
  const original_id = originalIdOf(file);
  if (!(await hasOriginal(ctx, file.id, original_id)))
    await ctx.files.removeAll(transcriptsPrefix(ctx.workspace_id, original_id));
}
