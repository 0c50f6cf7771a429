import { and, eq } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { workspaces } from '../db/schema/workspaces.ts';

export type WorkspaceRow = typeof workspaces.$inferSelect;

export const selectWorkspace = (db: Db, workspace_id: string) =>
  db.select().from(workspaces).where(eq(workspaces.id, workspace_id));

export const insertWorkspace = (db: Db, row: WorkspaceRow) => db.insert(workspaces).values(row);

/** Updates a workspace; with `time_zone` only while that is still its zone. */
export const updateWorkspace = (
  db: Db,
  workspace_id: string,
  changes: Partial<WorkspaceRow>,
  time_zone?: string,
) =>
  db
    .update(workspaces)
    .set(changes)
    .where(
      and(
        eq(workspaces.id, workspace_id),
        time_zone === undefined ? undefined : eq(workspaces.time_zone, time_zone),
      ),
    )
    .returning();
