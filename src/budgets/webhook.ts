import { and, eq } from 'drizzle-orm';
import { batch } from '../db/client.ts';
import { budget_alerts, budgets } from '../db/schema/budgets.ts';
import { type EventData, type EventType, publishEvents } from '../notifications/index.ts';
import type { Ctx } from '../platform/context.ts';
import { toWireUsd } from '../shared/money.ts';
import { toWireTime } from '../shared/time.ts';
import { toBudget } from './schema.ts';
import { toAlert } from './standing.ts';
import type { AlertRow, BudgetRow } from './store.ts';

type BudgetEventType = Extract<EventType, `budget.${string}`>;

/** Returns the event type of an alert kind. */
export function eventTypeOf(kind: string): BudgetEventType {
  if (kind === 'forecast') return 'budget.forecast_exceeded';
  return kind === 'refused' ? 'budget.call_refused' : 'budget.threshold_reached';
}

/**
 * Publishes an alert as an event, once. The webhook of the budget, or else the alert webhook of the
 * workspace, receives it as `budget.alert`.
 */
export async function publishAlert(ctx: Ctx, alert_id: string): Promise<void> {
  const own = and(eq(budget_alerts.id, alert_id), eq(budget_alerts.workspace_id, ctx.workspace_id));
  const budget_id = ctx.db.select({ id: budget_alerts.budget_id }).from(budget_alerts).where(own);
  const [[alert], [budget]] = await batch(ctx.db, [
    ctx.db.select().from(budget_alerts).where(own),
    ctx.db.select().from(budgets).where(eq(budgets.id, budget_id)),
  ]);
  if (alert === undefined || budget === undefined || alert.delivered_at !== null) return;
  await publishEvents(ctx, [
    {
      workspace_id: ctx.workspace_id,
      type: eventTypeOf(alert.kind),
      subject_id: alert.id,
      owner_id: budget.id,
      data: toData(alert, budget),
      alert_body: { type: 'budget.alert', alert: toAlert(alert), budget: toBudget(budget) },
      created_at: alert.created_at,
    },
  ]);
}

const toData = (alert: AlertRow, budget: BudgetRow): EventData<BudgetEventType> => ({
  alert_id: alert.id,
  budget_id: budget.id,
  name: budget.name,
  kind: alert.kind,
  scope: budget.scope,
  subject: alert.subject === '' ? null : alert.subject,
  period: budget.period,
  period_start: toWireTime(alert.period_start),
  limit_usd: toWireUsd(alert.limit_nano_usd) ?? 0,
  spent_usd: toWireUsd(alert.spent_nano_usd) ?? 0,
  forecast_usd: toWireUsd(alert.forecast_nano_usd),
});
