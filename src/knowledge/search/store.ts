import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { valuesOf } from '../json-values.ts';

/** A visible chunk: of this workspace, a live base and the latest attempt of a ready file. */
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

export interface SearchFilter {
  readonly file_ids?: readonly string[] | undefined;
  /** Values that a file's metadata must equal. */
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
}

const columns =
  sql.raw(`c.id as chunk_id, c.file_id as file_id, f.name as file_name, c.base_id as base_id, c.text as text, c.page as page,
  c.start as start_offset, c."end" as end_offset, c.heading as heading`);

/** `cross join` keeps this order, so that a query reads the rows of its hits, not those of the base. */
const joins =
  sql.raw(`cross join files f on f.id = c.file_id and f.workspace_id = c.workspace_id and f.attempt = c.attempt
  cross join knowledge_bases b on b.id = c.base_id and b.id = f.base_id and b.workspace_id = c.workspace_id`);

const isVisible = (
  workspace_id: string,
  base_ids: readonly string[],
): SQL => sql`c.workspace_id = ${workspace_id}
  and f.status = 'ready' and f.deleted_at is null and b.deleted_at is null and b.id in ${valuesOf(base_ids)}`;

function passes({ file_ids, metadata }: SearchFilter): SQL {
  const ofFiles = file_ids === undefined ? sql`` : sql` and f.id in ${valuesOf(file_ids)}`;
  const ofMetadata =
    metadata === undefined
      ? sql``
      : sql` and not exists (select 1 from json_each(${JSON.stringify(metadata)}) w where not exists (
          select 1 from json_each(f.metadata) m where m.key = w.key and m.type = w.type and m.value is w.value))`;
  return sql`${ofFiles}${ofMetadata}`;
}

export const isFiltered = ({ file_ids, metadata }: SearchFilter): boolean =>
  file_ids !== undefined || metadata !== undefined;

/** Keyword indexes. The second is the former one, until `moveKeywords` has emptied it. */
export const keywordIndexes = ['chunk_words', 'chunks_fts'] as const;
type KeywordIndex = (typeof keywordIndexes)[number];

/** A passage that contains words of the query. */
export interface KeywordRow extends PassageRow {
  readonly seq: number;
  /** BM25 of SQLite: the lower, the better. */
  readonly place: number;
}

/**
 * Selects the visible chunks that match an FTS5 expression, best first by BM25. The index yields its rows in this order, and the
 * statement ends with the last row that it returns.
 */
export const searchKeywords = (
  db: Db,
  index: KeywordIndex,
  workspace_id: string,
  base_ids: readonly string[],
  match: SQL,
  filter: SearchFilter,
  limit: number,
) => {
  const words = sql.raw(index);
  return db.all<KeywordRow>(sql`
    select c.seq as seq, k.rank as place, ${columns}
    from ${words} k cross join chunks c on c.seq = k.rowid ${joins}
    where k.${words} match ${match} and k.rank match 'bm25(0.0, 0.5, 1.0)'
      and ${isVisible(workspace_id, base_ids)}${passes(filter)}
    order by k.rank limit cast(${limit} as integer)`);
};

/** Selects the visible chunks among ids from an index, which may be stale. */
export const selectPassages = (
  db: Db,
  workspace_id: string,
  base_ids: readonly string[],
  chunk_ids: readonly string[],
  filter: SearchFilter,
) =>
  db.all<PassageRow>(sql`
    select ${columns} from json_each(${JSON.stringify(chunk_ids)}) wanted
    cross join chunks c on c.id = wanted.value ${joins}
    where ${isVisible(workspace_id, base_ids)}${passes(filter)}`);
