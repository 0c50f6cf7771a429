import { sql } from 'drizzle-orm';
import { valuesOf } from '../../db/json-values.ts';
import { originalKey } from '../../documents/index.ts';
import type { Ctx } from '../../platform/context.ts';
import { transcriptsPrefix } from '../ocr/transcript-cache.ts';

/**
 * Originals that a file has or had, by the rows that name them: of the file, of its replacement, and former ones. Those that
 * neither a file that is not hidden nor its history needs can be removed.
 */
const originalsOf = (file_id: string) => sql`
  select o.id as id, o.is_current or exists (
      select 1 from file_contents k where k.file_id = ${file_id} and k.original_id = o.id) as is_kept
  from (
    select f.id as id, f.deleted_at is null and coalesce(f.original_id, f.id) = f.id as is_current from files f where f.id = ${file_id}
    union all select f.original_id, f.deleted_at is null from files f where f.id = ${file_id} and f.original_id <> f.id
    union all select f.replacement ->> 'original_id', f.deleted_at is null from files f where f.id = ${file_id}
    union all select p.id, 0 from former_originals p where p.file_id = ${file_id}) o
  where o.id is not null`;

/** Removes the originals that a file and its history do not need any longer, with the transcripts of their pages. */
export async function removeOriginals(ctx: Ctx, file_id: string): Promise<void> {
  const rows = await ctx.db.all<{ id: string }>(
    sql`select id from (${originalsOf(file_id)}) group by id having max(is_kept) = 0`,
  );
  const ids = rows.map(({ id }) => id);
  if (ids.length === 0) return;
  for (const id of ids) await removeOriginal(ctx, id);
  await ctx.db.run(sql`delete from former_originals where id in ${valuesOf(ids)}`);
}

/** Removes an original of an upload without a row, unless it belongs to a file. */
export async function removeStrayOriginal(ctx: Ctx, id: string): Promise<void> {
  const kept = await ctx.db.all(sql`select 1 from former_originals where id = ${id}`);
  if (kept.length === 0) await removeOriginal(ctx, id);
}

/** True while a file or its history has an original. */
export async function hasOriginal(ctx: Ctx, file_id: string, id: string): Promise<boolean> {
  const rows = await ctx.db.all(
    sql`select 1 from (${originalsOf(file_id)}) where id = ${id} and is_kept = 1`,
  );
  return rows.length > 0;
}

async function removeOriginal({ files, workspace_id }: Ctx, id: string): Promise<void> {
  await files.remove([originalKey(workspace_id, id)]);
  await files.removeAll(transcriptsPrefix(workspace_id, id));
}
