import { batch, lastResult, type Statement } from '../../db/client.ts';
import { quotaFailure } from '../../db/errors.ts';
import {
  type Chunk,
  chunkDocument,
  DocumentFault,
  type ExtractedDocument,
  extractOriginal,
} from '../../documents/index.ts';
import { readModelName } from '../../models/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { touchBase } from '../base-store.ts';
import { type FileRow, originalIdOf } from '../file-store.ts';
import { ingestion } from '../ingestion.ts';
import { transcribeScans, UnfinishedTranscriptError } from '../ocr/transcribe.ts';
import { indexChunk } from '../search/keywords.ts';
import { type BaseOfFile, embedForSpaces, recordsOf } from './embed-chunks.ts';
import { removeAttempts, removeChunks, removeVectors } from './remove.ts';
import {
  beginAttempt,
  failFile,
  insertChunks,
  type NewChunk,
  selectAnyFile,
  selectBaseOfFile,
  updateAttempt,
} from './store.ts';
import { storeText } from './text.ts';
import { attemptKeys } from './text-keys.ts';

/** Number of chunks embedded and stored in one batch. */
const batchSize = 96;
const maxChunks = 50_000;
/** Length of a text from which its chunking takes long enough to be shown as a status. */
const longText = 500_000;

/** A revision that is left out is of any. */
interface IngestJob {
  readonly file_id: string;
  readonly revision?: number | undefined;
}

/** The attempt has been superseded by another, or its file deleted. */
class StaleAttemptError extends Error {
  override readonly name = 'StaleAttemptError';
}

/**
 * Ingests a file: extract, chunk, embed, index. Safe to run concurrently, repeatedly and after a
 * crash: an attempt first removes what earlier ones left, and writes only while it is the latest. What was
 * searchable before remains so until the attempt is ready, and then becomes former content or is removed. A
 * `DocumentFault` ends it as `failed`; other errors are thrown and retried. Returns true
 * when `end` was committed with the file's last change.
 */
export async function ingestFile(
  ctx: Ctx,
  { file_id, revision }: IngestJob,
  end: Statement | undefined,
): Promise<boolean> {
  const { workspace_id } = ctx;
  const [[file], [base]] = await batch(ctx.db, [
    beginAttempt(ctx.db, { workspace_id, id: file_id, revision: revision ?? null, now: ctx.now() }),
    selectBaseOfFile(ctx.db, { workspace_id, file_id }),
  ]);
  if (file === undefined) await removeLeftovers(ctx, file_id);
  if (file === undefined || base === undefined) return false;
  const written: string[] = [];
  // The job ends with the file's last change, unless it has to remove the former content after that.
  const last = file.former_attempt === null ? end : undefined;
  try {
    if (file.attempt > 1) await removeAttempts(ctx, file.id, file.attempt);
    await index(ctx, file, base, written, last);
    if (file.former_attempt !== null) await removeAttempts(ctx, file.id, file.attempt);
    return last !== undefined;
  } catch (error) {
    if (error instanceof StaleAttemptError) {
      // The newer attempt removed the rows, possibly before these vectors existed.
      await removeVectors(ctx, file_id, written);
      await discard(ctx, file);
    } else if (error instanceof UnfinishedTranscriptError)
      await commit(ctx, { statements: [], jobs: [ingestion(ctx, file)] });
    else if (error instanceof DocumentFault) await fail(ctx, file, error);
    else throw error;
    return false;
  }
}

/** Removes what an attempt left that ended and was interrupted before it had removed it. */
async function removeLeftovers(ctx: Ctx, file_id: string): Promise<void> {
  const file = await selectAnyFile(ctx.db, ctx.workspace_id, file_id).get();
  if (file === undefined || file.deleted_at !== null) return;
  if (file.status === 'ready') await removeAttempts(ctx, file.id, file.attempt);
  if (file.status === 'failed') await removeAttempts(ctx, file.id, file.attempt + 1);
}

/** Extracts the text of a file, and transcribes its scanned pages if the base has a model for them. */
async function readDocument(
  ctx: Ctx,
  file: FileRow,
  { ocr_model: model, agent_id }: BaseOfFile,
): Promise<ExtractedDocument> {
  const options = { layout: true, scans: model !== null };
  const document = await extractOriginal(ctx, { ...file, id: originalIdOf(file) }, options);
  if (model === null) return document;
  const progress = (share: number) => write(ctx, file, { progress: share });
  return transcribeScans(ctx, file, document, { model, agent_id, progress });
}

/**
 * Appends the ids of stored chunks to `written`, so that a superseded attempt can remove their
 * vectors.
 */
async function index(
  ctx: Ctx,
  file: FileRow,
  first: BaseOfFile,
  written: string[],
  end: Statement | undefined,
): Promise<void> {
  let base = first;
  const document = await readDocument(ctx, file, base);
  if (document.text.length > longText) await write(ctx, file, { status: 'chunking' });
  const chunks = chunkDocument(document, base);
  if (chunks.length > maxChunks)
    throw new DocumentFault('too_large', `The document has more than ${maxChunks} chunks.`);
  await storeText(ctx, file, document);
  // Written with the first chunks, or before the first call that costs something.
  let changes: Partial<FileRow> = { status: 'embedding', chunk_count: chunks.length };
  if (!isFree(base.embedding_model)) {
    await reserve(chunks, write(ctx, file, changes));
    changes = {};
  }
  for (let start = 0; start < chunks.length; start += batchSize) {
    const rows = chunks
      .slice(start, start + batchSize)
      .map((chunk, offset) => toRow(ctx, file, document, chunk, start + offset));
    written.push(...rows.map(({ id }) => id));
    const stored = start + rows.length;
    const isLast = stored === chunks.length;
    base = await reserve(
      chunks,
      storeBatch(
        ctx,
        file,
        base,
        rows,
        {
          ...changes,
          status: isLast ? 'indexing' : 'embedding',
          progress: stored / chunks.length,
        },
        (vectors) =>
          isLast
            ? finish(ctx, file, sizesOf(document, chunks), [...vectors, end ?? null])
            : batch(ctx.db, vectors),
      ),
    );
    changes = {};
  }
  if (chunks.length === 0) await finish(ctx, file, sizesOf(document, chunks), [end ?? null]);
}

