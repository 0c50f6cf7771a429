import { batch } from '../db/client.ts';
import { quotaFailure } from '../db/errors.ts';
import { embed } from '../llm/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { type Chunk, chunkDocument } from './chunk.ts';
import { DocumentFault, type ExtractedDocument } from './extract/document.ts';
import { extractDocument } from './extract/extract.ts';
import {
  beginAttempt,
  failFile,
  insertChunks,
  type NewChunk,
  selectBaseOfFile,
  updateAttempt,
} from './ingest-store.ts';
import { indexedBody, indexedTitle } from './keywords.ts';
import { kindOfMediaType } from './media.ts';
import { originalKey, streamOf, textKey, textKeys } from './objects.ts';
import { removeChunks } from './remove.ts';
import { type FileRow, touchBase } from './store.ts';

/** Chunks that are embedded and stored together. */
const batchSize = 96;
const maxChunks = 50_000;

type Base = NonNullable<Awaited<ReturnType<ReturnType<typeof selectBaseOfFile>['get']>>>;

/** Another attempt has taken over, or the file is deleted: this one has nothing more to say. */
class Overtaken extends Error {
  override readonly name = 'Overtaken';
}

/**
 * Makes a file searchable: extract, chunk, embed, index. May run twice, at once or again, and stop
 * anywhere: an attempt begins by removing what earlier ones left, and writes only while it is the
 * latest. A fault of the document ends it as `failed`; anything else is thrown, to be tried again.
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
    if (error instanceof Overtaken) {
      // Whoever came after has removed the rows, perhaps before these vectors were there.
      await ctx.vectors.remove(ctx.workspace_id, written);
      await discard(ctx, file);
    } else if (error instanceof DocumentFault) await fail(ctx, file, error);
    else throw error;
  }
}

/** Leaves the ids of the chunks it has stored in `written`. */
async function index(ctx: Ctx, file: FileRow, base: Base, written: string[]): Promise<void> {
  const document = await extract(ctx, file);
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
    throw new DocumentFault('too_large', `The document makes more than ${maxChunks} chunks.`);
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

/** The count is taken from the quota before the first chunk is stored or paid for. */
async function reserveChunks(ctx: Ctx, file: FileRow, chunks: readonly Chunk[]): Promise<void> {
  const token_count = chunks.reduce((sum, chunk) => sum + chunk.token_count, 0);
  try {
    await write(ctx, file, { status: 'embedding', token_count, chunk_count: chunks.length });
  } catch (error) {
    const exceeded = quotaFailure(error);
    if (exceeded === null) throw error;
    throw new DocumentFault(
      'quota_exceeded',
      `The file makes ${chunks.length} chunks. ${exceeded.message}`,
    );
  }
}

async function extract(ctx: Ctx, file: FileRow): Promise<ExtractedDocument> {
  const object = await ctx.files.get(originalKey(ctx.workspace_id, file.id));
  if (object === null)
    throw new DocumentFault('gone', 'The original file is not there any more. Upload it again.');
  const bytes = new Uint8Array(await new Response(object.body).arrayBuffer());
  return extractDocument(kindOfMediaType(file.media_type), bytes, {
    assets: ctx.assets,
    encoding: file.encoding,
  });
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

/** Rows first, vectors second: a vector without a row could not be found again to be removed. */
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
  if (written.length === 0) throw new Overtaken();
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
  if (written.length === 0) throw new Overtaken();
}

async function write(ctx: Ctx, file: FileRow, changes: Partial<FileRow>): Promise<void> {
  const written = await updateAttempt(ctx.db, file, { ...changes, updated_at: ctx.now() }).all();
  if (written.length === 0) throw new Overtaken();
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

/** What this attempt has left behind, whoever comes after it. */
async function discard(ctx: Ctx, file: FileRow): Promise<void> {
  await removeChunks(ctx, file.id, file.attempt + 1, file.attempt);
  await ctx.files.remove([textKey(ctx.workspace_id, file.id, file.attempt)]);
}

/** After the last attempt: the file says that it failed, and may be tried again by hand. */
export async function markFileFailed(ctx: Ctx, file_id: string): Promise<void> {
  const error = {
    code: 'internal',
    detail: 'The file could not be processed. Try again with reprocess.',
  };
  const [failed] = await failFile(ctx.db, ctx.workspace_id, file_id, error, ctx.now());
  if (failed !== undefined) await removeChunks(ctx, file_id, failed.attempt + 1);
}
