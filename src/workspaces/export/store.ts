import { and, count, desc, eq, gt, inArray, lt, lte, ne, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { workspace_exports } from '../../db/schema/workspace-exports.ts';
import { isOfServedWorkspace } from '../../db/served-workspace.ts';

export type ExportRow = typeof workspace_exports.$inferSelect;

const active = inArray(workspace_exports.status, ['queued', 'in_progress']);

const own = (workspace_id: string, id: string) =>
  and(eq(workspace_exports.workspace_id, workspace_id), eq(workspace_exports.id, id));

/** Inserts an export unless one is in progress or `maxRecent` were created since. Fails on the NOT NULL `workspace_exports.status` otherwise. */
export const insertExport = (db: Db, row: ExportRow, since: number, maxRecent: number) => {
  const { workspace_id } = row;
  const isFree = sql`not exists (select 1 from workspace_exports where workspace_id = ${workspace_id} and status in ('queued', 'in_progress'))
    and (select count(*) from workspace_exports where workspace_id = ${workspace_id} and created_at > ${since}) < ${maxRecent}`;
  return db
    .insert(workspace_exports)
    .values({ ...row, status: sql`iif(${isFree}, ${row.status}, null)` });
};

export const countRecent = (db: Db, workspace_id: string, since: number) =>
  db
    .select({ recent: count().as('recent') })
    .from(workspace_exports)
    .where(
      and(
        eq(workspace_exports.workspace_id, workspace_id),
        gt(workspace_exports.created_at, since),
      ),
    );

export const selectExport = (db: Db, workspace_id: string, id: string) =>
  db.select().from(workspace_exports).where(own(workspace_id, id));

/** Finds a completed export by the id of its signed link, unless its workspace is suspended. */
export const selectLinkedExport = (db: Db, id: string, now: number) =>
  db
    .select()
    .from(workspace_exports)
    .where(
      and(
        eq(workspace_exports.id, id),
        eq(workspace_exports.status, 'completed'),
        gt(workspace_exports.expires_at, now),
        isOfServedWorkspace(workspace_exports.workspace_id),
      ),
    );

export const selectExports = (db: Db, workspace_id: string, after: string | null, limit: number) =>
  db
    .select()
    .from(workspace_exports)
    .where(
      and(
        eq(workspace_exports.workspace_id, workspace_id),
        after === null ? undefined : lt(workspace_exports.id, after),
      ),
    )
    .orderBy(desc(workspace_exports.id))
    .limit(limit);

/** Changes an export that is in progress and has as many parts as `row`, so that each part is added once. */
export const advanceExport = (db: Db, row: ExportRow, changes: Partial<ExportRow>) =>
  db
    .update(workspace_exports)
    .set(changes)
    .where(
      and(
        own(row.workspace_id, row.id),
        active,
        sql`json_array_length(${workspace_exports.parts}) = ${row.parts.length}`,
      ),
    );

export const selectExpired = (db: Db, now: number, limit: number) =>
  db
    .select({ id: workspace_exports.id, workspace_id: workspace_exports.workspace_id })
    .from(workspace_exports)
    .where(lte(workspace_exports.expires_at, now))
    .orderBy(workspace_exports.expires_at)
    .limit(limit);

export const deleteExport = (db: Db, workspace_id: string, id: string) =>
  db.delete(workspace_exports).where(own(workspace_id, id));

/** Fails all exports of a workspace, completed ones included, and takes their parts from them. */
export const withdrawExports = (db: Db, workspace_id: string, error_detail: string, now: number) =>
  db
    .update(workspace_exports)
    .set({
      ...{ status: 'failed', parts: [], rows: {}, object_count: 0, object_bytes: 0 },
      ...{ error_detail, updated_at: now, completed_at: null },
    })
    .where(
      and(eq(workspace_exports.workspace_id, workspace_id), ne(workspace_exports.status, 'failed')),
    )
    .returning({ id: workspace_exports.id });
