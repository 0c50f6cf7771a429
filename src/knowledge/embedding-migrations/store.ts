import { and, asc, desc, eq, inArray, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { chunks, knowledge_bases } from '../../db/schema/knowledge.ts';
import { embedding_migrations } from '../../db/schema/vectors.ts';
import type { BaseRow } from '../base-store.ts';

export type MigrationRow = typeof embedding_migrations.$inferSelect;
type Status = MigrationRow['status'];

const own = (workspace_id: string, id: string) =>
  and(eq(embedding_migrations.workspace_id, workspace_id), eq(embedding_migrations.id, id));

export const selectMigration = (db: Db, workspace_id: string, id: string) =>
  db.select().from(embedding_migrations).where(own(workspace_id, id));

export const selectMigrations = (
  db: Db,
  workspace_id: string,
  base_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(embedding_migrations)
    .where(
      and(
        eq(embedding_migrations.workspace_id, workspace_id),
        eq(embedding_migrations.base_id, base_id),
        after === null ? undefined : lt(embedding_migrations.id, after),
      ),
    )
    .orderBy(desc(embedding_migrations.id))
    .limit(limit);

/** Selects the highest number of a space that the base has had. */
export const selectLastSpace = (db: Db, base_id: string) =>
  db
    .select({
      space: sql<number>`coalesce(max(${embedding_migrations.target_space}), 0)`.as('space'),
    })
    .from(embedding_migrations)
    .where(eq(embedding_migrations.base_id, base_id));

/** The last chunk at the time of the statement. */
export const lastSeq = sql<number>`(select coalesce(max(seq), 0) from chunks)`;

export const insertMigration = (db: Db, row: MigrationRow) =>
  db
    .insert(embedding_migrations)
    .values({ ...row, last_seq: lastSeq })
    .returning();

/** Changes a migration in one of the states. Returns no row in others. */
export const updateMigration = (
  db: Db,
  workspace_id: string,
  id: string,
  from: readonly Status[],
  changes: { [Column in keyof MigrationRow]?: MigrationRow[Column] | SQL },
  condition?: SQL,
) =>
  db
    .update(embedding_migrations)
    .set(changes)
    .where(and(own(workspace_id, id), inArray(embedding_migrations.status, [...from]), condition))
    .returning();

/** Changes the spaces of a base if the migration has the state that the same batch gives it. */
export const updateSpaces = (
  db: Db,
  { workspace_id, base_id, id }: MigrationRow,
  status: Status,
  changes: Partial<BaseRow>,
) =>
  db
    .update(knowledge_bases)
    .set({ ...changes, vectors_revision: sql`${knowledge_bases.vectors_revision} + 1` })
    .where(
      and(
        eq(knowledge_bases.workspace_id, workspace_id),
        eq(knowledge_bases.id, base_id),
        sql`exists (select 1 from embedding_migrations m where m.id = ${id} and m.status = ${status})`,
      ),
    )
    .returning({ id: knowledge_bases.id });

export interface BuiltChunk {
  readonly seq: number;
  readonly id: string;
  readonly file_id: string;
  readonly attempt: number;
  readonly ordinal: number;
  readonly heading: string | null;
  readonly text: string;
  /** In SQLite 0 or 1. */
  readonly is_former: number;
}

const built = sql.raw(
  'c.seq as seq, c.id as id, c.file_id as file_id, c.attempt as attempt, c.ordinal as ordinal, c.heading as heading, c.text as text, c.is_former as is_former',
);

/**
 * Selects the chunks of a base behind the cursor, file by file, those stored since the start as well: to skip them here
 * would read them all in one step. Former texts of a chunk have its ordinal: `selectRestOf` selects those that the limit has
 * cut off.
 */
export const selectChunksAfter = (
  db: Db,
  { workspace_id, base_id, cursor_file, cursor_attempt, cursor_ordinal }: MigrationRow,
  limit: number,
) => {
  const first = sql`limit cast(${limit} as integer)`;
  return db.all<BuiltChunk>(sql`
    select * from (
      select * from (select ${built} from chunks c where c.file_id = ${cursor_file} and +c.workspace_id = ${workspace_id}
        and (c.attempt, c.ordinal) > (cast(${cursor_attempt} as integer), cast(${cursor_ordinal} as integer))
        order by c.attempt, c.ordinal ${first})
      union all select * from (select ${built} from files f cross join chunks c on c.file_id = f.id
        where f.workspace_id = ${workspace_id} and f.base_id = ${base_id} and f.id > ${cursor_file}
        order by f.id, c.attempt, c.ordinal ${first}))
    order by file_id, attempt, ordinal ${first}`);
};

/** Selects the other chunks with the place of the last one of a page. */
export const selectRestOf = (db: Db, page: readonly BuiltChunk[]) => {
  const last = page.at(-1);
  return db.all<BuiltChunk>(sql`
    select ${built} from chunks c where c.file_id = ${last?.file_id ?? ''} and c.attempt = ${last?.attempt ?? 0} and c.ordinal = ${last?.ordinal ?? 0}
      and c.id not in (select value from json_each(${JSON.stringify(page.map(({ id }) => id))}))`);
};

/** Selects the chunks that still exist, as they are now. */
export const selectChunksNow = (db: Db, workspace_id: string, ids: readonly string[]) =>
  db
    .select({
      id: chunks.id,
      heading: chunks.heading,
      text: chunks.text,
      is_former: chunks.is_former,
    })
    .from(chunks)
    .where(
      and(
        eq(chunks.workspace_id, workspace_id),
        sql`${chunks.id} in (select value from json_each(${JSON.stringify(ids)}))`,
      ),
    )
    .orderBy(asc(chunks.seq));
