import { sql } from 'drizzle-orm';
import { valuesOf } from '../db/json-values.ts';
import type { Ctx } from '../platform/context.ts';
import { isReadable } from './readable.ts';
import type { SearchFilter } from './search/filter.ts';
import { conditionOf } from './search/filter-sql.ts';

/** A processed file with what its original is read by. */
interface NamedFile {
  readonly file_id: string;
  /** Id in the key of the original. */
  readonly id: string;
  readonly name: string;
  readonly media_type: string;
  readonly encoding: string | null;
  readonly byte_size: number;
}

interface Wanted {
  readonly base_ids: readonly string[];
  readonly filter?: SearchFilter | null | undefined;
  readonly names: readonly string[];
}

/** Returns the newest file of each name that a search of these bases could find. Names that do not exist are left out. */
export async function findNamedFiles(
  { db, workspace_id, groups }: Ctx,
  { base_ids, filter, names }: Wanted,
): Promise<NamedFile[]> {
  if (names.length === 0 || base_ids.length === 0) return [];
  const rows = await db.all<NamedFile>(sql`
    select f.id as file_id, coalesce(f.original_id, f.id) as id, f.name, f.media_type, f.encoding, f.byte_size
    from json_each(${JSON.stringify(base_ids)}) j
    cross join knowledge_bases b on b.id = j.value and b.workspace_id = ${workspace_id} and b.deleted_at is null
    cross join files f on f.base_id = b.id and f.workspace_id = b.workspace_id
    where f.name in ${valuesOf(names)} and f.status = 'ready' and f.deleted_at is null and ${isReadable(groups)}
      and ${(filter && conditionOf(filter)) ?? sql`true`}
    order by f.id limit 100`);
  return [...new Map(rows.map((row) => [row.name, row])).values()];
}
