import { type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { valuesOf } from '../../db/json-values.ts';
import type { chunkOrigins } from '../../db/schema/knowledge.ts';
import {
  contentsAt,
  isChunkAt,
  isEnabledAt,
  joinsAt,
  type Revisions,
  revisionsOf,
} from '../history/visible-at.ts';
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
  /** The attempt in whose text the offsets are. */
  readonly attempt: number;
  readonly origin: (typeof chunkOrigins)[number];
  /** The revision of the base at which the chunk was found. */
  readonly revision: number;
  /** `FileFields` as JSON; absent for none. */
  readonly fields?: string;
}

export interface IndexedPassage extends PassageRow {
  /** Id in the vector index: that of the chunk, unless this is its former text. */
  readonly vector_id: string;
}

export const columns = (seen: Visibility): SQL => sql`
  c.id as vector_id, coalesce(c.former_of, c.id) as chunk_id, c.file_id as file_id, f.name as file_name, c.base_id as base_id, c.text as text, c.page as page,
  c.start as start_offset, c."end" as end_offset, c.heading as heading, c.attempt as attempt, c.origin as origin,
  ${pinned(seen) === null ? sql`b.revision` : sql`min(r.value, b.revision)`} as revision, json_patch(f.detected, f.fields) as fields`;

/** The conditions on the chunks that a search sees. */
export interface Visibility {
  readonly base_ids: readonly string[];
  readonly filter?: SearchFilter | null | undefined;
  /** The groups of the reader; null for all files. */
  readonly groups?: readonly string[] | null | undefined;
  /** Revisions at which bases are searched; others are searched as they are now. */
  readonly revisions?: Revisions | null | undefined;
}

/** Joins chunks `c` with files and bases. `cross join` keeps this order, so that a query reads the rows of its hits, not those of the base. */
const joinsNow = sql`cross join files f on f.id = c.file_id and f.workspace_id = c.workspace_id and ${searchableAttemptOfFile} = c.attempt
  cross join knowledge_bases b on b.id = c.base_id and b.id = f.base_id and b.workspace_id = c.workspace_id`;

/** The revisions that a search sees; null when it sees every base as it is now. */
const pinned = ({ base_ids, revisions }: Visibility): Revisions | null =>
  isPinned({ revisions }) ? revisionsOf(base_ids, revisions ?? {}) : null;

/** True for a search of which a base is pinned to a revision. */
export const isPinned = ({ revisions }: Pick<Visibility, 'revisions'>): boolean =>
  revisions !== null && revisions !== undefined && Object.keys(revisions).length > 0;

export function joins(seen: Visibility): SQL {
  const revisions = pinned(seen);
  return revisions === null ? joinsNow : joinsAt(revisions);
}

export function isVisible(workspace_id: string, seen: Visibility): SQL {
  // Whoever reads by groups does not see deleted files at earlier revisions either.
  const state =
    pinned(seen) === null
      ? sql`c.is_disabled = 0 and c.removed_revision = 0 and f.deleted_at is null`
      : sql`${isEnabledAt(sql`r.value`)} and ${isChunkAt(sql`r.value`)}${seen.groups == null ? sql`` : sql` and f.deleted_at is null and ${isReadable(seen.groups, 'f.former_groups')}`}`;
  return sql`c.workspace_id = ${workspace_id} and ${state} and b.deleted_at is null
    and b.id in ${valuesOf(seen.base_ids)} and ${isReadable(seen.groups ?? null)}${passes(seen)}`;
}

function passes({ filter }: Visibility): SQL {
  const condition = conditionOf(filter ?? {});
  return condition === null ? sql`` : sql` and ${condition}`;
}

/** Selects the visible chunks among ids from a vector index, which may be stale. */
export const selectPassages = (
  db: Db,
  workspace_id: string,
  seen: Visibility,
  vector_ids: readonly string[],
) =>
  db.all<IndexedPassage>(sql`
    select ${columns(seen)} from json_each(${JSON.stringify(vector_ids)}) wanted
    cross join chunks c on c.id = wanted.value ${joins(seen)}
    where ${isVisible(workspace_id, seen)}`);

const passing = (workspace_id: string, seen: Visibility, column: SQL, limit: number) => sql`
    select ${column} from knowledge_bases b
    cross join files f on f.workspace_id = b.workspace_id and f.base_id = b.id
    cross join chunks c on c.file_id = f.id and c.attempt = ${searchableAttemptOfFile}
    where ${isVisible(workspace_id, seen)} limit cast(${limit} as integer)`;

/** Selects chunks that a search sees now, file by file, whatever their similarity. */
export const selectPassing = (db: Db, workspace_id: string, seen: Visibility, limit: number) =>
  db.all<{ id: string; base_id: string }>(
    passing(workspace_id, seen, sql`c.id as id, c.base_id as base_id`, limit),
  );

/** Maximum number of chunks among which a filter that leaves few hits is searched. */
const maxPassing = 20_000;

/** The rows of the chunks that a search sees now in the keyword index. */
export const passingSeqs = (workspace_id: string, seen: Visibility): SQL =>
  passing(workspace_id, seen, sql`c.seq`, maxPassing);

/** Selects the contents of files that a search sees, whatever their similarity, with their bases. */
export function selectPassingContents(
  db: Db,
  workspace_id: string,
  seen: Visibility,
  limit: number,
) {
  const revisions = pinned(seen);
  const isNow = revisions === null;
  const attempt = isNow ? searchableAttemptOfFile : sql.raw('f.attempt');
  const joined = isNow
    ? sql.raw('cross join files f on f.workspace_id = b.workspace_id and f.base_id = b.id')
    : contentsAt(revisions);
  const groups = seen.groups ?? null;
  const isThere = isNow || groups !== null ? sql`and f.deleted_at is null` : sql``;
  const wasReadable = isNow ? sql`true` : isReadable(groups, 'f.former_groups');
  return db.all<{ file_id: string; attempt: number; base_id: string }>(sql`
    select f.id as file_id, ${attempt} as attempt, b.id as base_id from knowledge_bases b ${joined}
    where b.workspace_id = ${workspace_id} and b.deleted_at is null and b.id in ${valuesOf(seen.base_ids)}
      and ${attempt} is not null ${isThere} and ${isReadable(groups)} and ${wasReadable}${passes(seen)}
    limit cast(${limit} as integer)`);
}
