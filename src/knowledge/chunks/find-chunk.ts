import { batch, type Statement } from '../../db/client.ts';
import { type Ctx, coversAgent } from '../../platform/context.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { estimateTokens } from '../../shared/tokens.ts';
import { type FileRow, selectFile } from '../file-store.ts';
import {
  type BaseOfFile,
  type EmbeddedChunk,
  embedForSpaces,
  recordsOf,
} from '../ingest/embed-chunks.ts';
import { selectBaseOfFile } from '../ingest/store.ts';
import { searchableAttempt } from '../searchable.ts';
import { maxChunkTokens } from './schema.ts';
import {
  type ChunkRow,
  type ChunkSet,
  selectChunk,
  selectChunkAt,
  selectNextOrdinal,
} from './store.ts';

/** A file whose chunks can be changed. */
export interface OpenFile {
  readonly file: FileRow;
  readonly base: BaseOfFile;
  /** Its searchable chunks. */
  readonly set: ChunkSet;
}

/** Throws `not_found`, and `conflict` for a file that has no chunks yet. */
function openFile(
  ctx: Ctx,
  found: { readonly file: FileRow; readonly agent_id: string | null } | undefined,
  base: BaseOfFile | undefined,
): OpenFile {
  if (found === undefined || base === undefined || !coversAgent(ctx.actor, found.agent_id))
    throw notFound('file');
  const { file } = found;
  const attempt = searchableAttempt(file);
  if (attempt === null)
    throw new Failure('conflict', `The file has no chunks yet: its status is ${file.status}.`);
  return { file, base, set: { ...file, attempt } };
}

/** Returns a searchable chunk with its file, in one round trip. */
export async function findChunk(
  ctx: Ctx,
  file_id: string,
  id: string,
): Promise<OpenFile & { readonly chunk: ChunkRow }> {
  const { db, workspace_id } = ctx;
  const [[found], [base], [chunk]] = await batch(db, [
    selectFile(db, workspace_id, file_id),
    selectBaseOfFile(db, { workspace_id, file_id }),
    selectChunk(db, workspace_id, file_id, id),
  ]);
  const opened = openFile(ctx, found, base);
  if (chunk === undefined || chunk.attempt !== opened.set.attempt) throw notFound('chunk');
  return { ...opened, chunk };
}

/** Returns a chunk of a set as it was at a revision. Throws `not_found`. */
export async function findChunkAt(
  ctx: Ctx,
  set: ChunkSet,
  id: string,
  revision: number,
): Promise<Pick<ChunkRow, 'start' | 'end'>> {
  const chunk = await selectChunkAt(ctx.db, set, id, revision).get();
  if (chunk === undefined) throw notFound('chunk');
  return chunk;
}

/** Returns a file and the ordinal of its next chunk, in one round trip. */
export async function findEnd(
  ctx: Ctx,
  file_id: string,
): Promise<OpenFile & { readonly ordinal: number }> {
  const { db, workspace_id } = ctx;
  const [[found], [base], [next]] = await batch(db, [
    selectFile(db, workspace_id, file_id),
    selectBaseOfFile(db, { workspace_id, file_id }),
    selectNextOrdinal(db, file_id),
  ]);
  return { ...openFile(ctx, found, base), ordinal: next?.ordinal ?? 0 };
}

/** Embeds chunks, and passes the statements that index their vectors to `change` with those of the usage. */
export async function indexVectors<Result>(
  ctx: Ctx,
  { base, file, set }: OpenFile,
  chunks: readonly EmbeddedChunk[],
  change: (statements: readonly Statement[]) => Promise<Result>,
): Promise<Result> {
  const vectors = await embedForSpaces(ctx, base, chunks, `${file.id}:${ctx.newId('use')}`);
  const results: Result[] = [];
  await ctx.vectors.upsert(
    ctx.workspace_id,
    recordsOf(base, chunks, vectors, { file_id: file.id, attempt: set.attempt }),
    async (statements) => void results.push(await change([...statements, ...vectors.statements])),
  );
  return results[0] as Result;
}

/** Throws `validation_failed` for a text that is too long for a chunk. */
export function countTokens(text: string): number {
  const tokens = estimateTokens(text);
  if (tokens > maxChunkTokens)
    throw invalid(
      '/text',
      `Has about ${tokens} tokens; a chunk may have at most ${maxChunkTokens}. Add several chunks.`,
    );
  return tokens;
}

export const auditOfChunk = (
  action: string,
  file: FileRow,
  chunk_id: string,
  detail: Readonly<Record<string, unknown>> = {},
) => ({ action, target_type: 'file', target_id: file.id, detail: { chunk_id, ...detail } });
