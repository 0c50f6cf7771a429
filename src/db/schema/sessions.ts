import { sql } from 'drizzle-orm';
import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';
import { agents } from './agents.ts';

export const runStatuses = ['running', 'completed', 'failed', 'cancelled', 'interrupted', 'limit_exceeded'] as const;
export type RunStatus = (typeof runStatuses)[number];

export const coverages = ['full', 'partial', 'none'] as const;
export type Coverage = (typeof coverages)[number];

export const sessions = sqliteTable(
  'sessions',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text()
      .notNull()
      .references(() => agents.id),
    end_user_id: text(),
    title: text(),
    /** A version number or label that every run of the session uses; null follows the active one. */
    version: text(),
    /** Values of the agent's form fields, for the `{{variables}}` of its instructions. */
    inputs: text({ mode: 'json' }).notNull().$type<Record<string, string | number | boolean>>(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /** The sequence number of the newest message; the next is taken from it inside the writing statement. */
    message_seq: integer().notNull().default(0),
    /** The run that is answering; with its lease it serialises the turns of a session. */
    active_run_id: text(),
    active_run_until: integer().notNull().default(0),
    archived_at: integer(),
    expires_at: integer(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    index('sessions_agent').on(table.workspace_id, table.agent_id, table.id),
    index('sessions_end_user').on(table.workspace_id, table.agent_id, table.end_user_id, table.id),
  ],
);

export const messages = sqliteTable(
  'messages',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    session_id: text()
      .notNull()
      .references(() => sessions.id),
    seq: integer().notNull(),
    role: text({ enum: ['user', 'assistant'] }).notNull(),
    text: text().notNull(),
    citations: text({ mode: 'json' }).notNull().$type<Record<string, unknown>[]>(),
    run_id: text().notNull(),
    created_at: integer().notNull(),
  },
  (table) => [uniqueIndex('messages_session').on(table.session_id, table.seq), index('messages_run').on(table.run_id)],
);

export const runs = sqliteTable(
  'runs',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    version_id: text().notNull(),
    session_id: text(),
    status: text({ enum: runStatuses }).notNull(),
    finish_reason: text(),
    error_code: text(),
    error_detail: text(),
    confidence: real(),
    coverage: text({ enum: coverages }),
    input_tokens: integer(),
    output_tokens: integer(),
    cost_nano_usd: integer(),
    first_token_ms: integer(),
    latency_ms: integer(),
    /** Past this a running run has lost its host. */
    lease_until: integer().notNull(),
    created_by: text(),
    created_at: integer().notNull(),
    ended_at: integer(),
  },
  (table) => [
    index('runs_session').on(table.workspace_id, table.session_id, table.id),
    index('runs_lease').on(table.lease_until).where(sql`status = 'running'`),
  ],
);

/** The trace of a run: what it retrieved, asked a model, did with a tool. */
export const run_steps = sqliteTable(
  'run_steps',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    run_id: text()
      .notNull()
      .references(() => runs.id),
    ordinal: integer().notNull(),
    type: text({ enum: ['retrieval', 'model', 'tool'] }).notNull(),
    name: text().notNull(),
    input: text({ mode: 'json' }).$type<unknown>(),
    output: text({ mode: 'json' }).$type<unknown>(),
    error: text(),
    cost_nano_usd: integer(),
    started_at: integer().notNull(),
    latency_ms: integer().notNull(),
  },
  (table) => [uniqueIndex('run_steps_run').on(table.run_id, table.ordinal)],
);
