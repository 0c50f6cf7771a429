import { z } from '@hono/zod-openapi';
import { budgetActions, budgetPeriods, budgetScopes } from '../db/schema/budgets.ts';
import { Id, Name, Time } from '../http/schema.ts';
import { fromUsd, toWireUsd } from '../shared/money.ts';
import { toWireTime } from '../shared/time.ts';
import type { BudgetRow } from './store.ts';

const Downgrade = z
  .strictObject({
    from_percent: z
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
  .array(z.int().min(1).max(1000))
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
