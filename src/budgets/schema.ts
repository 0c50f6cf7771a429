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
      .describe('How much of the limit is used up or held when it begins'),
    model: z
      .string()
      .max(200)
      .regex(/^[a-z0-9_-]+\/\S+$/, 'A model is named `provider/model`.')
      .nullable()
      .default(null)
      .describe('The cheaper model; null keeps the one that was meant'),
    max_output_tokens: z
      .number()
      .int()
      .min(1)
      .max(1_000_000)
      .nullable()
      .default(null)
      .describe('The most that is answered'),
  })
  .refine(
    ({ model, max_output_tokens }) => model !== null || max_output_tokens !== null,
    'Give a model, max_output_tokens, or both.',
  )
  .openapi('DowngradeRule', {
    example: { from_percent: 80, model: 'openai/gpt-5-nano', max_output_tokens: 500 } as never,
  });

const thresholds = z
  .array(z.number().int().min(1).max(1000))
  .max(10)
  .refine((items) => new Set(items).size === items.length, 'Each threshold once.')
  .describe(
    'Percent of the limit. Where there are any, the first call that finds no room is told, too',
  )
  .openapi({ example: [50, 80, 100] });
const forecast = z
  .boolean()
  .describe('Whether to tell as soon as the period is heading past the limit');
const Webhook = z.strictObject({
  url: z.url().max(2000).describe('https, a public name'),
  secret: z
    .string()
    .min(16)
    .max(200)
    .describe('Signs what is sent: `agentgrid-signature: t=…,v1=…`. Kept encrypted, never shown'),
});

const fields = {
  name: Name(100).openapi({ example: 'Support, a month' }),
  limit_usd: z
    .number()
    .min(0)
    .max(1_000_000)
    .refine((usd) => usd === 0 || fromUsd(usd) > 0, 'Is 0, or at least a billionth of a dollar.')
    .openapi({ example: 50 }),
  action: z
    .enum(budgetActions)
    .describe('What becomes of a call that has no room: `warn` lets it through'),
  downgrade: Downgrade.nullable().describe(
    'With the action `downgrade`: what calls become when the budget runs low',
  ),
  unknown_price: z
    .enum(['block', 'allow'])
    .describe('What becomes of calls whose price is not known'),
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
      .describe('The one it is for; null is each of the scope, with money of its own'),
    period: z.enum(budgetPeriods).describe("In the workspace's time zone; weeks begin on Monday"),
    action: fields.action.default('block'),
    downgrade: fields.downgrade.default(null),
    unknown_price: fields.unknown_price.default('block'),
    alerts: z
      .strictObject({
        thresholds: thresholds.default([50, 80, 100]),
        forecast: forecast.default(true),
        webhook: Webhook.nullable()
          .default(null)
          .describe("null: the workspace's webhook of alerts is told, where one is set"),
      })
      .default({ thresholds: [50, 80, 100], forecast: true, webhook: null }),
  })
  .openapi('CreateBudget', {
    example: {
      name: 'Support, a month',
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
  subject: z.string().nullable().describe('Whose money it is; null is the workspace'),
  limit_usd: z.number(),
  spent_usd: z.number(),
  held_usd: z.number().describe('Set aside for calls that are being made'),
  remaining_usd: z.number().describe('What a new call may cost at most'),
  percent: z.number().describe('Of the limit, spent and held'),
  unpriced_calls: z.number().describe('Calls that were let through at an unknown price'),
  period_start: Time,
  resets_at: Time.nullable().describe('null never'),
};

/** How a budget stands for one subject in the period that runs. */
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

const HeldMoney = z
  .object({
    id: Id('hold'),
    subject: z.string().nullable(),
    call_key: z.string().describe('As in the usage rows of the call, without the attempt'),
    run_id: z.string().nullable(),
    model: z.string(),
    held_usd: z.number(),
    cost_usd: z.number().nullable().describe('null while it is held'),
    created_at: Time,
    ended_at: Time.nullable(),
  })
  .openapi('BudgetHold');

const Alert = z
  .object({
    id: Id('alert'),
    kind: z
      .string()
      .describe('A threshold in percent, `forecast`, or `refused`: a call found no room'),
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
    standings: z.array(Standing).describe('The fullest first'),
    open_holds: z.array(HeldMoney).describe('The newest first'),
    last_settlements: z.array(HeldMoney),
    alerts: z.array(Alert).describe('Of the period that runs'),
  })
  .openapi('ExplainedBudget');
export type ExplainedBudget = z.output<typeof ExplainedBudget>;

/** What the webhook of a budget gets. */
export const BudgetAlertEvent = z
  .object({ type: z.literal('budget.alert'), alert: Alert, budget: Budget, workspace_id: Id('ws') })
  .openapi('BudgetAlertEvent');

export interface Money {
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
  ...money
}: Money): Standing {
  const used = spent + held;
  return {
    subject: orNull(subject),
    limit_usd: usd(limit),
    spent_usd: usd(spent),
    held_usd: usd(held),
    remaining_usd: usd(Math.max(0, limit - used)),
    percent: limit === 0 ? 100 : Math.round((used / limit) * 10_000) / 100,
    unpriced_calls: money.unpriced_calls,
    period_start: toWireTime(money.period_start),
    resets_at: toWireTimeOrNull(money.period_end),
  };
}

export const toHeldMoney = (row: HoldRow) => ({
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
