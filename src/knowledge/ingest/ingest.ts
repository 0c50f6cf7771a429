import { batch } from '../../db/client.ts';
import { quotaFailure } from '../../db/errors.ts';
import {
  type Chunk,
  chunkDocument,
  DocumentFault,
  type ExtractedDocument,
  extractOriginal,
  streamOf,
} from '../../documents/index.ts';
import { embed } from '../../llm/index.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { touchBase } from '../base-store.ts';
import type { FileRow } from '../file-store.ts';
import { indexedBody, indexedTitle } from '../search/keywords.ts';
import { removeChunks } from './remove.ts';
import {
  beginAttempt,
  failFile,
  insertChunks,
  type NewChunk,
  selectBaseOfFile,
  updateAttempt,
} from './store.ts';
import { textKey, textKeys } from './text-keys.ts';

/** Number of chunks embedded and stored in one batch. */
const batchSize = 96;
const maxChunks = 50_000;

type Base = NonNullable<Awaited<ReturnType<ReturnType<typeof selectBaseOfFile>['get']>>>;

/** The attempt has been superseded by another, or its file deleted. */
class StaleAttemptError extends Error {
  override readonly name = 'StaleAttemptError';
}

/**
 * Ingests a file: extract, chunk, embed, index. Safe to run concurrently, repeatedly and after a
 * crash: an attempt first removes what earlier ones left, and writes only while it is the latest. A
 * `DocumentFault` ends it as `failed`; other errors are thrown and retried.
 */
export async function ingestFile(ctx: Ctx, file_id: string): Promise<void> {
  const [[file], [base]] = await batch(ctx.db, [
    beginAttempt(ctx.db, ctx.workspace_id, file_id, ctx.now()),
    selectBaseOfFile(ctx.db, ctx.workspace_id, file_id),
  ]);
  if (file === undefined || base === undefined) return;
  const written: string[] = [];
  try {
    await removeChunks(ctx, file.id, file.attempt);
    await ctx.files.remove(textKeys(ctx.workspace_id, file.id, file.attempt - 1));
    await index(ctx, file, base, written);
  } catch (error) {
    if (error instanceof StaleAttemptError) {
      // The newer attempt removed the rows, possibly before these vectors existed.
      await ctx.vectors.remove(ctx.workspace_id, written);
      await discard(ctx, file);
    } else if (error instanceof DocumentFault) await fail(ctx, file, error);
    else throw error;
  }
}

/**
 * Appends the ids of stored chunks to `written`, so that a superseded attempt can remove their
 * vectors.
 */
async function index(ctx: Ctx, file: FileRow, base: Base, written: string[]): Promise<void> {
  const document = await extractOriginal(ctx, file);
  await ctx.files.put(textKey(ctx.workspace_id, file.id, file.attempt), streamOf(document.text), {
    media_type: 'text/plain; charset=utf-8',
    limit: Number.POSITIVE_INFINITY,
  });
  const pages = document.pages?.length ?? null;
  await write(ctx, file, {
    status: 'chunking',
    progress: 0,
    page_count: pages,
    char_count: document.text.length,
  });
  const chunks = chunkDocument(document, base);
  if (chunks.length > maxChunks)
    throw new DocumentFault('too_large', `The document has more than ${maxChunks} chunks.`);
  await reserveChunks(ctx, file, chunks);
  for (let start = 0; start < chunks.length; start += batchSize) {
    const rows = chunks
      .slice(start, start + batchSize)
      .map((chunk, offset) => toRow(ctx, file, document, chunk, start + offset));
    written.push(...rows.map(({ id }) => id));
    await storeBatch(ctx, file, base, rows, Math.min(1, (start + rows.length) / chunks.length));
  }
  await finish(ctx, file, chunks.length);
}

/** Reserves the chunk quota before any chunk is stored or billed. Throws `quota_exceeded`. */
async function reserveChunks(ctx: Ctx, file: FileRow, chunks: readonly Chunk[]): Promise<void> {
  const token_count = chunks.reduce((sum, chunk) => sum + chunk.token_count, 0);
  try {
    await write(ctx, file, { status: 'embedding', token_count, chunk_count: chunks.length });
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
    title: indexedTitle(file.name, chunk.heading),
    body: indexedBody(text),
  };
}

/** Stores rows before vectors: a vector without a row could not be found for removal. */
async function storeBatch(
  ctx: Ctx,
  file: FileRow,
  base: Base,
  rows: readonly NewChunk[],
  progress: number,
): Promise<void> {
  const { embeddings, usage } = await embed(ctx, {
    model: base.embedding_model,
    values: rows.map(({ heading, text }) => (heading === null ? text : `${heading}\n${text}`)),
    operation: 'embed_file',
    agent_id: base.agent_id,
    call_key: `${file.id}:${file.attempt}:${rows[0]?.ordinal ?? 0}`,
  });
  const [written] = await batch(ctx.db, [
    updateAttempt(ctx.db, file, { progress, updated_at: ctx.now() }),
    ...insertChunks(ctx.db, file, rows),
    ...usage,
  ]);
  if (written.length === 0) throw new StaleAttemptError();
  const records = rows.map(({ id }, position) => ({
    id,
    base_id: file.base_id,
    values: embeddings[position] ?? [],
  }));
  await ctx.vectors.upsert(ctx.workspace_id, records);
}

async function finish(ctx: Ctx, file: FileRow, chunk_count: number): Promise<void> {
  await write(ctx, file, { status: 'indexing', progress: 1 });
  const now = ctx.now();
  const ready = {
    status: 'ready',
    progress: 1,
    chunk_count,
    ready_at: now,
    updated_at: now,
  } as const;
  const [written] = await commit(ctx, {
    statements: [
      updateAttempt(ctx.db, file, ready),
      touchBase(ctx.db, ctx.workspace_id, file.base_id),
    ],
  });
  if (written.length === 0) throw new StaleAttemptError();
}

async function write(ctx: Ctx, file: FileRow, changes: Partial<FileRow>): Promise<void> {
  const written = await updateAttempt(ctx.db, file, { ...changes, updated_at: ctx.now() }).all();
  if (written.length === 0) throw new StaleAttemptError();
}

async function fail(
  ctx: Ctx,
  file: FileRow,
  { code, message, cause }: DocumentFault,
): Promise<void> {
  ctx.log.info('file_failed', { file_id: file.id, code, cause });
  await updateAttempt(ctx.db, file, {
    status: 'failed',
    chunk_count: null,
    error_code: code,
    error_detail: message,
    updated_at: ctx.now(),
  }).all();
  await discard(ctx, file);
}

/** Removes everything that this attempt has stored. */
async function discard(ctx: Ctx, file: FileRow): Promise<void> {
  await removeChunks(ctx, file.id, file.attempt + 1, file.attempt);
  await ctx.files.remove([textKey(ctx.workspace_id, file.id, file.attempt)]);
}

/** Marks a file as failed after its last attempt. It can be reprocessed manually. */
export async function failExhaustedFile(ctx: Ctx, file_id: string): Promise<void> {
  const error = {
    code: 'internal',
    detail: 'The file could not be processed. Retry with `POST /files/{file}/reprocess`.',
  };
  const [failed] = await failFile(ctx.db, ctx.workspace_id, file_id, error, ctx.now());
  if (failed !== undefined) await removeChunks(ctx, file_id, failed.attempt + 1);
}
