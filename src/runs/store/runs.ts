import { and, asc, eq, lte, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { runs } from '../../db/schema/runs.ts';
import { workspaces } from '../../db/schema/workspaces.ts';

export type RunRow = typeof runs.$inferSelect;

/** Inserts a run. `version_id` may be an SQL expression; the insert violates `runs.version_id` when it evaluates to null. */
export const insertRun = (db: Db, row: RunRow, version_id: SQL<string | null> | string) =>
  db.insert(runs).values({ ...row, version_id: sql`${version_id}` });

/** Renews the lease of a queued run. */
export const renewQueuedRun = (db: Db, workspace_id: string, id: string, until: number) =>
  db
    .update(runs)
    .set({ lease_until: until })
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, id), eq(runs.status, 'queued')));

/** Returns true while the run has not ended. */
export const isOpen = ({ status }: Pick<RunRow, 'status'>): boolean =>
  status === 'running' || status === 'queued' || status === 'requires_action';

/** Returns true while the run waits for required actions. */
export const isWaiting = ({ status }: Pick<RunRow, 'status'>): boolean =>
  status === 'requires_action';

/** Ends an active, queued or waiting run. Changes nothing when the run has already ended. */
export const endRun = (db: Db, workspace_id: string, id: string, end: Partial<RunRow>): Statement =>
  endRunWith(db, { ...end, own_workspace_id: workspace_id, own_id: id });

const endRunWith = compileByColumns<
  Partial<RunRow> & Readonly<Record<'own_workspace_id' | 'own_id', string>>
>((db, { own_workspace_id, own_id, ...end }) =>
  db
    .update(runs)
    .set(end)
    .where(
      and(
        eq(runs.workspace_id, own_workspace_id),
        eq(runs.id, own_id),
        sql`${runs.status} in ('running', 'queued', 'requires_action')`,
      ),
    ),
);

/** Renews the lease of a running run. */
export const renewRunRow = (
  db: Db,
  { id, workspace_id }: Pick<RunRow, 'id' | 'workspace_id'>,
  until: number,
) =>
  db
    .update(runs)
    .set({ lease_until: until })
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, id), eq(runs.status, 'running')));

export const selectRun = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(runs)
    .where(and(eq(runs.workspace_id, workspace_id), eq(runs.id, id)));

/** Runs of all workspaces in one state whose lease has expired. */
export const selectLostRuns = (db: Db, status: 'running' | 'queued', now: number, limit: number) =>
  db
    .select()
    .from(runs)
    .where(and(sql`${runs.status} = ${sql.raw(`'${status}'`)}`, lte(runs.lease_until, now)))
    .orderBy(asc(runs.lease_until))
    .limit(limit);

/** The content logging setting of the workspace: whether traces and events keep texts. */
export const selectContentLogging = (db: Db, workspace_id: string) =>
  db
    .select({ content_logging: workspaces.content_logging })
    .from(workspaces)
    .where(eq(workspaces.id, workspace_id));
