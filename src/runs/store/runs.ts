import { and, asc, eq, getTableColumns, lte, type SQL, sql } from 'drizzle-orm';
import type { Db, Statement } from '../../db/client.ts';
import { compileByColumns } from '../../db/compiled.ts';
import { runs } from '../../db/schema/runs.ts';
import { workspaces } from '../../db/schema/workspaces.ts';

export type RunRow = typeof runs.$inferSelect;

/** The columns of a run that `insertRun` takes from the choice of its version. */
export type NewRunRow = Omit<RunRow, 'version_id' | 'experiment_id' | 'variant_id' | 'subject'>;

/** Returns a run without the columns that its choice sets, and without null, which at the start are most columns. */
export const newRunColumns = ({
  version_id: _,
  experiment_id: _e,
  variant_id: _v,
  subject: _s,
  ...row
}: RunRow): NewRunRow =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null)) as NewRunRow;

/** The experiment of a run, as `insertRun` returns it. */
export const assignedColumns = {
  experiment_id: runs.experiment_id,
  variant_id: runs.variant_id,
  subject: runs.subject,
};
export type Assigned = Pick<RunRow, keyof typeof assignedColumns>;

/**
 * Inserts a run. `choice` selects at most one row of `version_id`, `experiment_id`, `variant_id` and `counted_subject`
 * (experiments/choose-version.ts); the insert violates `runs.version_id` when it selects none. Absent columns are null.
 */
export const insertRun = (db: Db, row: NewRunRow, choice: SQL) => {
  const chosen: Readonly<Record<string, SQL>> = {
    version_id: sql`chosen.version_id`,
    experiment_id: sql`chosen.experiment_id`,
    variant_id: sql`chosen.variant_id`,
    subject: sql`chosen.counted_subject`,
  };
  const columns = Object.entries(getTableColumns(runs)).map(([name, column]) => {
    const value = row[name as keyof NewRunRow] ?? null;
    const given = value === null ? sql`null` : sql`${sql.param(value, column)}`;
    return [name, (chosen[name] ?? given).as(name)];
  });
  return db.insert(runs).select(
    db
      .select(Object.fromEntries(columns) as { [Name in keyof RunRow]: SQL.Aliased })
      .from(sql`(select 1) left join (${choice}) as chosen`)
      // Without it SQLite reads ON CONFLICT as a join condition.
      .where(sql`true`),
  );
};

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

/** The files that an answer was written from, and the runs of the answers in its prompt. */
export interface RunSources {
  readonly file_ids: readonly string[];
  readonly run_ids: readonly string[];
}

/** True for the `run_id` of a message without a run, which a person has written or received (db/schema/sessions.ts). */
export const isOfPerson = (run_id: unknown): SQL => sql`${run_id} glob 'msg_*'`;

/** The files of a run and of the runs before it; null when those of one of them are not known. */
export const filesOfSources = (file_ids: unknown, run_ids: unknown): SQL<string[] | null> =>
  sql`iif(exists (select 1 from json_each(${run_ids}) b left join runs r on r.id = b.value
    where not ${isOfPerson(sql`b.value`)} and r.source_file_ids is null), null,
    (select json_group_array(value) from (select value from json_each(${file_ids})
      union select s.value from json_each(${run_ids}) b join runs r on r.id = b.value join json_each(r.source_file_ids) s)))`;

/** Ends an active, queued or waiting run. Changes nothing when the run has already ended. */
export const endRun = (
  db: Db,
  workspace_id: string,
  id: string,
  end: Partial<RunRow>,
  sources?: RunSources,
): Statement =>
  endRunWith(db, {
    ...end,
    own_workspace_id: workspace_id,
    own_id: id,
    own_files: sources === undefined ? undefined : JSON.stringify(sources.file_ids),
    runs_before: sources === undefined ? undefined : JSON.stringify(sources.run_ids),
  });

const endRunWith = compileByColumns<
  Partial<RunRow> &
    Readonly<Record<'own_workspace_id' | 'own_id', string>> &
    Readonly<Record<'own_files' | 'runs_before', string | undefined>>
>((db, { own_workspace_id, own_id, own_files, runs_before, ...end }) =>
  db
    .update(runs)
    .set(
      own_files === undefined
        ? end
        : { ...end, source_file_ids: filesOfSources(own_files, runs_before) },
    )
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
