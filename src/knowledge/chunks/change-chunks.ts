import type { Statement } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { touchSpaces } from '../base-store.ts';
import type { FileRow } from '../file-store.ts';
import {
  copyFormer,
  countChunk,
  forgetChunk,
  isChunkThere,
  recordChange,
  removedNow,
  toggledTo,
} from '../history/chunk-history.ts';
import { moveToFormer } from '../history/move-vectors.ts';
import { latestRevision } from '../history/revision-store.ts';
import { formerScope } from '../history/scope.ts';
import { deleteChunks, deleteKeywords, insertKeywords } from '../ingest/store.ts';
import { indexChunk } from '../search/keywords.ts';
import { vectorIds } from '../vector-space.ts';
import { auditOfChunk, countTokens, findChunk, findEnd, indexVectors } from './find-chunk.ts';
import { type CreateChunk, type FileChunk, toChunk, type UpdateChunk } from './schema.ts';
import {
  adaptSizes,
  addToSizes,
  insertChunk,
  isSearchable,
  requireSearchable,
  updateChunkRow,
} from './store.ts';

/** Maximum number of chunks of a file. */
const maxChunks = 50_000;
/** Attempts of requests that change chunks at the same time. */
const maxAttempts = 10;

/** Repeats a change that others have overtaken, also of the vector spaces of the base. Throws `conflict` when they keep doing so. */
async function retryRaces<Result>(change: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await change();
    } catch (error) {
      const isRace =
        isGuardViolation(error, 'chunks.text') ||
        isGuardViolation(error, 'knowledge_bases.vectors_revision') ||
        isUniqueViolation(error, 'chunks.file_id', 'chunks.attempt', 'chunks.ordinal');
      if (!isRace) throw error;
      if (attempt === maxAttempts)
        throw new Failure('conflict', 'Other requests are changing the chunks of this file.', {
          retryAfter: 1,
          cause: error,
        });
    }
  }
}

