import { sql } from 'drizzle-orm';
import {
  index,
  integer,
  primaryKey,
  sqliteTable,
  text,
  uniqueIndex,
} from 'drizzle-orm/sqlite-core';

export const budgetScopes = ['workspace', 'agent', 'api_key', 'end_user'] as const;
export type BudgetScope = (typeof budgetScopes)[number];

export const budgetPeriods = ['day', 'week', 'month', 'total'] as const;
export type BudgetPeriod = (typeof budgetPeriods)[number];

export const budgetActions = ['block', 'warn', 'downgrade'] as const;
export type BudgetAction = (typeof budgetActions)[number];

export const holdStates = ['open', 'settled', 'released', 'expired'] as const;
export type HoldState = (typeof holdStates)[number];

/** How calls are downgraded once `from_percent` of a budget is used. */
export interface DowngradeRule {
  readonly from_percent: number;
  readonly model: string | null;
  readonly max_output_tokens: number | null;
}

/** A limit on the cost of model calls. */
export const budgets = sqliteTable(
  'budgets',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    name: text().notNull(),
    scope: text({ enum: budgetScopes }).notNull(),
    /** Id of the subject; null applies the limit to each subject separately. */
    subject_id: text(),
    period: text({ enum: budgetPeriods }).notNull(),
    limit_nano_usd: integer().notNull(),
    action: text({ enum: budgetActions }).notNull(),
    downgrade: text({ mode: 'json' }).$type<DowngradeRule>(),
    /** Action for calls whose price is unknown. */
    unknown_price: text({ enum: ['block', 'allow'] }).notNull(),
    thresholds: text({ mode: 'json' }).notNull().$type<number[]>(),
    /** True to raise an alert when the period is forecast to exceed the limit. */
    forecast: integer({ mode: 'boolean' }).notNull(),
    webhook_url: text(),
    created_by: text(),
    created_at: integer().notNull(),
    updated_at: integer().notNull(),
  },
  (table) => [index('budgets_workspace').on(table.workspace_id, table.id)],
);

/** Spent and held amounts of a budget, for each subject and period. */
export const budget_counters = sqliteTable(
  'budget_counters',
  {
    budget_id: text().notNull(),
    /** Empty for the workspace. */
    subject: text().notNull(),
    period_start: integer().notNull(),
    /** Null for a budget without a period. */
    period_end: integer(),
    workspace_id: text().notNull(),
    spent_nano_usd: integer().notNull().default(0),
    held_nano_usd: integer().notNull(),
    /** Number of calls whose price was unknown. */
    unpriced_calls: integer().notNull().default(0),
    /** True when it has changed since the last check for alerts. */
    is_dirty: integer({ mode: 'boolean' }).notNull().default(false),
    updated_at: integer().notNull(),
  },
  (table) => [
    primaryKey({ columns: [table.budget_id, table.subject, table.period_start] }),
    index('budget_counters_dirty').on(table.updated_at).where(sql`is_dirty = 1`),
    index('budget_counters_end').on(table.period_end),
  ],
);

/** The hold of a call, one row for each budget that binds it; after settling, its cost. */
export const budget_holds = sqliteTable(
  'budget_holds',
  {
    id: text().notNull(),
    budget_id: text().notNull(),
    workspace_id: text().notNull(),
    subject: text().notNull(),
    period_start: integer().notNull(),
    /** Key of the call, as in the usage table. */
    call_key: text().notNull(),
    run_id: text(),
    model: text().notNull(),
    amount_nano_usd: integer().notNull(),
    /** Null until it is settled. */
    cost_nano_usd: integer(),
    state: text({ enum: holdStates }).notNull(),
    /** After this instant the host counts as dead, unless the run is still alive. */
    lease_until: integer().notNull(),
    created_at: integer().notNull(),
    ended_at: integer(),
  },
  (table) => [
    primaryKey({ columns: [table.id, table.budget_id] }),
    index('budget_holds_budget').on(table.budget_id, table.state, table.id),
    index('budget_holds_lease').on(table.lease_until).where(sql`state = 'open'`),
    index('budget_holds_ended').on(table.ended_at).where(sql`ended_at is not null`),
  ],
);

/** Alerts of a budget: each kind once per period, subject and limit. */
export const budget_alerts = sqliteTable(
  'budget_alerts',
  {
    id: text().primaryKey(),
    workspace_id: text().notNull(),
    budget_id: text().notNull(),
    subject: text().notNull(),
    period_start: integer().notNull(),
    /** A threshold in percent, `forecast`, or `refused`. */
    kind: text().notNull(),
    limit_nano_usd: integer().notNull(),
    spent_nano_usd: integer().notNull(),
    /** Forecast cost of the period; null when it was too early to forecast. */
    forecast_nano_usd: integer(),
    created_at: integer().notNull(),
    /** Null until the webhook has accepted it. */
    delivered_at: integer(),
  },
  (table) => [
    uniqueIndex('budget_alerts_once').on(
      table.budget_id,
      table.subject,
      table.period_start,
      table.kind,
      table.limit_nano_usd,
    ),
  ],
);
