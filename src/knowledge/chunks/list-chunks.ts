import type { Ctx } from '../../platform/context.ts';
import { type Page, type PageQuery, readPage } from '../../shared/page.ts';
import { findFile } from '../find-file.ts';
import { searchableAttempt } from '../searchable.ts';
import { type FileChunk, toChunk } from './schema.ts';
import { selectFileChunks } from './store.ts';

/** Lists the searchable chunks of a file in its order; none before the first are ready. Throws `not_found`. */
export async function listChunks(ctx: Ctx, id: string, query: PageQuery): Promise<Page<FileChunk>> {
  const file = await findFile(ctx, id);
  const set = { ...file, attempt: searchableAttempt(file) ?? 0 };
  return readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: `chunks:${id}:${set.attempt}`,
    },
    query,
    (after, limit) =>
      selectFileChunks(ctx.db, set, after === null ? null : Number(after), limit).all(),
    (row) => String(row.ordinal),
    toChunk,
  );
}
