import { sql } from 'drizzle-orm';
import { index, integer, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** `interrupted`: the process ended before the code did. */
export const executionStatuses = ['running', 'completed', 'failed', 'interrupted'] as const;
export type ExecutionStatus = (typeof executionStatuses)[number];

/** Code that has been executed. Triggers erase the executions of a run with it. */
export const code_executions = sqliteTable(
  'code_executions',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** Null for code that no agent has called. */
    agent_id: text(),
    run_id: text(),
    session_id: text(),
    end_user_id: text(),
    tool_call_id: text(),
    language: text().notNull(),
    runner: text().notNull(),
    status: text({ enum: executionStatuses }).notNull(),
    /** Null where content is not logged. */
    code: text(),
    error_type: text(),
    error_name: text(),
    /** Null where content is not logged. */
    error_message: text(),
    error_line: integer(),
    code_bytes: integer().notNull(),
    /** Bytes of the input and of the files that were given to it. */
    input_bytes: integer().notNull(),
    result_bytes: integer(),
    log_bytes: integer(),
    file_count: integer(),
    file_bytes: integer(),
    cpu_ms: integer(),
    ticks: integer(),
    duration_ms: integer(),
    created_by: text(),
    created_at: integer().notNull(),
    ended_at: integer(),
  },
  (table) => [
    index('code_executions_workspace').on(table.workspace_id, table.id),
    index('code_executions_agent').on(table.workspace_id, table.agent_id, table.id),
    index('code_executions_run').on(table.run_id),
    index('code_executions_running').on(table.created_at).where(sql`status = 'running'`),
    index('code_executions_created').on(table.created_at),
  ],
);

/** Files that code has written; their content is in the file store. A task removes both at `expires_at`, which the erasure of a run sets to 0. */
export const generated_files = sqliteTable(
  'generated_files',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    execution_id: text().notNull(),
    agent_id: text(),
    run_id: text(),
    session_id: text(),
    end_user_id: text(),
    name: text().notNull(),
    media_type: text().notNull(),
    byte_size: integer().notNull(),
    created_by: text(),
    created_at: integer().notNull(),
    expires_at: integer().notNull(),
  },
  (table) => [
    index('generated_files_workspace').on(table.workspace_id, table.id),
    index('generated_files_run').on(table.run_id),
    index('generated_files_expires').on(table.expires_at),
  ],
);

/** A file that code has written, as a run keeps it. */
export interface GeneratedFileRef {
  readonly id: string;
  readonly execution_id: string;
  readonly name: string;
  readonly media_type: string;
  readonly byte_size: number;
  /** A signed link, valid until `expires_at`. */
  readonly url: string;
  /** Epoch milliseconds. */
  readonly expires_at: number;
}
