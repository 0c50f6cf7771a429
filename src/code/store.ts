import { and, desc, eq, gt, lt, type SQL, sql } from 'drizzle-orm';
import type { Db } from '../db/client.ts';
import { code_executions, type ExecutionStatus, generated_files } from '../db/schema/code.ts';
import { namedAgent } from '../runs/index.ts';

export type ExecutionRow = typeof code_executions.$inferSelect;

export interface Filter {
  /** Id or slug of an agent. */
  readonly agent?: string | undefined;
  readonly run?: string | undefined;
  readonly status?: ExecutionStatus | undefined;
  readonly execution?: string | undefined;
  /** Ids of the agents that the caller may see; null for all. */
  readonly only: readonly string[] | null;
  /** The key whose executions the caller is limited to. */
  readonly created_by?: string | undefined;
  readonly end_user?: string | undefined;
}

type Table = typeof code_executions | typeof generated_files;

/** The conditions on a row that executions and files share. */
const matching = (
  table: Table,
  workspace_id: string,
  { agent, run, only, created_by, end_user }: Filter,
  after: string | null,
): SQL | undefined =>
  and(
    eq(table.workspace_id, workspace_id),
    after === null ? undefined : lt(table.id, after),
    agent === undefined ? undefined : sql`${table.agent_id} = ${namedAgent(workspace_id, agent)}`,
    run === undefined ? undefined : eq(table.run_id, run),
    only === null
      ? undefined
      : sql`${table.agent_id} in (select value from json_each(${JSON.stringify(only)}))`,
    created_by === undefined ? undefined : eq(table.created_by, created_by),
    end_user === undefined ? undefined : eq(table.end_user_id, end_user),
  );

/** Selects executions, newest first. */
export const selectExecutions = (
  db: Db,
  workspace_id: string,
  filter: Filter,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(code_executions)
    .where(
      and(
        matching(code_executions, workspace_id, filter, after),
        filter.status === undefined ? undefined : eq(code_executions.status, filter.status),
      ),
    )
    .orderBy(desc(code_executions.id))
    .limit(limit);

export const selectExecution = (db: Db, workspace_id: string, id: string) =>
  db
    .select()
    .from(code_executions)
    .where(and(eq(code_executions.workspace_id, workspace_id), eq(code_executions.id, id)));

/** Selects files that have not expired, newest first. */
export const selectGeneratedFiles = (
  db: Db,
  workspace_id: string,
  filter: Filter,
  now: number,
  after: string | null,
  limit: number,
) =>
  db
    .select()
    .from(generated_files)
    .where(
      and(
        matching(generated_files, workspace_id, filter, after),
        gt(generated_files.expires_at, now),
        filter.execution === undefined
          ? undefined
          : eq(generated_files.execution_id, filter.execution),
      ),
    )
    .orderBy(desc(generated_files.id))
    .limit(limit);
