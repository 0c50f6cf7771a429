import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** A file that answers a golden question, or a passage of it. */
export interface ExpectedPassage {
  readonly file_id: string;
  readonly text?: string | undefined;
}

/** Questions of a knowledge base with the passages that answer them; none if its documents do not hold the answer. */
export const golden_questions = sqliteTable(
  'golden_questions',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    question: text().notNull(),
    expected: text({ mode: 'json' }).notNull().$type<readonly ExpectedPassage[]>(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index('golden_questions_base').on(table.workspace_id, table.base_id, table.id)],
);

export const evaluationStatuses = ['queued', 'running', 'ready', 'failed', 'cancelled'] as const;
export const evaluationTriggers = ['request', 'activation', 'embedding'] as const;

/** Evaluations of the search of a base by its golden questions. */
export const retrieval_evaluations = sqliteTable(
  'retrieval_evaluations',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    base_id: text().notNull(),
    /** Settings of the search, as the API has them. */
    settings: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    trigger: text({ enum: evaluationTriggers }).notNull(),
    /** The agent and version whose activation caused it. */
    agent_id: text(),
    version_id: text(),
    status: text({ enum: evaluationStatuses }).notNull(),
    question_count: integer().notNull(),
    evaluated_count: integer().notNull(),
    /** The last question that has a result; fences repeated and late steps. */
    cursor: text().notNull(),
    metrics: text({ mode: 'json' }).$type<Record<string, number | null>>(),
    error_code: text(),
    error_detail: text(),
    created_by: text(),
    created_at: integer().notNull(),
    ended_at: integer(),
  },
  (table) => [index('retrieval_evaluations_base').on(table.workspace_id, table.base_id, table.id)],
);

/** A hit of an evaluated search. */
export interface EvaluatedHit {
  readonly chunk_id: string;
  readonly file_id: string;
  readonly file_name: string;
  readonly page: number | null;
  readonly score: number;
  readonly is_expected: boolean;
}

export const retrieval_results = sqliteTable(
  'retrieval_results',
  {
    evaluation_id: text().notNull(),
    question_id: text().notNull(),
    workspace_id: text().notNull(),
    /** The question as it was searched, since it may be changed later. */
    question: text().notNull(),
    is_answerable: integer({ mode: 'boolean' }).notNull(),
    hits: text({ mode: 'json' }).notNull().$type<readonly EvaluatedHit[]>(),
    /** Rank of the first expected hit; null if none was found. */
    rank: integer(),
    recall: real(),
    reciprocal_rank: real(),
    ndcg: real(),
    coverage: text().notNull(),
    confidence: real().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.evaluation_id, table.question_id] }),
    index('retrieval_results_workspace').on(table.workspace_id),
  ],
);
