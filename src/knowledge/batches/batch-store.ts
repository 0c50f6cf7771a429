import { and, desc, eq, inArray, isNotNull, isNull, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { file_batches } from '../../db/schema/batches.ts';
import { knowledge_bases } from '../../db/schema/knowledge.ts';

export type BatchRow = typeof file_batches.$inferSelect;

/** Maximum number of batches of a base that are in progress. */
const maxActive = 20;

const own = (workspace_id: string, id: string) =>
  and(eq(file_batches.workspace_id, workspace_id), eq(file_batches.id, id));

const isActive = inArray(file_batches.status, ['queued', 'in_progress']);

/** Id of the job that processes a batch: there is one at most. */
export const batchJobId = (batch_id: string) => batch_id.replace('batch_', 'job_');

/** Inserts a batch. Fails on the NOT NULL `file_batches.base_id` when its base is gone or has `maxActive` in progress. */
export const insertBatch = (db: Db, row: BatchRow) =>
  db.insert(file_batches).values({
    ...row,
    base_id: sql`(select b.id from knowledge_bases b where b.id = ${row.base_id} and b.workspace_id = ${row.workspace_id} and b.deleted_at is null
      and (select count(*) from file_batches a where a.workspace_id = b.workspace_id and a.base_id = b.id and a.status in ('queued', 'in_progress')) < ${maxActive})`,
  });

/** Selects a batch with the agent of its base, which determines access. */
export const selectBatch = (db: Db, workspace_id: string, id: string) =>
  db
    .select({
      batch: file_batches,
      agent_id: sql<string | null>`${knowledge_bases.agent_id}`.as('agent_id'),
    })
    .from(file_batches)
    .innerJoin(
      knowledge_bases,
      and(eq(knowledge_bases.id, file_batches.base_id), isNull(knowledge_bases.deleted_at)),
    )
    .where(own(workspace_id, id));

export const selectBatches = (
  db: Db,
  workspace_id: string,
  base_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(file_batches)
    .where(
      and(
        eq(file_batches.workspace_id, workspace_id),
        eq(file_batches.base_id, base_id),
        after === null ? undefined : lt(file_batches.id, after),
      ),
    )
    .orderBy(desc(file_batches.id))
    .limit(limit);

/** Writes the progress of a batch with the counts of its entries. Returns no row when it has ended. */
export const updateBatch = (
  db: Db,
  { workspace_id, id }: Pick<BatchRow, 'workspace_id' | 'id'>,
  changes: Partial<BatchRow>,
) =>
  db
    .update(file_batches)
    .set({
      ...changes,
      counts: sql`(select json_group_object(state, n) from (
        select e.state as state, count(*) as n from batch_entries e where e.batch_id = ${id} group by e.state))`,
    })
    .where(and(own(workspace_id, id), isActive))
    .returning({ id: file_batches.id });

/** Writes how far the listing has come. Another worker that lists the same part changes nothing. */
export const updatePosition = (
  db: Db,
  { workspace_id, id, position }: BatchRow,
  changes: Pick<BatchRow, 'position' | 'entry_count'>,
) =>
  db
    .update(file_batches)
    .set(changes)
    .where(and(own(workspace_id, id), isActive, eq(file_batches.position, position)));

/** Selects batches of a base whose archive is stored. */
export const selectArchives = (db: Db, workspace_id: string, base_id: string) =>
  db
    .select({ object_id: sql<string>`${file_batches.object_id}`.as('object_id') })
    .from(file_batches)
    .where(
      and(
        eq(file_batches.workspace_id, workspace_id),
        eq(file_batches.base_id, base_id),
        isNotNull(file_batches.object_id),
      ),
    );

/** Deletes batches of all workspaces that ended before `before`; triggers delete their entries. */
export const deleteOldBatches = async (db: Db, before: number, limit: number): Promise<number> =>
  (
    await db.run(sql`delete from file_batches where id in (
      select id from file_batches where completed_at <= ${before} order by completed_at limit ${limit})`)
  ).meta.changes;
