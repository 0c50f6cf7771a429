import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  real,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

export const grains = ['hour', 'day'] as const;
export type Grain = (typeof grains)[number];

/** What happened in an hour or day of UTC, one row for each agent and dimension; `agent_id` is empty for the whole workspace. */
export const analytics_rollups = sqliteTable(
  'analytics_rollups',
  {
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    /** `all`, `version`, `model`, … (analytics/dimensions.ts). */
    dimension: text().notNull(),
    grain: text({ enum: grains }).notNull(),
    bucket: integer().notNull(),
    /** Figures by value of the dimension (analytics/figures.ts). */
    slices: text().notNull(),
    /** Of an hour: the same by quarter, for time zones that are not whole hours from UTC. Last, so that it is read only where asked for. */
    quarters: text(),
  },
  (table) => [
    primaryKey({
      columns: [table.workspace_id, table.agent_id, table.dimension, table.grain, table.bucket],
    }),
  ],
);

/** How far a workspace is rolled up. Instants that a column names are the first that are not. */
export const analytics_state = sqliteTable(
  'analytics_state',
  {
    workspace_id: text().primaryKey(),
    /** Who rolls up, until when; a write of anybody else does nothing. */
    lease: text(),
    lease_until: integer().notNull().default(0),
    /** What comes in before this is late, and triggers mark its hour. */
    closing_until: integer().notNull().default(0),
    rolled_until: integer().notNull().default(0),
    dayed_until: integer().notNull().default(0),
    /** Usage rows before this are in the archive: those hours stay as they are. */
    archived_until: integer().notNull().default(0),
    /** Rises each time that it is rolled up; anomalies were last looked for at the other. */
    revision: integer().notNull().default(0),
    searched_revision: integer().notNull().default(0),
    /** The date up to which anomalies were looked for on days that were over; null for never. */
    searched_until: text(),
  },
  (table) => [
    index('analytics_state_unsearched')
      .on(table.workspace_id)
      .where(sql`revision > searched_revision`),
  ],
);

export const anomalyMeasures = ['cost', 'error_rate'] as const;
export type AnomalyMeasure = (typeof anomalyMeasures)[number];

/** Days of agents that stood out when they were looked at, each measure once. */
export const anomalies = sqliteTable(
  'anomalies',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    /** In the time zone that the workspace had. */
    date: text().notNull(),
    measure: text({ enum: anomalyMeasures }).notNull(),
    /** US dollars, or 0..1. */
    value: real().notNull(),
    /** The median of the days before. */
    usual: real().notNull(),
    created_at: integer().notNull(),
    /** null until the webhook has taken it. */
    delivered_at: integer(),
  },
  (table) => [
    uniqueIndex('anomalies_once').on(table.workspace_id, table.agent_id, table.date, table.measure),
    index('anomalies_workspace').on(table.workspace_id, table.date, table.agent_id, table.measure),
  ],
);

/** Hours and days that something came in for after they had been rolled up. */
export const analytics_marks = sqliteTable(
  'analytics_marks',
  {
    workspace_id: text().notNull(),
    grain: text({ enum: grains }).notNull(),
    bucket: integer().notNull(),
    /** Rises with everything that comes late, so that a mark made while its hour is counted again stays. */
    marks: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.grain, table.bucket] })],
);

/** Objects with usage rows that are no longer in the database. */
export const usage_archives = sqliteTable(
  'usage_archives',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** The day of UTC that the rows are of. */
    day: integer().notNull(),
    /** Rows of a day that came after its first archive are in a second, and so on. */
    part: integer().notNull(),
    object_key: text().notNull(),
    row_count: integer().notNull(),
    cost_nano_usd: integer().notNull(),
    byte_size: integer().notNull(),
    sha256: text().notNull(),
    created_at: integer().notNull(),
    /** The version of the fields of its lines (analytics/usage-fields.ts). */
    schema_number: integer().notNull().default(1),
  },
  (table) => [
    uniqueIndex('usage_archives_day').on(table.workspace_id, table.day, table.part),
    index('usage_archives_workspace').on(table.workspace_id, table.id),
  ],
);

/** Where the hourly work went on to among the workspaces; one row for each kind of work. */
export const analytics_cursors = sqliteTable('analytics_cursors', {
  name: text().primaryKey(),
  position: text().notNull(),
});
