import { and, eq, gt, sql } from 'drizzle-orm';
import type { Db } from '../../db/client.ts';
import { code_executions, generated_files } from '../../db/schema/code.ts';
import { isOfServedWorkspace } from '../../db/served-workspace.ts';

export type ExecutionRow = typeof code_executions.$inferSelect;
export type GeneratedFileRow = typeof generated_files.$inferSelect;

/** Executions of a workspace that run at once. */
export const maxRunning = 10;

/** The key that created the session of a run, or the run itself: it sees what code of the run has done. */
const ownerOf = ({ run_id, created_by }: Pick<ExecutionRow, 'run_id' | 'created_by'>) =>
  sql`coalesce((select coalesce(s.created_by, r.created_by) from runs r left join sessions s on s.id = r.session_id where r.id = ${run_id}), ${created_by})`;

/**
 * Inserts a running execution; its code only where content is logged. Fails on the NOT NULL `code_executions.workspace_id` when too
 * many of the workspace have begun since `since`, and on that of `code_executions.created_at` when its run was erased.
 */
export const insertExecution = (db: Db, row: ExecutionRow, since: number) =>
  db.insert(code_executions).values({
    ...row,
    workspace_id: sql`iif((select count(*) from code_executions e where e.workspace_id = ${row.workspace_id} and e.status = 'running' and e.created_at > ${since}) < ${maxRunning}, ${row.workspace_id}, null)`,
    code: sql`iif((select w.content_logging from workspaces w where w.id = ${row.workspace_id}), ${row.code}, null)`,
    created_by: ownerOf(row),
    created_at: sql`iif(${row.run_id} is null or exists (select 1 from runs r where r.id = ${row.run_id}), ${row.created_at}, null)`,
  });

/** Stores the end of an execution; the message of its error only where content is logged. */
export const endExecution = (
  db: Db,
  workspace_id: string,
  id: string,
  { error_message = null, ...end }: Partial<ExecutionRow>,
) =>
  db
    .update(code_executions)
    .set({
      ...end,
      error_message: sql`iif((select w.content_logging from workspaces w where w.id = ${workspace_id}), ${error_message}, null)`,
    })
    .where(and(eq(code_executions.workspace_id, workspace_id), eq(code_executions.id, id)));

/** Inserts a file of a running execution. Fails on the NOT NULL `generated_files.execution_id` when that was erased with its run. */
export const insertGeneratedFile = (db: Db, row: GeneratedFileRow) =>
  db.insert(generated_files).values({
    ...row,
    execution_id: sql`(select e.id from code_executions e where e.id = ${row.execution_id} and e.workspace_id = ${row.workspace_id})`,
    created_by: ownerOf(row),
  });

export const selectGeneratedFile = (db: Db, workspace_id: string, id: string, now: number) =>
  db
    .select()
    .from(generated_files)
    .where(
      and(
        eq(generated_files.workspace_id, workspace_id),
        eq(generated_files.id, id),
        gt(generated_files.expires_at, now),
      ),
    );

/** Selects the file of a signed link, whose signature stands for the workspace, unless that is suspended. */
export const selectLinkedFile = (db: Db, id: string, now: number) =>
  db
    .select()
    .from(generated_files)
    .where(
      and(
        eq(generated_files.id, id),
        gt(generated_files.expires_at, now),
        isOfServedWorkspace(generated_files.workspace_id),
      ),
    );

/** Selects expired files of all workspaces. */
export const selectExpiredFiles = (db: Db, now: number, limit: number) =>
  db
    .select({ id: generated_files.id, workspace_id: generated_files.workspace_id })
    .from(generated_files)
    .where(sql`${generated_files.expires_at} <= ${now}`)
    .limit(limit);

/** Closes the files of an execution; the task that removes expired files removes them. */
export const expireFilesOf = (db: Db, workspace_id: string, execution_id: string) =>
  db
    .update(generated_files)
    .set({ expires_at: 0 })
    .where(
      and(
        eq(generated_files.workspace_id, workspace_id),
        eq(generated_files.execution_id, execution_id),
      ),
    );

export const deleteGeneratedFiles = (db: Db, ids: readonly string[]) =>
  db
    .delete(generated_files)
    .where(sql`${generated_files.id} in (select value from json_each(${JSON.stringify(ids)}))`);

/** Marks executions whose process is gone. */
export const closeLostExecutions = (db: Db, before: number, now: number) =>
  db
    .update(code_executions)
    .set({ status: 'interrupted', ended_at: now })
    .where(
      sql`${code_executions.status} = 'running' and ${code_executions.created_at} <= ${before}`,
    );

/** Deletes executions of all workspaces from before a time. */
export const deleteOldExecutions = (db: Db, before: number, limit: number) =>
  db
    .delete(code_executions)
    .where(
      sql`${code_executions.id} in (select id from code_executions where created_at < ${before} limit ${limit})`,
    )
    .returning({ id: code_executions.id });
