import { and, asc, eq, gt, isNull, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { chunks, files } from '../../db/schema/knowledge.ts';
import type { FileRow } from '../file-store.ts';
import { searchableAttemptOfFile } from '../searchable.ts';

export type ChunkRow = typeof chunks.$inferSelect;

/** The chunks of an attempt. */
export interface ChunkSet extends Pick<FileRow, 'workspace_id' | 'id' | 'base_id'> {
  readonly attempt: number;
}

const ofSet = ({ workspace_id, id, attempt }: ChunkSet) =>
  and(eq(chunks.workspace_id, workspace_id), eq(chunks.file_id, id), eq(chunks.attempt, attempt));

/** Selects chunks in order. */
export const selectFileChunks = (db: Db, set: ChunkSet, after: number | null, limit: number) =>
  db
    .select()
    .from(chunks)
    .where(and(ofSet(set), after === null ? undefined : gt(chunks.ordinal, after)))
    .orderBy(asc(chunks.ordinal))
    .limit(limit);

export const selectChunk = (db: Db, workspace_id: string, file_id: string, id: string) =>
  db
    .select()
    .from(chunks)
    .where(
      and(eq(chunks.workspace_id, workspace_id), eq(chunks.file_id, file_id), eq(chunks.id, id)),
    );

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
const isSearchable = ({ id, attempt }: ChunkSet): SQL =>
  sql`exists (select 1 from files f where f.id = ${id} and f.deleted_at is null and ${searchableAttemptOfFile} = ${attempt})`;

/** Updates a chunk. Returns no row when the content of its file has been replaced. */
export const updateChunkRow = (db: Db, set: ChunkSet, id: string, changes: Partial<ChunkRow>) =>
  db
    .update(chunks)
    .set(changes)
    .where(and(ofSet(set), eq(chunks.id, id), isSearchable(set)))
    .returning();

/** Inserts a chunk. Fails on the NOT NULL `chunks.text` when the content of its file has been replaced. */
export const insertChunk = (db: Db, set: ChunkSet, row: Omit<ChunkRow, 'seq'>) =>
  db.insert(chunks).values({ ...row, text: sql`iif(${isSearchable(set)}, ${row.text}, null)` });

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
  const former = sql`(select c.token_count from chunks c where c.id = ${chunk_id} and c.attempt = ${set.attempt})`;
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
