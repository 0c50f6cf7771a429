import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { valuesOf } from '../json-values.ts';
import { isReadable } from '../readable.ts';
import { searchableAttemptOfFile } from '../searchable.ts';
import type { SearchFilter } from './filter.ts';
import { conditionOf } from './filter-sql.ts';

/** A visible chunk: of this workspace, a live base and the searchable attempt of a file that the reader may read, and not disabled. */
export interface PassageRow {
  readonly chunk_id: string;
  readonly file_id: string;
  readonly file_name: string;
  readonly base_id: string;
  readonly text: string;
  readonly page: number | null;
  readonly start_offset: number;
  readonly end_offset: number;
  readonly heading: string | null;
}

export const columns =
  sql.raw(`c.id as chunk_id, c.file_id as file_id, f.name as file_name, c.base_id as base_id, c.text as text, c.page as page,
  c.start as start_offset, c."end" as end_offset, c.heading as heading`);

/** Joins chunks `c` with files and bases. `cross join` keeps this order, so that a query reads the rows of its hits, not those of the base. */
export const joins = sql`cross join files f on f.id = c.file_id and f.workspace_id = c.workspace_id and ${searchableAttemptOfFile} = c.attempt
  cross join knowledge_bases b on b.id = c.base_id and b.id = f.base_id and b.workspace_id = c.workspace_id`;

/** The passages among which a search looks. */
export interface Scope {
  readonly base_ids: readonly string[];
  readonly filter?: SearchFilter | null | undefined;
  /** The groups of the reader; null for all files. */
  readonly groups?: readonly string[] | null | undefined;
}

export const isVisible = (
  workspace_id: string,
  { base_ids, filter, groups = null }: Scope,
): SQL => sql`c.workspace_id = ${workspace_id}
  and c.is_disabled = 0 and f.deleted_at is null and b.deleted_at is null and b.id in ${valuesOf(base_ids)}
  and ${isReadable(groups)}${passes(filter ?? {})}`;

function passes(filter: SearchFilter): SQL {
  const condition = conditionOf(filter);
  return condition === null ? sql`` : sql` and ${condition}`;
}

/** Selects the visible chunks among ids from an index, which may be stale. */
export const selectPassages = (
  db: Db,
  workspace_id: string,
  scope: Scope,
  chunk_ids: readonly string[],
) =>
  db.all<PassageRow>(sql`
    select ${columns} from json_each(${JSON.stringify(chunk_ids)}) wanted
    cross join chunks c on c.id = wanted.value ${joins}
    where ${isVisible(workspace_id, scope)}`);

/** Selects visible chunks, file by file, whatever their similarity. */
export const selectPassing = (db: Db, workspace_id: string, scope: Scope, limit: number) =>
  db.all<{ id: string; base_id: string }>(sql`
    select c.id as id, c.base_id as base_id from knowledge_bases b
    cross join files f on f.workspace_id = b.workspace_id and f.base_id = b.id
    cross join chunks c on c.file_id = f.id and c.attempt = ${searchableAttemptOfFile}
    where ${isVisible(workspace_id, scope)} limit cast(${limit} as integer)`);
