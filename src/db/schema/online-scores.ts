import { sql } from 'drizzle-orm';
import { index, integer, real, sqliteTable, text, uniqueIndex } from 'drizzle-orm/sqlite-core';

/** `key_invalid`: the API key that pays for its model calls may no longer be used. */
export const disabledReasons = ['key_invalid'] as const;

/** Scorers that score a share of the live answers of an agent. */
export const online_scorers = sqliteTable(
  'online_scorers',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    name: text().notNull(),
    /** As in evaluation/scorers/schema.ts. */
    scorer: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /** In millionths. */
    share: integer().notNull(),
    daily_cost_nano_usd: integer().notNull(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    /** Why the system has disabled it; null for one that is enabled, or that a person disabled. */
    disabled_reason: text({ enum: disabledReasons }),
    revision: integer().notNull(),
    /** The end of the last run that was looked at, and its id. */
    read_until: integer().notNull(),
    read_run_id: text().notNull().default(''),
    /** Answers that were left out since the limit of the day was reached, or too many were waiting. */
    skipped_count: integer().notNull().default(0),
    api_key_id: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    /** A task removes the scores of a deleted scorer, then the row. */
    deleted_at: integer(),
  },
  (table) => [
    index('online_scorers_agent').on(table.workspace_id, table.agent_id, table.id),
    index('online_scorers_enabled').on(table.id).where(sql`enabled = 1 and deleted_at is null`),
    index('online_scorers_deleted').on(table.deleted_at).where(sql`deleted_at is not null`),
  ],
);

export const scoreStates = ['pending', 'scored', 'not_measurable', 'failed'] as const;

/** Scores of live answers. */
export const answer_scores = sqliteTable(
  'answer_scores',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    scorer_id: text()
      .notNull()
      .references(() => online_scorers.id),
    run_id: text().notNull(),
    session_id: text(),
    version_id: text().notNull(),
    experiment_id: text(),
    variant_id: text(),
    state: text({ enum: scoreStates }).notNull(),
    attempts: integer().notNull().default(0),
    score: real(),
    passed: integer({ mode: 'boolean' }),
    /** May quote the answer; erased with it. */
    reason: text(),
    error_code: text(),
    judge_id: text(),
    judge_revision: integer(),
    /** null for an unknown price. */
    cost_nano_usd: integer(),
    created_at: integer().notNull(),
    /** When it was scored. */
    scored_at: integer(),
  },
  (table) => [
    uniqueIndex('answer_scores_once').on(table.scorer_id, table.run_id),
    index('answer_scores_pending').on(table.scorer_id, table.id).where(sql`state = 'pending'`),
    index('answer_scores_day').on(table.scorer_id, table.scored_at),
    index('answer_scores_agent').on(table.workspace_id, table.agent_id, table.id),
    index('answer_scores_time').on(table.workspace_id, table.agent_id, table.scored_at, table.id),
    index('answer_scores_run').on(table.run_id),
    index('answer_scores_session').on(table.session_id).where(sql`session_id is not null`),
  ],
);
