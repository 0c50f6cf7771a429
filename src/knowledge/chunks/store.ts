import { and, asc, eq, gt, isNull, type SQL, sql } from 'drizzle-orm';
import { alias, type SQLiteUpdateSetSource } from 'drizzle-orm/sqlite-core';
import type { Db } from '../../db/client.ts';
import { chunks, files, knowledge_bases } from '../../db/schema/knowledge.ts';
import type { FileRow } from '../file-store.ts';
import { latestRevision } from '../history/revision-store.ts';
import { isChunkAt, isEnabledAt } from '../history/visible-at.ts';
import { searchableAttemptOfFile } from '../searchable.ts';

export type ChunkRow = typeof chunks.$inferSelect;

/** A chunk that is added. */
export type NewChunkRow = Omit<ChunkRow, 'seq' | HistoryColumn>;
type HistoryColumn =
  | 'former_of'
  | 'added_revision'
  | 'removed_revision'
  | 'toggled_revisions'
  | 'is_former';

/** The chunks of an attempt. */
export interface ChunkSet extends Pick<FileRow, 'workspace_id' | 'id' | 'base_id'> {
  readonly attempt: number;
}

const ofSet = ({ workspace_id, id, attempt }: ChunkSet) =>
  and(eq(chunks.workspace_id, workspace_id), eq(chunks.file_id, id), eq(chunks.attempt, attempt));

/** Neither deleted nor the former text of another. */
const isPresent = eq(chunks.removed_revision, 0);

/** Selects chunks in order. */
export const selectFileChunks = (db: Db, set: ChunkSet, after: number | null, limit: number) =>
  db
    .select()
    .from(chunks)
    .where(and(ofSet(set), isPresent, after === null ? undefined : gt(chunks.ordinal, after)))
    .orderBy(asc(chunks.ordinal))
    .limit(limit);

const c = alias(chunks, 'c');

/** Selects the chunks of a set as they were at a revision, in order. */
export async function selectChunksAt(
  db: Db,
  set: ChunkSet,
  revision: number,
  after: number | null,
  limit: number,
) {
  const at = sql`${revision}`;
  const rows = await db
    .select({ row: c, is_enabled: sql<number>`${isEnabledAt(at)}`.as('is_enabled') })
    .from(c)
    .where(
      and(
        eq(c.workspace_id, set.workspace_id),
        eq(c.file_id, set.id),
        eq(c.attempt, set.attempt),
        isChunkAt(at),
        after === null ? undefined : gt(c.ordinal, after),
      ),
    )
    .orderBy(asc(c.ordinal))
    .limit(limit)
    .all();
  return rows.map(({ row, is_enabled }) => ({
    ...row,
    id: row.former_of ?? row.id,
    is_disabled: is_enabled === 0,
  }));
}

export const selectChunk = (db: Db, workspace_id: string, file_id: string, id: string) =>
  db
    .select()
    .from(chunks)
    .where(
      and(
        eq(chunks.workspace_id, workspace_id),
        eq(chunks.file_id, file_id),
        eq(chunks.id, id),
        isPresent,
      ),
    );

/** Selects where a chunk of a set was at a revision; a former text has the id of another chunk. */
export const selectChunkAt = (db: Db, set: ChunkSet, id: string, revision: number) =>
  db
    .select({ start: c.start, end: c.end })
    .from(c)
    .where(
      and(
        eq(c.workspace_id, set.workspace_id),
        eq(c.file_id, set.id),
        eq(c.attempt, set.attempt),
        sql`coalesce(c.former_of, c.id) = ${id}`,
        isChunkAt(sql`${revision}`),
      ),
    )
    .limit(1);

/** Selects the ordinal after the last searchable chunk of a file. */
export const selectNextOrdinal = (db: Db, file_id: string) =>
  db
    .select({ ordinal: sql<number>`coalesce(max(${chunks.ordinal}), -1) + 1`.as('ordinal') })
    .from(chunks)
    .where(
      and(
        eq(chunks.file_id, file_id),
        sql`${chunks.attempt} = (select ${searchableAttemptOfFile} from files f where f.id = ${file_id})`,
      ),
    );

/** True while the set is the searchable one of a file that is not hidden. */
export const isSearchable = ({ id, attempt }: ChunkSet): SQL =>
  sql`exists (select 1 from files f where f.id = ${id} and f.deleted_at is null and ${searchableAttemptOfFile} = ${attempt})`;

/** Fails on the NOT NULL `knowledge_bases.vectors_revision` when the content of the file has been replaced. */
export const requireSearchable = (db: Db, set: ChunkSet) =>
  db
    .update(knowledge_bases)
    .set({
      vectors_revision: sql`iif(${isSearchable(set)}, ${knowledge_bases.vectors_revision}, null)`,
    })
    .where(eq(knowledge_bases.id, set.base_id));

/** Updates a chunk. Returns no row when the content of its file has been replaced. */
export const updateChunkRow = (
  db: Db,
  set: ChunkSet,
  id: string,
  changes: SQLiteUpdateSetSource<typeof chunks>,
) =>
  db
    .update(chunks)
    .set(changes)
    .where(and(ofSet(set), eq(chunks.id, id), isPresent, isSearchable(set)))
    .returning();

/** Inserts a chunk. Fails on the NOT NULL `chunks.text` when the content of its file has been replaced. */
export const insertChunk = (db: Db, set: ChunkSet, row: NewChunkRow) =>
  db.insert(chunks).values({
    ...row,
    text: sql`iif(${isSearchable(set)}, ${row.text}, null)`,
    added_revision: latestRevision(set),
  });

/** Adds to the sizes of a file for a chunk that is inserted in the same batch. */
export const addToSizes = (db: Db, set: ChunkSet, token_count: number, now: number) =>
  updateSizes(db, set, 1, sql`${token_count}`, now, sql`true`);

/** Adapts the sizes of a file to a chunk that the same batch then changes; null deletes it. */
export const adaptSizes = (
  db: Db,
  set: ChunkSet,
  chunk_id: string,
  token_count: number | null,
  now: number,
) => {
  const former = sql`(select c.token_count from chunks c where c.id = ${chunk_id} and c.attempt = ${set.attempt} and c.removed_revision = 0)`;
  const difference = sql`${token_count ?? 0} - ${former}`;
  return updateSizes(
    db,
    set,
    token_count === null ? -1 : 0,
    difference,
    now,
    sql`${former} is not null`,
  );
};

const updateSizes = (
  db: Db,
  set: ChunkSet,
  count: number,
  tokens: SQL,
  now: number,
  condition: SQL,
) =>
  db
    .update(files)
    .set({
      chunk_count: sql`iif(${files.status} = 'ready', ${files.chunk_count} + ${count}, ${files.chunk_count})`,
      former_chunk_count: sql`iif(${files.status} = 'ready', 0, ${files.former_chunk_count} + ${count})`,
      token_count: sql`${files.token_count} + ${tokens}`,
      updated_at: now,
    })
    .where(
      and(
        eq(files.workspace_id, set.workspace_id),
        eq(files.id, set.id),
        isNull(files.deleted_at),
        isSearchable(set),
        condition,
      ),
    );
