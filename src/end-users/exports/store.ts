import { and, desc, eq, lt } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { end_user_exports } from '../../db/schema/end-users.ts';
import { isOfServedWorkspace } from '../../db/served-workspace.ts';

export type ExportRow = typeof end_user_exports.$inferSelect;

/** The object that holds the archive of an export. */
export const keyOfExport = (workspace_id: string, id: string): string =>
  `${workspace_id}/exports/${id}.ndjson.gz`;

export const insertExport = (db: Db, row: ExportRow) => db.insert(end_user_exports).values(row);

export const selectExport = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(end_user_exports)
    .where(and(eq(end_user_exports.workspace_id, workspace_id), eq(end_user_exports.id, id)));

/** Selects the export of a signed link, whose signature stands for the workspace, unless that is suspended. */
export const selectLinkedExport = (db: Db, id: string) =>
  db
    .select()
    .from(end_user_exports)
    .where(and(eq(end_user_exports.id, id), isOfServedWorkspace(end_user_exports.workspace_id)));

export const selectExports = (
  db: Db,
  workspace_id: string,
  end_user_id: string,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(end_user_exports)
    .where(
      and(
        eq(end_user_exports.workspace_id, workspace_id),
        eq(end_user_exports.end_user_id, end_user_id),
        after === null ? undefined : lt(end_user_exports.id, after),
      ),
    )
    .orderBy(desc(end_user_exports.id))
    .limit(limit);

/** Ends an export that is still running. Returns no row if it was erased in the meantime. */
export const endExport = (db: Db, workspace_id: string, id: string, changes: Partial<ExportRow>) =>
  db
    .update(end_user_exports)
    .set(changes)
    .where(
      and(
        eq(end_user_exports.workspace_id, workspace_id),
        eq(end_user_exports.id, id),
        eq(end_user_exports.status, 'running'),
      ),
    )
    .returning({ id: end_user_exports.id });
