import { z } from '@hono/zod-openapi';
import { budgetPeriods, budgetScopes } from '../../db/schema/budgets.ts';
import { Id, Time } from '../../http/schema.ts';

/** Payload data of a budget alert. */
export const budgetData = z.strictObject({
  alert_id: Id('alert'),
  budget_id: Id('bud'),
  name: z.string(),
  kind: z.string().describe('A threshold in percent, `forecast` or `refused`'),
  scope: z.enum(budgetScopes),
  subject: z
    .string()
    .nullable()
    .describe('Id of the agent, API key or end user; null for the workspace'),
  period: z.enum(budgetPeriods),
  period_start: Time,
  limit_usd: z.number(),
  spent_usd: z.number(),
  forecast_usd: z.number().nullable(),
});

export const budgetExample = {
  alert_id: 'alert_01kajv2q5ve0mt8h2vj3c6x7ra',
  budget_id: 'bud_01kajv2q5ve0mt8h2vj3c6x7ra',
  name: 'Support, monthly',
  kind: '80',
  scope: 'workspace',
  subject: null,
  period: 'month',
  period_start: '2026-11-01T00:00:00.000Z',
  limit_usd: 50,
  spent_usd: 40.25,
  forecast_usd: null,
};
