import { batch, type Statement } from '../../db/client.ts';
import { DocumentFault } from '../../documents/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { FileRow } from '../file-store.ts';
import { ingestion } from '../ingestion.ts';
import { UnfinishedTranscriptError } from '../ocr/transcribe.ts';
import { latestOf } from '../replacement.ts';
import {
  discardAttempt,
  failAttempt,
  removeLostTranscripts,
  StaleAttemptError,
} from './attempt.ts';
import { indexDocument } from './index-document.ts';
import { removeOriginals } from './originals.ts';
import { readDocument } from './read-document.ts';
import { removeAttempts, removeVectors } from './remove.ts';
import { beginAttempt, failFile, selectAnyFile, selectBaseOfFile } from './store.ts';

/** A revision that is left out is of any. */
interface IngestJob {
  readonly file_id: string;
  readonly revision?: number | undefined;
}

/**
 * Ingests a file: extract, chunk, embed, index. Safe to run concurrently, repeatedly and after a
 * crash: an attempt first removes what earlier ones left, and writes only while it is the latest. What was
 * searchable before remains so until the attempt is ready, and is then removed. A
 * `DocumentFault` ends it as `failed`; other errors are thrown and retried. Returns true
 * when `end` was committed with the file's last change.
 */
export async function ingestFile(
  ctx: Ctx,
  { file_id, revision }: IngestJob,
  end: Statement | undefined,
): Promise<boolean> {
  const { workspace_id } = ctx;
  const [[begun], [base]] = await batch(ctx.db, [
    beginAttempt(ctx.db, { workspace_id, id: file_id, revision: revision ?? null, now: ctx.now() }),
    selectBaseOfFile(ctx.db, { workspace_id, file_id }),
  ]);
  if (begun === undefined) await removeLeftovers(ctx, file_id);
  if (begun === undefined || base === undefined) return false;
  const file = latestOf(begun);
  const written: string[] = [];
  // The job ends with the file's last change, unless it has to remove the former content after that.
  const last = file.former_attempt === null ? end : undefined;
  try {
    if (file.attempt > 1) await removeAttempts(ctx, file.id, file.attempt);
    const document = await readDocument(ctx, file, base);
    await indexDocument(ctx, file, base, document, written, last);
    if (file.former_attempt !== null) await removeFormer(ctx, file);
    return last !== undefined;
  } catch (error) {
    if (error instanceof StaleAttemptError) {
      // The newer attempt removed the rows, possibly before these vectors existed.
      await removeVectors(ctx, file_id, written);
      await discardAttempt(ctx, file);
      await removeLostTranscripts(ctx, file);
    } else if (error instanceof UnfinishedTranscriptError)
      await commit(ctx, { statements: [], jobs: [ingestion(ctx, file)] });
    else if (error instanceof DocumentFault) await failAttempt(ctx, file, error);
    else throw error;
    return false;
  }
}

/** Removes what attempts before this one have left, and originals that have been replaced, except history. */
async function removeFormer(
  ctx: Ctx,
  { id, attempt }: Pick<FileRow, 'id' | 'attempt'>,
): Promise<void> {
  await removeAttempts(ctx, id, attempt);
  await removeOriginals(ctx, id);
}

/**
 * Removes what an attempt left that ended and was interrupted before it had removed it. The file may have been queued
 * again since, for content that does not become ready: only this job removes what that attempt has replaced.
 */
async function removeLeftovers(ctx: Ctx, id: string): Promise<void> {
  const file = await selectAnyFile(ctx.db, ctx.workspace_id, id).get();
  if (file === undefined || file.deleted_at !== null) return;
  const { attempt, status } = file;
  await removeFormer(ctx, { id, attempt: status === 'failed' ? attempt + 1 : attempt });
}

/** Marks a file as failed after its last attempt. It can be reprocessed manually. */
export async function failExhaustedFile(
  ctx: Ctx,
  { file_id: id, revision }: IngestJob,
): Promise<void> {
  const error = {
    code: 'internal',
    detail: 'The file could not be processed. Retry with `POST /files/{file}/reprocess`.',
  };
  const { workspace_id } = ctx;
  await failFile(ctx.db, { workspace_id, id, revision: revision ?? null }, error, ctx.now()).run();
  await removeLeftovers(ctx, id);
}