const sizesOf = (document: ExtractedDocument, chunks: readonly Chunk[]) =>
  ({
    page_count: document.pages?.length ?? null,
    char_count: document.text.length,
    is_markdown: document.isMarkdown,
    token_count: chunks.reduce((sum, chunk) => sum + chunk.token_count, 0),
    chunk_count: chunks.length,
  }) as const;

/** True for a model whose calls cost nothing. */
const isFree = (model: string) => readModelName(model)?.provider === 'builtin';

/** Awaits the write that reserves the quota of the chunks. Throws `quota_exceeded` of the document. */
async function reserve<Result>(
  chunks: readonly Chunk[],
  writing: Promise<Result>,
): Promise<Result> {
  try {
    return await writing;
  } catch (error) {
    const exceeded = quotaFailure(error);
    if (exceeded === null) throw error;
    throw new DocumentFault(
      'quota_exceeded',
      `The file has ${chunks.length} chunks. ${exceeded.message}`,
    );
  }
}

function toRow(
  ctx: Ctx,
  file: FileRow,
  document: ExtractedDocument,
  chunk: Chunk,
  ordinal: number,
): NewChunk {
  const text = document.text.slice(chunk.start, chunk.end);
  return {
    ...chunk,
    id: ctx.newId('chk'),
    ordinal,
    text,
    ...indexChunk({ scope: file.base_id, file_name: file.name, heading: chunk.heading, text }),
  };
}

/**
 * Stores rows before vectors: a vector without a row could not be found for removal. The vectors are those of the spaces
 * that the base has when the rows are stored. `commit` gets their statements. Returns the base as it was then.
 */
async function storeBatch(
  ctx: Ctx,
  file: FileRow,
  base: BaseOfFile,
  rows: readonly NewChunk[],
  changes: Partial<FileRow>,
  commit: (vectors: readonly Statement[]) => Promise<unknown>,
): Promise<BaseOfFile> {
  const { db, workspace_id } = ctx;
  const call_key = `${file.id}:${file.attempt}:${rows[0]?.ordinal ?? 0}`;
  const embedded = await embedForSpaces(ctx, base, rows, call_key);
  const results = await batch(db, [
    updateAttempt(db, file, { ...changes, updated_at: ctx.now() }),
    ...insertChunks(db, file, rows),
    ...embedded.statements,
    selectBaseOfFile(db, { workspace_id, file_id: file.id }),
  ]);
  if (results[0].length === 0) throw new StaleAttemptError();
  const current = lastResult(results)[0] ?? base;
  const vectors = await embedForSpaces(ctx, current, rows, call_key, embedded);
  await ctx.vectors.upsert(workspace_id, recordsOf(current, rows, vectors), (statements) =>
    commit([...statements, ...vectors.statements]),
  );
  return current;
}

/** Makes the attempt searchable in place of the former one, in one batch with the last statements. */
async function finish(
  ctx: Ctx,
  file: FileRow,
  changes: Partial<FileRow>,
  statements: readonly (Statement | null)[],
): Promise<void> {
  const now = ctx.now();
  const ready = { status: 'ready', progress: 1, ready_at: now, updated_at: now } as const;
  const former =
    file.former_attempt === null ? {} : { former_attempt: null, former_chunk_count: 0 };
  const [written] = await batch(ctx.db, [
    updateAttempt(ctx.db, file, { ...changes, ...ready, ...former }),
    touchBase(ctx.db, { workspace_id: ctx.workspace_id, id: file.base_id }),
    ...statements,
  ]);
  if (written.length === 0) throw new StaleAttemptError();
}

async function write(ctx: Ctx, file: FileRow, changes: Partial<FileRow>): Promise<void> {
  const [written] = await batch(ctx.db, [
    updateAttempt(ctx.db, file, { ...changes, updated_at: ctx.now() }),
  ]);
  if (written.length === 0) throw new StaleAttemptError();
}

async function fail(
  ctx: Ctx,
  file: FileRow,
  { code, message, cause }: DocumentFault,
): Promise<void> {
  ctx.log.info('file_failed', { file_id: file.id, code, cause });
  const failed = { status: 'failed', chunk_count: null, error_code: code } as const;
  await batch(ctx.db, [
    updateAttempt(ctx.db, file, { ...failed, error_detail: message, updated_at: ctx.now() }),
  ]);
  await discard(ctx, file);
}

/** Removes everything that this attempt has stored. */
async function discard(ctx: Ctx, file: FileRow): Promise<void> {
  await removeChunks(ctx, file.id, file.attempt + 1, file.attempt);
  await ctx.files.remove(attemptKeys(ctx.workspace_id, file.id, file.attempt));
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
  const [failed] = await failFile(
    ctx.db,
    { workspace_id, id, revision: revision ?? null },
    error,
    ctx.now(),
  );
  if (failed !== undefined) await removeAttempts(ctx, failed.id, failed.attempt + 1);
}
