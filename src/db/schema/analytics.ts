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

/**
 * Figures of one hour or day in UTC, one row for each agent and dimension; `agent_id` is empty for
 * the whole workspace.
 */
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
    /**
     * Quarters of the hour, for time zones with an offset that is not whole hours. The last column,
     * so that it is read only when selected.
     */
    quarters: text(),
  },
  (table) => [
    primaryKey({
      columns: [table.workspace_id, table.agent_id, table.dimension, table.grain, table.bucket],
    }),
  ],
);

/** How far a workspace is rolled up. Each instant is exclusive. */
export const analytics_state = sqliteTable(
  'analytics_state',
  {
    workspace_id: text().primaryKey(),
    /**
     * The worker that rolls up and the end of its lease; writes of other workers have no effect.
     */
    lease: text(),
    lease_until: integer().notNull().default(0),
    /** Rows before this instant are late; triggers mark their hour. */
    closing_until: integer().notNull().default(0),
    rolled_until: integer().notNull().default(0),
    dayed_until: integer().notNull().default(0),
    /**
     * Usage rows before this instant are in the archive, and the figures of their hours are final.
     */
    archived_until: integer().notNull().default(0),
    /**
     * Incremented by each rollup; `anomalies_revision` is the value at the last search for
     * anomalies.
     */
    revision: integer().notNull().default(0),
    searched_revision: integer().notNull().default(0),
    /** The last date that was searched for anomalies; null for never. */
    searched_until: text(),
  },
  (table) => [
    index('analytics_state_unsearched')
      .on(table.workspace_id)
      .where(sql`revision > searched_revision`),
  ],
);

export const anomalyMeasures = ['cost', 'error_rate', 'online_score'] as const;
export type AnomalyMeasure = (typeof anomalyMeasures)[number];

/** Anomalous days of agents, each measure once. */
export const anomalies = sqliteTable(
  'anomalies',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    /** Date in the time zone that the workspace had. */
    date: text().notNull(),
    measure: text({ enum: anomalyMeasures }).notNull(),
    /** US dollars, or a share from 0 to 1. */
    value: real().notNull(),
    /** The median of the preceding days. */
    usual: real().notNull(),
    created_at: integer().notNull(),
    /** Null until the webhook has accepted it. */
    delivered_at: integer(),
  },
  (table) => [
    uniqueIndex('anomalies_once').on(table.workspace_id, table.agent_id, table.date, table.measure),
    index('anomalies_workspace').on(table.workspace_id, table.date, table.agent_id, table.measure),
  ],
);

/** Hours and days with rows that arrived after their rollup. */
export const analytics_marks = sqliteTable(
  'analytics_marks',
  {
    workspace_id: text().notNull(),
    grain: text({ enum: grains }).notNull(),
    bucket: integer().notNull(),
    /** Incremented by each late row, so that a mark that is made during a recount is kept. */
    marks: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.workspace_id, table.grain, table.bucket] })],
);

/** Objects with usage rows that have been removed from the database. */
export const usage_archives = sqliteTable(
  'usage_archives',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    /** The day of the rows, in UTC. */
    day: integer().notNull(),
    /**
     * Number of the object within its day: rows that arrive after the first archive of a day are in
     * further objects.
     */
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

/** The workspace at which the hourly work continues; one row for each kind of work. */
export const analytics_cursors = sqliteTable('analytics_cursors', {
  name: text().primaryKey(),
  position: text().notNull(),
});
