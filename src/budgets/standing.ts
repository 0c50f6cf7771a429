import { z } from '@hono/zod-openapi';
import { budgetActions, budgetPeriods, budgetScopes } from '../db/schema/budgets.ts';
import { Id, Time } from '../http/schema.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import type { Span } from '../usage/index.ts';
import { Budget, toBudget } from './schema.ts';
import type { AlertRow, HoldRow, ListedRow } from './store.ts';

const standing = {
  subject: z
    .string()
    .nullable()
    .describe('Id of the agent, API key or end user; null for the workspace'),
  limit_usd: z.number(),
  spent_usd: z.number(),
  held_usd: z.number().describe('Amount held for calls in progress'),
  remaining_usd: z.number().describe('Amount available to new calls'),
  percent: z.number().describe('Spent and held amount in percent of the limit'),
  unpriced_calls: z.number().describe('Number of calls whose price was unknown'),
  period_start: Time,
  resets_at: Time.nullable().describe('End of the period; null for a budget without a period'),
};

/** The use of a budget by one subject in the current period. */
const Standing = z.object(standing).openapi('BudgetStanding');
export type Standing = z.output<typeof Standing>;

export const ListedBudget = Budget.extend({
  standing: z
    .object(standing)
    .nullable()
    .describe('Use in the current period; null for a budget that limits each subject separately'),
  has_refused: z
    .boolean()
    .nullable()
    .describe('True if it has refused a call in the current period; null with `standing`'),
}).openapi('ListedBudget');
export type ListedBudget = z.output<typeof ListedBudget>;

export const OwnBudget = z
  .object({
    budget_id: Id('bud'),
    name: z.string(),
    scope: z.enum(budgetScopes),
    period: z.enum(budgetPeriods),
    action: z.enum(budgetActions),
    ...standing,
  })
  .openapi('OwnBudget');
export type OwnBudget = z.output<typeof OwnBudget>;

const Hold = z
  .object({
    id: Id('hold'),
    subject: z.string().nullable(),
    call_key: z.string().describe('Key of the call, as in its usage rows without the attempt'),
    run_id: z.string().nullable(),
    model: z.string(),
    held_usd: z.number(),
    cost_usd: z.number().nullable().describe('Actual cost; null while the amount is held'),
    created_at: Time,
    ended_at: Time.nullable(),
  })
  .openapi('BudgetHold');

const Alert = z
  .object({
    id: Id('alert'),
    kind: z
      .string()
      .describe('A threshold in percent, `forecast`, or `refused`: a call exceeded the budget'),
    subject: z.string().nullable(),
    spent_usd: z.number(),
    forecast_usd: z.number().nullable(),
    created_at: Time,
    delivered_at: Time.nullable(),
  })
  .openapi('BudgetAlert');

export const ExplainedBudget = z
  .object({
    budget: Budget,
    standings: z.array(Standing).describe('Use by subject, most used first'),
    open_holds: z.array(Hold).describe('Holds of calls in progress, newest first'),
    last_settlements: z.array(Hold),
    alerts: z.array(Alert).describe('Alerts of the current period, newest first'),
  })
  .openapi('ExplainedBudget');
export type ExplainedBudget = z.output<typeof ExplainedBudget>;

/** The payload of the webhook of a budget. */
export const BudgetAlertEvent = z
  .object({ type: z.literal('budget.alert'), alert: Alert, budget: Budget, workspace_id: Id('ws') })
  .openapi('BudgetAlertEvent');

/** Returns a listed budget; the counter is null before the first call of the period. */
export const toListed = (
  { counter, has_refused, ...row }: ListedRow,
  { start, end }: Span,
): ListedBudget => {
  if (row.scope !== 'workspace' && row.subject_id === null)
    return { ...toBudget(row), standing: null, has_refused: null };
  const standing = toStanding({
    ...{ spent_nano_usd: 0, held_nano_usd: 0, unpriced_calls: 0, ...counter },
    ...{ subject: row.subject_id ?? '', limit_nano_usd: row.limit_nano_usd },
    ...{ period_start: start, period_end: end },
  });
  return { ...toBudget(row), standing, has_refused };
};

export interface CounterValues {
  readonly subject: string;
  readonly limit_nano_usd: number;
  readonly spent_nano_usd: number;
  readonly held_nano_usd: number;
  readonly unpriced_calls: number;
  readonly period_start: number;
  readonly period_end: number | null;
}

const usd = (nano: number): number => toWireUsd(nano) ?? 0;
const orNull = (subject: string): string | null => (subject === '' ? null : subject);

export function toStanding({
  subject,
  limit_nano_usd: limit,
  spent_nano_usd: spent,
  held_nano_usd: held,
  ...counter
}: CounterValues): Standing {
  const used = spent + held;
  return {
    subject: orNull(subject),
    limit_usd: usd(limit),
    spent_usd: usd(spent),
    held_usd: usd(held),
    remaining_usd: usd(Math.max(0, limit - used)),
    percent: limit === 0 ? 100 : Math.round((used / limit) * 10_000) / 100,
    unpriced_calls: counter.unpriced_calls,
    period_start: toWireTime(counter.period_start),
    resets_at: toWireTimeOrNull(counter.period_end),
  };
}

export const toHold = (row: HoldRow) => ({
  id: row.id,
  subject: orNull(row.subject),
  call_key: row.call_key,
  run_id: row.run_id,
  model: row.model,
  held_usd: usd(row.amount_nano_usd),
  cost_usd: toWireUsd(row.cost_nano_usd),
  created_at: toWireTime(row.created_at),
  ended_at: toWireTimeOrNull(row.ended_at),
});

export const toAlert = (row: AlertRow) => ({
  id: row.id,
  kind: row.kind,
  subject: orNull(row.subject),
  spent_usd: usd(row.spent_nano_usd),
  forecast_usd: toWireUsd(row.forecast_nano_usd),
  created_at: toWireTime(row.created_at),
  delivered_at: toWireTimeOrNull(row.delivered_at),
});
