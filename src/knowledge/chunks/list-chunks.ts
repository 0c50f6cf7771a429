import type { Ctx } from '../../platform/context.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { findFile } from '../find-file.ts';
import { findContent } from '../history/find-content.ts';
import { searchableAttempt } from '../searchable.ts';
import { type ChunkQuery, type FileChunk, toChunk } from './schema.ts';
import { type ChunkSet, selectChunksAt, selectFileChunks } from './store.ts';

/**
 * Lists the searchable chunks of a file in its order, now or at a revision; none before the first are ready. Throws
 * `not_found`, `revision_purged`.
 */
export async function listChunks(
  ctx: Ctx,
  id: string,
  { revision, ...query }: ChunkQuery,
): Promise<Page<FileChunk>> {
  const set = revision === undefined ? await presentSet(ctx, id) : await setAt(ctx, id, revision);
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `chunks:${id}:${set.attempt}`,
      filters: { revision },
    },
    query,
    (after, limit) => {
      const ordinal = after === null ? null : Number(after);
      return revision === undefined
        ? selectFileChunks(ctx.db, set, ordinal, limit).all()
        : selectChunksAt(ctx.db, set, revision, ordinal, limit);
    },
    (row) => String(row.ordinal),
    toChunk,
  );
}

async function presentSet(ctx: Ctx, id: string): Promise<ChunkSet> {
  const file = await findFile(ctx, id);
  return { ...file, attempt: searchableAttempt(file) ?? 0 };
}

/** Returns the chunks that a file had at a revision. Throws `not_found`, `revision_purged`. */
export async function setAt(ctx: Ctx, id: string, revision: number): Promise<ChunkSet> {
  const { workspace_id, base_id, attempt } = await findContent(ctx, id, revision);
  return { workspace_id, base_id, id, attempt };
}
