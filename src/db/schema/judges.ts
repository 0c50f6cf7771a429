import { index, integer, primaryKey, real, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** Model judges. Their configuration has revisions, which scores name. */
export const judges = sqliteTable(
  'judges',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    name: text().notNull(),
    /** Incremented by each change of the configuration. */
    revision: integer().notNull(),
    /** As in evaluation/judges/schema.ts. */
    config: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index('judges_workspace').on(table.workspace_id, table.id)],
);

export const judge_revisions = sqliteTable(
  'judge_revisions',
  {
    judge_id: text().notNull(),
    revision: integer().notNull(),
    workspace_id: text().notNull(),
    config: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    created_by: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.judge_id, table.revision] }),
    index('judge_revisions_workspace').on(table.workspace_id),
  ],
);

/** Scores of turns that people have reviewed, for the calibration of a judge. They hold no text. */
export const judge_scores = sqliteTable(
  'judge_scores',
  {
    judge_id: text().notNull(),
    revision: integer().notNull(),
    run_id: text().notNull(),
    workspace_id: text().notNull(),
    /** From 0 to 1; null when the judge failed. */
    score: real(),
    passed: integer({ mode: 'boolean' }),
    error_code: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.judge_id, table.revision, table.run_id] }),
    index('judge_scores_workspace').on(table.workspace_id),
  ],
);
