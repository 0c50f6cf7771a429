import { batch, lastResult, type Statement } from '../../db/client.ts';
import { quotaFailure } from '../../db/errors.ts';
import {
  type Chunk,
  chunkDocument,
  DocumentFault,
  describeDocument,
  type ExtractedDocument,
} from '../../documents/index.ts';
import { readModelName } from '../../models/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { FileRow } from '../file-store.ts';
import { indexChunk } from '../search/keywords.ts';
import { finishAttempt, StaleAttemptError, updateFileOf } from './attempt.ts';
import { type BaseOfFile, embedForSpaces, recordsOf } from './embed-chunks.ts';
import { insertChunks, type NewChunk, selectBaseOfFile, updateAttempt } from './store.ts';
import { storeText } from './text.ts';

/** Number of chunks embedded and stored in one batch. */
const batchSize = 96;
const maxChunks = 50_000;
/** Length of a text from which its chunking takes long enough to be shown as a status. */
const longText = 500_000;

/**
 * Chunks, embeds and stores a document. Appends the ids of stored chunks to `written`, so that a superseded attempt can remove their
 * vectors.
 */
export async function indexDocument(
  ctx: Ctx,
  file: FileRow,
  first: BaseOfFile,
  document: ExtractedDocument,
  written: string[],
  end: Statement | undefined,
): Promise<void> {
  let base = first;
  if (document.text.length > longText) await updateFileOf(ctx, file, { status: 'chunking' });
  const chunks = chunkDocument(document, base);
  if (chunks.length > maxChunks)
    throw new DocumentFault('too_large', `The document has more than ${maxChunks} chunks.`);
  await storeText(ctx, file, document);
  // Written with the first chunks, or before the first call that costs something.
  let changes: Partial<FileRow> = { status: 'embedding', chunk_count: chunks.length };
  if (!isFree(base.embedding_model)) {
    await reserve(chunks, updateFileOf(ctx, file, changes));
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
            ? finishAttempt(ctx, file, sizesOf(document, chunks), [...vectors, end ?? null])
            : batch(ctx.db, vectors),
      ),
    );
    changes = {};
  }
  if (chunks.length === 0) await finishAttempt(ctx, file, sizesOf(document, chunks), [end ?? null]);
}

const sizesOf = (document: ExtractedDocument, chunks: readonly Chunk[]) =>
  ({
    page_count: document.pages?.length ?? null,
    char_count: document.text.length,
    is_markdown: document.isMarkdown,
    detected: describeDocument(document),
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
  const records = recordsOf(current, rows, vectors, { file_id: file.id, attempt: file.attempt });
  await ctx.vectors.upsert(workspace_id, records, (statements) =>
    commit([...statements, ...vectors.statements]),
  );
  return current;
}
