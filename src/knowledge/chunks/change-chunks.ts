import type { Statement } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { touchBase, touchSpaces } from '../base-store.ts';
import type { FileRow } from '../file-store.ts';
import { deleteChunks, deleteKeywords, insertKeywords } from '../ingest/store.ts';
import { indexChunk } from '../search/keywords.ts';
import { vectorIds } from '../vector-space.ts';
import { auditOfChunk, countTokens, findChunk, findEnd, indexVector } from './find-chunk.ts';
import { type CreateChunk, type FileChunk, toChunk, type UpdateChunk } from './schema.ts';
import { adaptSizes, addToSizes, insertChunk, updateChunkRow } from './store.ts';

/** Maximum number of chunks of a file. */
const maxChunks = 50_000;
/** Attempts of requests that add chunks at the same time. */
const maxAttempts = 10;

/** Adds a chunk after those of the file. Throws `conflict` for a file without chunks. */
export async function createChunk(
  ctx: Ctx,
  file_id: string,
  input: CreateChunk,
): Promise<FileChunk> {
  return repeatRaces(
    (error) =>
      isGuardViolation(error, 'chunks.text') ||
      isUniqueViolation(error, 'chunks.file_id', 'chunks.attempt', 'chunks.ordinal'),
    () => tryCreate(ctx, file_id, input),
  );
}

/** Repeats a change that has lost a race, or whose base got other vector spaces in the meantime. */
async function repeatRaces<Result>(
  isLost: (error: unknown) => boolean,
  change: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      if (!isLost(error) && !isGuardViolation(error, 'knowledge_bases.vectors_revision'))
        throw error;
      if (attempt === maxAttempts)
        throw new Failure('conflict', 'Other requests are changing the chunks of this file.', {
          retryAfter: 1,
          cause: error,
        });
    }
  }
}

async function tryCreate(
  ctx: Ctx,
  file_id: string,
  { text, heading, page }: CreateChunk,
): Promise<FileChunk> {
  const { db, workspace_id } = ctx;
  const token_count = countTokens(text);
  const opened = await findEnd(ctx, file_id);
  const { file, set, ordinal } = opened;
  if (ordinal >= maxChunks)
    throw new Failure('conflict', `A file can have at most ${maxChunks} chunks.`);
  const end = file.char_count ?? 0;
  const row = {
    ...{ id: ctx.newId('chk'), workspace_id, base_id: file.base_id, file_id, attempt: set.attempt },
    ...{ ordinal, text, heading, page, start: end, end, token_count },
    ...{ is_disabled: false, origin: 'added' as const },
  };
  const reply = toChunk(row);
  await indexVector(ctx, opened, row, (indexing) =>
    commit(ctx, {
      statements: [
        addToSizes(db, set, token_count, ctx.now()),
        insertChunk(db, set, row),
        ...insertKeywords(db, [{ id: row.id, ...indexed(file, row) }]),
        ...indexing,
        touchSpaces(db, workspace_id, opened.base),
      ],
      audit: [auditOfChunk('file.chunk.create', file, row.id)],
      reply,
    }),
  );
  return reply;
}

/** Changes a chunk; a changed text or heading is embedded and indexed again. */
export const updateChunk = (
  ctx: Ctx,
  file_id: string,
  id: string,
  input: UpdateChunk,
): Promise<FileChunk> =>
  repeatRaces(
    () => false,
    () => tryUpdate(ctx, file_id, id, input),
  );

async function tryUpdate(
  ctx: Ctx,
  file_id: string,
  id: string,
  { is_enabled, ...changes }: UpdateChunk,
): Promise<FileChunk> {
  const { db, workspace_id } = ctx;
  const opened = await findChunk(ctx, file_id, id);
  const { chunk, file, set } = opened;
  const next = {
    text: changes.text ?? chunk.text,
    heading: changes.heading === undefined ? chunk.heading : changes.heading,
    is_disabled: is_enabled === undefined ? chunk.is_disabled : !is_enabled,
  };
  const isEdited = next.text !== chunk.text || next.heading !== chunk.heading;
  if (!isEdited && next.is_disabled === chunk.is_disabled) return toChunk(chunk);
  const token_count = isEdited ? countTokens(next.text) : chunk.token_count;
  const origin = isEdited && chunk.origin === 'extracted' ? 'edited' : chunk.origin;
  const change = async (indexing: readonly Statement[]) => {
    const [, rows] = await commit(ctx, {
      statements: [
        adaptSizes(db, set, id, token_count, ctx.now()),
        updateChunkRow(db, set, id, { ...next, token_count, origin }),
        ...indexing,
      ],
      audit: [auditOfChunk('file.chunk.update', file, id, { ...changes, is_enabled })],
    });
    return rows[0];
  };
  const changed = isEdited
    ? await indexVector(ctx, opened, { id, ...next }, (indexing) =>
        change([
          ...deleteKeywords(db, [chunk.seq]),
          ...insertKeywords(db, [{ id, ...indexed(file, next) }]),
          ...indexing,
          touchSpaces(db, workspace_id, opened.base),
        ]),
      )
    : await change([]);
  if (changed !== undefined) return toChunk(changed);
  // It has been removed in the meantime, and its vector must not remain.
  await ctx.vectors.remove(workspace_id, vectorIds(opened.base, [id]));
  throw notFound('chunk');
}

/** Deletes a chunk with its keyword row and vector. */
export async function deleteChunk(ctx: Ctx, file_id: string, id: string): Promise<void> {
  const { base, chunk, file, set } = await findChunk(ctx, file_id, id);
  const { db, workspace_id } = ctx;
  // First, since only the row has its id.
  await ctx.vectors.remove(workspace_id, vectorIds(base, [id]));
  await commit(ctx, {
    statements: [
      adaptSizes(db, set, id, null, ctx.now()),
      ...deleteChunks(db, [chunk.seq]),
      touchBase(db, { workspace_id, id: file.base_id }),
    ],
    audit: [auditOfChunk('file.chunk.delete', file, id)],
  });
}

const indexed = (
  { base_id, name }: FileRow,
  { heading, text }: { readonly heading: string | null; readonly text: string },
) => indexChunk({ base_id, file_name: name, heading, text });
