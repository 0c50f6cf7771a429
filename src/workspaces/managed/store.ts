import { and, desc, eq, getTableColumns, isNull, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { workspaces } from '../../db/schema/workspaces.ts';
import type { WorkspaceRow } from '../store.ts';

const live = (id: string) => and(eq(workspaces.id, id), isNull(workspaces.deleted_at));

export const selectLiveWorkspace = (db: Db, id: string) =>
  db.select().from(workspaces).where(live(id));

/** Greater than every id: a range condition keeps SQLite on the index for the first page too. */
const afterAll = 'ws_~';

/**
 * Use of a workspace as JSON, by index: counters of quotas, valid keys, and the newest call and audit entry. The table is
 * written out, since Drizzle drops its name in a select of one table.
 */
const use = (now: number) =>
  sql<WorkspaceUse>`(select json_object(
    'keys', (select count(*) from api_keys k where k.workspace_id = workspaces.id and k.revoked_at is null and k.rotated_to is null
      and (k.expires_at is null or k.expires_at > ${now})),
    'agents', coalesce(max(iif(q.resource = 'agents', q.used, null)), 0), 'sessions', coalesce(max(iif(q.resource = 'sessions', q.used, null)), 0),
    'files', coalesce(max(iif(q.resource = 'files', q.used, null)), 0), 'bytes', coalesce(max(iif(q.resource = 'bytes', q.used, null)), 0),
    'last_activity_at', nullif(max(
      coalesce((select max(u.created_at) from usage u where u.workspace_id = workspaces.id), 0),
      coalesce((select a.created_at from audit_log a where a.workspace_id = workspaces.id order by a.id desc limit 1), 0)), 0))
    from quotas q where q.workspace_id = workspaces.id)`
    .mapWith((text: string) => JSON.parse(text) as WorkspaceUse)
    .as('use');

interface WorkspaceUse {
  readonly keys: number;
  readonly agents: number;
  readonly sessions: number;
  readonly files: number;
  readonly bytes: number;
  readonly last_activity_at: number | null;
}

export type ListedRow = WorkspaceRow & { readonly use: WorkspaceUse };

export const selectLiveWithUse = (db: Db, id: string, now: number) =>
  db
    .select({ ...getTableColumns(workspaces), use: use(now) })
    .from(workspaces)
    .where(live(id));

/** Newest first. */
export const selectWorkspaces = (
  db: Db,
  now: number,
  is_suspended: boolean | undefined,
  after: string | null,
  limit: number,
) =>
  db
    .select({ ...getTableColumns(workspaces), use: use(now) })
    .from(workspaces)
    .where(
      and(
        lt(workspaces.id, after ?? afterAll),
        isNull(workspaces.deleted_at),
        is_suspended === undefined
          ? undefined
          : sql`(${workspaces.suspended_at} is not null) = ${is_suspended}`,
      ),
    )
    .orderBy(desc(workspaces.id))
    .limit(limit);

/** Changes a workspace that is not deleted. */
export const changeWorkspace = (db: Db, id: string, changes: Partial<WorkspaceRow>) =>
  db.update(workspaces).set(changes).where(live(id)).returning();

/** Suspends a workspace, or resumes it with null. A suspended workspace keeps the time of its first suspension. */
export const setSuspended = (db: Db, id: string, suspended_at: number | null, now: number) =>
  db
    .update(workspaces)
    .set({
      suspended_at: suspended_at === null ? null : sql`coalesce(suspended_at, ${suspended_at})`,
      updated_at: now,
    })
    .where(live(id))
    .returning();
