import { and, desc, eq, isNull, lt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { workspaces } from '../../db/schema/workspaces.ts';
import type { WorkspaceRow } from '../store.ts';

const live = (id: string) => and(eq(workspaces.id, id), isNull(workspaces.deleted_at));

export const selectLiveWorkspace = (db: Db, id: string) =>
  db.select().from(workspaces).where(live(id));

/** Greater than every id: a range condition keeps SQLite on the index for the first page too. */
const afterAll = 'ws_~';

/** Newest first. */
export const selectWorkspaces = (
  db: Db,
  is_suspended: boolean | undefined,
  after: string | null,
  limit: number,
) =>
  db
    .select()
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
