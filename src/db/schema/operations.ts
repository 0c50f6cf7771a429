import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** When the periodic work was last done: one row for each cron expression, written once a tick. */
export const schedule_ticks = sqliteTable('schedule_ticks', {
  cron: text().primaryKey(),
  ticked_at: integer().notNull(),
  /** Task to when it last ended well; 0 for never. */
  succeeded: text({ mode: 'json' }).notNull().$type<Record<string, number>>(),
});

/** Where a workspace has its runs exported to, and how that goes. */
export const telemetry = sqliteTable('telemetry', {
  workspace_id: text().primaryKey(),
  endpoint: text().notNull(),
  /** Names of the headers with the last characters of their values. The values are in `secrets`. */
  header_hints: text({ mode: 'json' })
    .notNull()
    .$type<{ name: string; last_four: string | null }[]>(),
  include_content: integer({ mode: 'boolean' }).notNull(),
  is_enabled: integer({ mode: 'boolean' }).notNull(),
  /** Before this nothing is sent. */
  due_at: integer().notNull().default(0),
  /** Requests in a row that have failed and may be made again. */
  failures: integer().notNull().default(0),
  /** Since when nothing is sent, because the endpoint has refused for good; until it is set anew. */
  suspended_at: integer(),
  last_error: text(),
  last_error_at: integer(),
  last_exported_at: integer(),
  exported_runs: integer().notNull().default(0),
  dropped_runs: integer().notNull().default(0),
  rejected_spans: integer().notNull().default(0),
  created_at: integer().notNull(),
  updated_at: integer().notNull(),
});

/** Runs that have ended and are still to be exported; a trigger puts them here, in the batch of their end. */
export const telemetry_runs = sqliteTable(
  'telemetry_runs',
  {
    workspace_id: text().notNull(),
    run_id: text().notNull(),
    queued_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.run_id] })],
);