/** Adds a chunk after those of the file. Throws `conflict` for a file without chunks. */
export const createChunk = (ctx: Ctx, file_id: string, input: CreateChunk): Promise<FileChunk> =>
  retryRaces(() => tryCreate(ctx, file_id, input));

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
  if (page !== null && file.page_count !== null && page > file.page_count)
    throw invalid('/page', `The file has ${file.page_count} pages.`);
  const end = file.char_count ?? 0;
  const row = {
    ...{ id: ctx.newId('chk'), workspace_id, base_id: file.base_id, file_id, attempt: set.attempt },
    ...{ ordinal, text, heading, page, start: end, end, token_count },
    ...{ is_disabled: false, origin: 'added' as const },
  };
  const reply = toChunk(row);
  await indexVectors(ctx, opened, [row], (indexing) =>
    commit(ctx, {
      statements: [
        addToSizes(db, set, token_count, ctx.now()),
        recordChange(ctx, { set, chunk_id: row.id, change: 'chunk_added' }),
        countChunk(db, set, 1, isSearchable(set)),
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

/** Changes a chunk; a changed text or heading is embedded and indexed again, and the former one is kept as history. */
export const updateChunk = (
  ctx: Ctx,
  file_id: string,
  id: string,
  input: UpdateChunk,
): Promise<FileChunk> => retryRaces(() => tryUpdate(ctx, file_id, id, input));

async function tryUpdate(
  ctx: Ctx,
  file_id: string,
  id: string,
  { is_enabled, ...changes }: UpdateChunk,
): Promise<FileChunk> {
  const { db, workspace_id } = ctx;
  const opened = await findChunk(ctx, file_id, id);
  const { chunk, file, set, base } = opened;
  const next = {
    text: changes.text ?? chunk.text,
    heading: changes.heading === undefined ? chunk.heading : changes.heading,
    is_disabled: is_enabled === undefined ? chunk.is_disabled : !is_enabled,
  };
  const isEdited = next.text !== chunk.text || next.heading !== chunk.heading;
  if (!isEdited && next.is_disabled === chunk.is_disabled) return toChunk(chunk);
  const token_count = isEdited ? countTokens(next.text) : chunk.token_count;
  const origin = isEdited && chunk.origin === 'extracted' ? 'edited' : chunk.origin;
  const changed = { set, chunk_id: id, change: 'chunk_updated' } as const;
  const former_id = isEdited && base.retention_days > 0 ? ctx.newId('chk') : null;
  const change = async (indexing: readonly Statement[]) => {
    const [, , , rows] = await commit(ctx, {
      statements: [
        adaptSizes(db, set, id, token_count, ctx.now()),
        recordChange(ctx, changed),
        former_id !== null
          ? copyFormer(db, changed, chunk, former_id)
          : isEdited
            ? forgetChunk(ctx, changed)
            : null,
        updateChunkRow(db, set, id, {
          ...{ ...next, token_count, origin },
          ...(isEdited ? { added_revision: latestRevision(set) } : {}),
          toggled_revisions: toggledTo(set, next.is_disabled),
        }),
        ...indexing,
      ],
      audit: [auditOfChunk('file.chunk.update', file, id, { ...changes, is_enabled })],
    });
    return rows[0];
  };
  const scope = formerScope(set.base_id);
  const former = former_id === null ? [] : [{ ...chunk, id: former_id, is_former: true }];
  const updated = isEdited
    ? await indexVectors(ctx, opened, [{ id, ...next }, ...former], (indexing) =>
        change([
          requireSearchable(db, set),
          ...deleteKeywords(db, [chunk.seq]),
          ...insertKeywords(db, [
            { id, ...indexed(file, next) },
            ...former.map((one) => ({ id: one.id, ...indexed(file, one, scope) })),
          ]),
          ...indexing,
          touchSpaces(db, workspace_id, base),
        ]),
      )
    : await change([]);
  if (updated !== undefined) return toChunk(updated);
  // It has been removed in the meantime, and its vectors must not remain.
  await ctx.vectors.remove(workspace_id, vectorIds(base, [id, ...former.map((one) => one.id)]));
  throw notFound('chunk');
}

/** Deletes a chunk. With its keyword row and vector it becomes former content, if the base keeps a history. */
export const deleteChunk = (ctx: Ctx, file_id: string, id: string): Promise<void> =>
  retryRaces(() => tryDelete(ctx, file_id, id));

async function tryDelete(ctx: Ctx, file_id: string, id: string): Promise<void> {
  const { chunk, file, set, base } = await findChunk(ctx, file_id, id);
  const { db, workspace_id } = ctx;
  const changed = { set, chunk_id: id, change: 'chunk_removed' } as const;
  const remove = async (removal: readonly Statement[]) => {
    await commit(ctx, {
      statements: [
        adaptSizes(db, set, id, null, ctx.now()),
        countChunk(db, set, -1, isChunkThere(changed)),
        recordChange(ctx, changed),
        ...removal,
        touchSpaces(db, workspace_id, base),
      ],
      audit: [auditOfChunk('file.chunk.delete', file, id)],
    });
  };
  if (base.retention_days === 0) {
    // First, since only the row has its id.
    await ctx.vectors.remove(workspace_id, vectorIds(base, [id]));
    return remove([forgetChunk(ctx, changed), ...deleteChunks(db, [chunk.seq])]);
  }
  const scope = formerScope(set.base_id);
  await moveToFormer(ctx, base, [id], (moving) =>
    remove([
      updateChunkRow(db, set, id, removedNow(set)),
      ...deleteKeywords(db, [chunk.seq]),
      ...insertKeywords(db, [{ id, ...indexed(file, chunk, scope) }]),
      ...moving,
    ]),
  );
}

const indexed = (
  { base_id, name }: FileRow,
  { heading, text }: { readonly heading: string | null; readonly text: string },
  scope = base_id,
) => indexChunk({ scope, file_name: name, heading, text });
