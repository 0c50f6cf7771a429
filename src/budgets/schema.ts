import { z } from '@hono/zod-openapi';
import { budgetActions, budgetPeriods, budgetScopes } from '../db/schema/budgets.ts';
import { Id, Name, Time } from '../http/schema.ts';
import { fromUsd, toWireUsd } from '../shared/money.ts';
import { toWireTime, toWireTimeOrNull } from '../shared/time.ts';
import type { AlertRow, BudgetRow, HoldRow } from './store.ts';

const Downgrade = z
  .strictObject({
    from_percent: z
      .number()
      .int()
      .min(1)
      .max(100)
      .default(80)
      .describe('Percent of the limit, spent and held, from which calls are downgraded'),
    model: z
      .string()
      .max(200)
      .regex(/^[a-z0-9_-]+\/\S+$/, 'Must be `provider/model`.')
      .nullable()
      .default(null)
      .describe('Cheaper model to use; null keeps the requested model'),
    max_output_tokens: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .default(null)
      .describe('Maximum output tokens of the answer'),
  })
  .refine(
    ({ model, max_output_tokens }) => model !== null || max_output_tokens !== null,
    'Must set `model`, `max_output_tokens`, or both.',
  )
  .openapi('DowngradeRule', {
    example: { from_percent: 80, model: 'openai/gpt-5-nano', max_output_tokens: 500 } as never,
  });

const thresholds = z
  .array(z.number().int().min(1).max(1000))
  .max(10)
  .refine((items) => new Set(items).size === items.length, 'Must not contain duplicates.')
  .describe(
    'Percentages of the limit at which an alert is raised. Unless empty, an alert is also raised for the first refused call of a period',
  )
  .openapi({ example: [50, 80, 100] });
const forecast = z
  .boolean()
  .describe('Raise an alert when the period is forecast to exceed the limit');
const Webhook = z.strictObject({
  url: z.url().max(2000).describe('URL with https and a public host name'),
  secret: z
    .string()
    .min(16)
    .max(200)
    .describe(
      'Secret that signs requests: `agentgrid-signature: t=…,v1=…`. Stored encrypted, never returned',
    ),
});

const fields = {
  name: Name(100).openapi({ example: 'Support, monthly' }),
  limit_usd: z
    .number()
    .min(0)
    .max(1_000_000)
    .refine((usd) => usd === 0 || fromUsd(usd) > 0, 'Must be 0 or at least 0.000000001.')
    .openapi({ example: 50 }),
  action: z
    .enum(budgetActions)
    .describe(
      'Action for a call that exceeds the budget. `block` and `downgrade` refuse it when it cannot be made cheaper; `warn` allows it',
    ),
  downgrade: Downgrade.nullable().describe(
    'Rule of the action `downgrade`: how calls are made cheaper when the budget runs low',
  ),
  unknown_price: z.enum(['block', 'allow']).describe('Action for calls whose price is unknown'),
};

export const CreateBudget = z
  .strictObject({
    ...fields,
    scope: z.enum(budgetScopes),
    subject_id: z
      .string()
      .min(1)
      .max(256)
      .nullable()
      .default(null)
      .describe('Id of the subject. Null applies the limit to each subject separately.'),
    period: z
      .enum(budgetPeriods)
      .describe("Period in the workspace's time zone; weeks start on Monday"),
    action: fields.action.default('block'),
    downgrade: fields.downgrade.default(null),
    unknown_price: fields.unknown_price.default('block'),
    alerts: z
      .strictObject({
        thresholds: thresholds.default([50, 80, 100]),
        forecast: forecast.default(true),
        webhook: Webhook.nullable()
          .default(null)
          .describe('Null sends alerts to the alert webhook of the workspace, if one is set'),
      })
      .default({ thresholds: [50, 80, 100], forecast: true, webhook: null }),
  })
  .openapi('CreateBudget', {
    example: {
      name: 'Support, monthly',
      scope: 'workspace',
      period: 'month',
      limit_usd: 50,
    } as never,
  });
export type CreateBudget = z.output<typeof CreateBudget>;

export const UpdateBudget = z
  .strictObject({
    ...fields,
    alerts: z.strictObject({ thresholds, forecast, webhook: Webhook.nullable() }).partial(),
  })
  .partial()
  .openapi('UpdateBudget', { example: { limit_usd: 80 } });
export type UpdateBudget = z.output<typeof UpdateBudget>;

export const Budget = z
  .object({
    id: Id('bud'),
    ...fields,
    name: z.string(),
    downgrade: z
      .object({
        from_percent: z.number(),
        model: z.string().nullable(),
        max_output_tokens: z.number().nullable(),
      })
      .nullable(),
    scope: z.enum(budgetScopes),
    subject_id: z.string().nullable(),
    period: z.enum(budgetPeriods),
    alerts: z.object({
      thresholds: z.array(z.number()),
      forecast: z.boolean(),
      webhook: z.object({ url: z.string() }).nullable(),
    }),
    created_at: Time,
    updated_at: Time,
  })
  .openapi('Budget');
export type Budget = z.output<typeof Budget>;

export const toBudget = (row: BudgetRow): Budget => ({
  id: row.id,
  name: row.name,
  scope: row.scope,
  subject_id: row.subject_id,
  period: row.period,
  limit_usd: toWireUsd(row.limit_nano_usd) ?? 0,
  action: row.action,
  downgrade: row.downgrade,
  unknown_price: row.unknown_price,
  alerts: {
    thresholds: row.thresholds,
    forecast: row.forecast,
    webhook: row.webhook_url === null ? null : { url: row.webhook_url },
  },
  created_at: toWireTime(row.created_at),
  updated_at: toWireTime(row.updated_at),
});

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
