import { integer, primaryKey, sqliteTable, text } from 'drizzle-orm/sqlite-core';

/** The last runs of periodic work: one row for each cron expression, written once a tick. */
export const schedule_ticks = sqliteTable('schedule_ticks', {
  cron: text().primaryKey(),
  ticked_at: integer().notNull(),
  /** Time of the last success by task; 0 for never. */
  succeeded: text({ mode: 'json' }).notNull().$type<Record<string, number>>(),
});

/** The OTLP endpoint to which a workspace exports its runs, and the state of the export. */
export const telemetry = sqliteTable('telemetry', {
  workspace_id: text().primaryKey(),
  endpoint: text().notNull(),
  /** Names of the headers with the last characters of their values. The values are in `secrets`. */
  header_hints: text({ mode: 'json' })
    .notNull()
    .$type<{ name: string; last_four: string | null }[]>(),
  include_content: integer({ mode: 'boolean' }).notNull(),
  is_enabled: integer({ mode: 'boolean' }).notNull(),
  /** Nothing is sent before this time. */
  due_at: integer().notNull().default(0),
  /** Consecutive temporary failures. */
  failures: integer().notNull().default(0),
  /** Start of the suspension after a permanent failure; cleared when the export is set again. */
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

/** Finished runs that wait for export. A trigger adds them in the batch that ends the run. */
export const telemetry_runs = sqliteTable(
  'telemetry_runs',
  {
    workspace_id: text().notNull(),
    run_id: text().notNull(),
    queued_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.run_id] })],
);
