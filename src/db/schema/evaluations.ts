import { sql } from 'drizzle-orm';
import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

export const evaluationStatuses = ['running', 'completed', 'failed', 'cancelled'] as const;
export type EvaluationStatus = (typeof evaluationStatuses)[number];

/** A version that an evaluation runs, or a draft that merges a change into one. */
export interface EvaluationTarget {
  readonly version_id: string;
  readonly number: number;
  /** The configuration and tools of a draft; null for the version as it is. */
  readonly draft: { readonly config: Record<string, unknown>; readonly tools: unknown[] } | null;
  /** SHA-256 of the configuration and the pinned tools: equal for all that answers equally. */
  readonly fingerprint: string;
}

/** Evaluations of an agent over the cases of a dataset. */
export const evaluations = sqliteTable(
  'evaluations',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    dataset_id: text().notNull(),
    dataset_revision: integer().notNull(),
    label: text().notNull(),
    status: text({ enum: evaluationStatuses }).notNull(),
    targets: text({ mode: 'json' }).notNull().$type<readonly EvaluationTarget[]>(),
    /** As in evaluation/scorers/schema.ts, each with its name. */
    scorers: text({ mode: 'json' }).notNull().$type<readonly Record<string, unknown>[]>(),
    repetitions: integer().notNull(),
    concurrency: integer().notNull(),
    /** null for no limit. */
    max_cost_nano_usd: integer(),
    execute_tools: integer({ mode: 'boolean' }).notNull(),
    /** The number of cases that were drawn, and the tags of which they had one; null for all. */
    sample: integer(),
    tags: text({ mode: 'json' }).$type<readonly string[]>(),
    case_count: integer().notNull(),
    task_count: integer().notNull(),
    /** Tasks that have ended. */
    done_count: integer().notNull().default(0),
    /** Known cost of all runs and scores so far, those of failed attempts included. */
    spent_nano_usd: integer().notNull().default(0),
    /** The highest known cost of one task so far, which is set aside for each that runs. */
    highest_nano_usd: integer().notNull().default(0),
    has_unknown_cost: integer({ mode: 'boolean' }).notNull().default(false),
    /** Summaries by target (evaluation/runs/summary.ts), once it has ended. */
    summary: text({ mode: 'json' }).$type<readonly Record<string, unknown>[]>(),
    error_code: text(),
    error_detail: text(),
    /** The key whose rights and budgets its runs have. */
    api_key_id: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    ended_at: integer(),
    /** A task removes the results of a deleted evaluation, then the row. */
    deleted_at: integer(),
  },
  (table) => [
    index('evaluations_workspace').on(table.workspace_id, table.id),
    index('evaluations_agent').on(table.agent_id, table.dataset_id, table.ended_at),
    index('evaluations_deleted').on(table.deleted_at).where(sql`deleted_at is not null`),
  ],
);

export const taskStates = ['pending', 'running', 'done'] as const;

/** How the run of a task has ended. */
export const taskOutcomes = [
  'completed',
  'failed',
  'limit_exceeded',
  'requires_action',
  'cancelled',
] as const;
export type TaskOutcome = (typeof taskOutcomes)[number];

export interface StoredScore {
  readonly outcome: 'scored' | 'not_measurable' | 'failed';
  readonly score: number | null;
  readonly passed: boolean | null;
  readonly cost_nano_usd: number | null;
  readonly error_code: string | null;
  readonly judge: Record<string, unknown> | null;
}

/** Tasks of evaluations with their results: one for each case, target and repetition. */
export const evaluation_results = sqliteTable(
  'evaluation_results',
  {
    evaluation_id: text()
      .notNull()
      .references(() => evaluations.id),
    /** Position of the case, from 0. */
    ordinal: integer().notNull(),
    target: integer().notNull(),
    repetition: integer().notNull(),
    workspace_id: text().notNull(),
    case_id: text().notNull(),
    tags: text({ mode: 'json' }).notNull().$type<readonly string[]>(),
    state: text({ enum: taskStates }).notNull().default('pending'),
    /** When a pending task may start, and when the lease of a running one ends. */
    available_at: integer().notNull().default(0),
    /** Claims so far. Only the latest one may write. */
    claims: integer().notNull().default(0),
    /** Runs and scores that have failed and may succeed later. */
    failures: integer().notNull().default(0),
    /** The most that the task may cost while it runs; null without a limit. */
    held_nano_usd: integer(),
    run_id: text(),
    outcome: text({ enum: taskOutcomes }),
    error_code: text(),
    error_detail: text(),
    /** Scores by the position of the scorer. */
    scores: text({ mode: 'json' }).$type<Readonly<Record<string, StoredScore>>>(),
    /** Sentences that explain the scores, by the position of the scorer. They may quote the answer. */
    reasons: text({ mode: 'json' }).$type<Readonly<Record<string, string>>>(),
    /** Weighted mean of the scores; null if nothing could be measured. */
    score: real(),
    passed: integer({ mode: 'boolean' }),
    answer: text(),
    cited_file_ids: text({ mode: 'json' }).$type<readonly string[]>(),
    /** Costs of the run and of its scores, failed attempts included; null if unknown. */
    run_cost_nano_usd: integer(),
    score_cost_nano_usd: integer(),
    /** Known cost of earlier attempts. */
    lost_nano_usd: integer().notNull().default(0),
    input_tokens: integer(),
    output_tokens: integer(),
    latency_ms: integer(),
    first_token_ms: integer(),
    ended_at: integer(),
  },
  (table) => [
    primaryKey({
      columns: [table.evaluation_id, table.ordinal, table.target, table.repetition],
    }),
    index('evaluation_results_open')
      .on(table.evaluation_id, table.available_at)
      .where(sql`state <> 'done'`),
    index('evaluation_results_running')
      .on(table.workspace_id, table.available_at)
      .where(sql`state = 'running'`),
    index('evaluation_results_case').on(table.case_id),
  ],
);
