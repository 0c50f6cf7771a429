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

export const reviewStatuses = ['open', 'in_review', 'done'] as const;
export const reviewVerdicts = ['good', 'partly', 'bad'] as const;

/** Why a turn is in the review queue: a rule of this type, or a request. */
export const reviewReasons = [
  'down_voted',
  'low_confidence',
  'no_coverage',
  'error',
  'text',
  'cost',
  'tool_failed',
  'sample',
  'manual',
] as const;
export type ReviewReason = (typeof reviewReasons)[number];

export interface ItemReason {
  readonly reason: ReviewReason;
  /** Null for a request. */
  readonly rule_id: string | null;
}

/** Condition of a rule, as the API has it. */
export type RuleCondition =
  | { readonly type: 'down_voted' | 'no_coverage' | 'error' | 'tool_failed' }
  | { readonly type: 'low_confidence'; readonly below: number }
  | {
      readonly type: 'text';
      readonly contains: readonly string[];
      readonly in: 'question' | 'answer' | 'both';
    }
  | { readonly type: 'cost'; readonly above_usd: number }
  | { readonly type: 'sample'; readonly share: number };

/** Turns of an agent that people review: one item for each run. The text is that of the messages. */
export const review_items = sqliteTable(
  'review_items',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    version_id: text().notNull(),
    session_id: text(),
    run_id: text().notNull(),
    /** The answer; the question of a run without one. */
    message_id: text().notNull(),
    reasons: text({ mode: 'json' }).notNull().$type<readonly ItemReason[]>(),
    status: text({ enum: reviewStatuses }).notNull(),
    /** The API key that reviews it. */
    assignee: text(),
    due_at: integer(),
    /** The last case that was made of it. */
    dataset_id: text(),
    case_id: text(),
    revision: integer().notNull(),
    /** The turn is erased, and with it the texts of the verdicts. */
    content_erased: integer({ mode: 'boolean' }).notNull().default(false),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
    done_at: integer(),
  },
  (table) => [
    uniqueIndex('review_items_run').on(table.run_id),
    index('review_items_session').on(table.session_id).where(sql`session_id is not null`),
    index('review_items_workspace').on(table.workspace_id, table.id),
    index('review_items_agent').on(table.workspace_id, table.agent_id, table.created_at),
  ],
);

/** Verdicts on items: one for each reviewer. */
export const review_verdicts = sqliteTable(
  'review_verdicts',
  {
    item_id: text()
      .notNull()
      .references(() => review_items.id),
    /** An actor, as in the audit log. */
    reviewer: text().notNull(),
    workspace_id: text().notNull(),
    verdict: text({ enum: reviewVerdicts }).notNull(),
    score: real(),
    better_answer: text(),
    note: text(),
    labels: text({ mode: 'json' }).notNull().$type<readonly string[]>(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.item_id, table.reviewer] }),
    index('review_verdicts_workspace').on(table.workspace_id),
  ],
);

/** Rules that add turns of an agent to the queue. */
export const review_rules = sqliteTable(
  'review_rules',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    agent_id: text().notNull(),
    name: text().notNull(),
    condition: text({ mode: 'json' }).notNull().$type<RuleCondition>(),
    enabled: integer({ mode: 'boolean' }).notNull(),
    /** Items that it adds on a day (UTC) at most. */
    daily_limit: integer().notNull(),
    assignee: text(),
    due_in_hours: integer(),
    /** The day of `day_count`, in days since 1970. */
    counted_day: integer().notNull().default(0),
    day_count: integer().notNull().default(0),
    /** Turns that ended, and ratings that were made, before are not looked at. */
    active_from: integer().notNull(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index('review_rules_agent').on(table.workspace_id, table.agent_id, table.id)],
);

/** How far the rules of an agent have read its ended runs and its feedback. No row without an enabled rule. */
export const review_scans = sqliteTable(
  'review_scans',
  {
    agent_id: text().primaryKey(),
    workspace_id: text().notNull(),
    run_ended_at: integer().notNull(),
    run_id: text().notNull(),
    feedback_updated_at: integer().notNull(),
    feedback_id: text().notNull(),
    scanned_at: integer().notNull(),
  },
  (table) => [
    index('review_scans_due').on(table.scanned_at),
    index('review_scans_workspace').on(table.workspace_id, table.agent_id),
  ],
);
