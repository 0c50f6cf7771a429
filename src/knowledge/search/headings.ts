import { sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { isReadable } from '../readable.ts';
import { searchableAttemptOfFile } from '../searchable.ts';

/**
 * Selects the headings of chunks that a reader with the groups sees, in the order of the ids. Chunks without headings are
 * omitted.
 */
export const selectHeadings = (
  db: Db,
  workspace_id: string,
  chunk_ids: readonly string[],
  groups: Ctx['groups'],
) =>
  db.all<{ chunk_id: string; heading: string }>(
    sql`select c.id as chunk_id, c.heading as heading from json_each(${JSON.stringify(chunk_ids)}) wanted
      join chunks c on c.id = wanted.value and c.workspace_id = ${workspace_id}
      join files f on f.id = c.file_id and ${searchableAttemptOfFile} = c.attempt and f.deleted_at is null and ${isReadable(groups)}
      where c.is_disabled = 0 and c.removed_revision = 0 and c.heading is not null order by wanted.key`,
  );

/** Files that are read, and the first chunks and characters of each of them. */
const maxFiles = 30;
const maxOrdinal = 10;
const maxChars = 2000;

/** Selects the beginnings of searchable files of some bases, in the order of the files. */
export const selectBeginnings = (
  db: Db,
  workspace_id: string,
  base_ids: readonly string[],
  limit: number,
) =>
  db.all<{ file_id: string; heading: string | null; text: string }>(
    sql`select c.file_id as file_id, c.heading as heading, substr(c.text, 1, ${maxChars}) as text from (
        select f.id, ${searchableAttemptOfFile} as attempt from files f where f.workspace_id = ${workspace_id}
          and f.base_id in (select value from json_each(${JSON.stringify(base_ids)})) and f.deleted_at is null order by f.id limit ${maxFiles}
      ) some join chunks c on c.file_id = some.id and c.attempt = some.attempt and c.ordinal < ${maxOrdinal}
      where c.is_disabled = 0 and c.removed_revision = 0 order by c.ordinal, c.file_id limit ${limit}`,
  );
