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

export const experimentStatuses = ['draft', 'running', 'paused', 'concluded', 'stopped'] as const;
export type ExperimentStatus = (typeof experimentStatuses)[number];

/** `bandit` moves the weights to better variants while it runs (Thompson sampling). */
export const experimentModes = ['fixed', 'bandit'] as const;

/** A metric of an experiment, as the API has it. */
export interface ExperimentMetric {
  /** A metric of experiments/metrics.ts, or `event:<name>`. */
  readonly metric: string;
  readonly direction: 'increase' | 'decrease';
  /** The smallest relative change that matters, such as 0.05 for 5 %. */
  readonly minimum_effect: number;
}

/** Slots up to `until` (exclusive) that follow those of the entry before belong to the variant. */
export type Allocation = readonly (readonly [until: number, variant_id: string])[];

/** Experiments over the versions of an agent. At most one runs for each agent. */
export const experiments = sqliteTable(
  'experiments',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    name: text().notNull(),
    hypothesis: text().notNull().default(''),
    mode: text({ enum: experimentModes }).notNull().default('fixed'),
    status: text({ enum: experimentStatuses }).notNull().default('draft'),
    primary_metric: text({ mode: 'json' }).notNull().$type<ExperimentMetric>(),
    guard_metrics: text({ mode: 'json' }).notNull().$type<readonly ExperimentMetric[]>(),
    /** Confidence level, minimum of subjects, adjustment, … as the API has them. */
    settings: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /** 10,000 slots, shared out among the variants (experiments/assignment.ts). */
    allocation: text({ mode: 'json' }).notNull().$type<Allocation>(),
    /** The salt: a subject has the slot `(multiplier * (subject % p) + increment) % p % 10000` with p = 2^31 - 1. */
    multiplier: integer().notNull(),
    increment: integer().notNull(),
    /** Incremented when the weights change. */
    epoch: integer().notNull().default(0),
    /** Incremented by each change of the row by a person; the entity tag. */
    revision: integer().notNull().default(1),
    /** Positions up to which runs, ratings, events and scores are counted (experiments/count.ts). */
    cursor: text({ mode: 'json' }).notNull().default({}).$type<Record<string, unknown>>(),
    counted_at: integer(),
    /** The variant that was promoted; null when it ended without. */
    winner_id: text(),
    end_reason: text(),
    /** The results as they were when it ended, in the form of the API. */
    final_results: text({ mode: 'json' }).$type<Record<string, unknown>>(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    started_at: integer(),
    ended_at: integer(),
  },
  (table) => [
    index('experiments_agent').on(table.workspace_id, table.agent_id, table.id),
    uniqueIndex('experiments_running').on(table.agent_id).where(sql`status = 'running'`),
    index('experiments_due').on(table.counted_at, table.id).where(sql`status = 'running'`),
  ],
);

export const experiment_variants = sqliteTable(
  'experiment_variants',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    experiment_id: text()
      .notNull()
      .references(() => experiments.id),
    ordinal: integer().notNull(),
    name: text().notNull(),
    version_id: text().notNull(),
    is_control: integer({ mode: 'boolean' }).notNull(),
    /** Per cent of the subjects, with at most two decimals. */
    weight: real().notNull(),
    /** Set once a guard or a person has stopped the variant: its subjects use the control. */
    stopped_at: integer(),
    stop_reason: text(),
  },
  (table) => [uniqueIndex('experiment_variants_experiment').on(table.experiment_id, table.ordinal)],
);

/**
 * Exposures: one row for each subject, written by the batch that claims its first turn. The subject is a number of 53 bits from
 * the hash of its end user or session (experiments/assignment.ts).
 */
export const experiment_subjects = sqliteTable(
  'experiment_subjects',
  {
    experiment_id: text().notNull(),
    subject: integer().notNull(),
    workspace_id: text().notNull(),
    variant_id: text().notNull(),
    epoch: integer().notNull(),
    exposed_at: integer().notNull(),
    /** Its figures so far (experiments/subject-figures.ts); null before it was counted. */
    figures: text({ mode: 'json' }).$type<Record<string, unknown>>(),
  },
  (table) => [
    primaryKey({ columns: [table.experiment_id, table.subject] }),
    index('experiment_subjects_new').on(table.experiment_id).where(sql`figures is null`),
  ],
);

/** `deleted_rating`: one that was counted, and then deleted by a person. The others were stored long after their time. */
export const lateFactKinds = ['run', 'rating', 'event', 'deleted_rating'] as const;

/** Facts that the positions of an experiment may have passed, until they are counted (experiments/count.ts). */
export const experiment_late_facts = sqliteTable(
  'experiment_late_facts',
  {
    experiment_id: text().notNull(),
    /** The id of the run, rating or event. */
    id: text().notNull(),
    workspace_id: text().notNull(),
    kind: text({ enum: lateFactKinds }).notNull(),
    /** Set for deleted ratings. */
    subject: integer(),
    score: real(),
  },
  (table) => [primaryKey({ columns: [table.experiment_id, table.id, table.kind] })],
);

/** Sums over the subjects of a variant, from which all results are computed (experiments/totals.ts). */
export const experiment_totals = sqliteTable(
  'experiment_totals',
  {
    experiment_id: text().notNull(),
    variant_id: text().notNull(),
    epoch: integer().notNull(),
    workspace_id: text().notNull(),
    subjects: integer().notNull(),
    sums: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    updated_at: integer().notNull(),
  },
  (table) => [primaryKey({ columns: [table.experiment_id, table.variant_id, table.epoch] })],
);

/** The log of an experiment: changes of state and weights, checks of guards. */
export const experiment_entries = sqliteTable(
  'experiment_entries',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    experiment_id: text().notNull(),
    /** `started`, `paused`, `resumed`, `reweighted`, `variant_stopped`, `concluded`, `stopped`. */
    kind: text().notNull(),
    variant_id: text(),
    detail: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    /** An actor, as in the audit log; null for the system. */
    created_by: text(),
    created_at: integer().notNull(),
  },
  (table) => [index('experiment_entries_experiment').on(table.experiment_id, table.id)],
);

/** Events that the application reports about a session: a goal that was reached, or a number. */
export const session_events = sqliteTable(
  'session_events',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    session_id: text().notNull(),
    name: text().notNull(),
    value: real().notNull(),
    metadata: text({ mode: 'json' }).notNull().$type<Record<string, unknown>>(),
    created_by: text(),
    created_at: integer().notNull(),
  },
  (table) => [
    index('session_events_session').on(table.session_id, table.id),
    index('session_events_agent').on(
      table.workspace_id,
      table.agent_id,
      table.created_at,
      table.id,
    ),
  ],
);
