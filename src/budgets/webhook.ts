import { and, eq, gt, lt, sql } from 'drizzle-orm';
import {
  placeOfSecret,
  selectAlertWebhook,
  tellWebhook,
  toWebhook,
  type Webhook,
} from '../alerts/index.ts';
import { batch } from '../db/client.ts';
import { budget_alerts, budgets } from '../db/schema/budgets.ts';
import type { Ctx } from '../platform/context.ts';
import { rewrapOld } from '../platform/rewrap.ts';
import { newestKey, seal } from '../platform/vault.ts';
import { toAlert, toBudget } from './schema.ts';
import type { BudgetRow } from './store.ts';

const placeOf = (workspace_id: string, id: string, url: string) =>
  placeOfSecret(workspace_id, `budgets/${id}`, url);

export const sealWebhookSecret = async (ctx: Ctx, id: string, url: string, secret: string) => ({
  webhook_secret: await seal(ctx.config, placeOf(ctx.workspace_id, id, url), secret),
  key_version: newestKey(ctx.config),
});

/** The budget's own; null where it has none. */
function ownWebhook({
  workspace_id,
  id,
  webhook_url: url,
  webhook_secret: secret,
}: BudgetRow): Webhook | null {
  return url === null || secret === null
    ? null
    : { url, secret, place: placeOf(workspace_id, id, url) };
}

/** Tells a webhook of an alert, the budget's or else the workspace's; once it has taken it, not again. Throws when it does not. */
export async function deliverAlert(ctx: Ctx, alert_id: string): Promise<void> {
  const own = and(eq(budget_alerts.id, alert_id), eq(budget_alerts.workspace_id, ctx.workspace_id));
  const budget_id = ctx.db.select({ id: budget_alerts.budget_id }).from(budget_alerts).where(own);
  const [[alert], [budget], [shared]] = await batch(ctx.db, [
    ctx.db.select().from(budget_alerts).where(own),
    ctx.db.select().from(budgets).where(eq(budgets.id, budget_id)),
    selectAlertWebhook(ctx.db, ctx.workspace_id),
  ]);
  if (alert === undefined || budget === undefined || alert.delivered_at !== null) return;
  const hook = ownWebhook(budget) ?? (shared === undefined ? null : toWebhook(shared));
  if (hook === null) return;
  await tellWebhook(ctx, hook, {
    type: 'budget.alert',
    alert: toAlert(alert),
    budget: toBudget(budget),
  });
  await ctx.db
    .update(budget_alerts)
    .set({ delivered_at: ctx.now() })
    .where(eq(budget_alerts.id, alert_id))
    .run();
}

export const rewrapBudgetSecrets = (ctx: Ctx): Promise<number> =>
  rewrapOld(ctx, async (newest, after, limit) => {
    const rows = await ctx.db
      .select({
        id: budgets.id,
        workspace_id: budgets.workspace_id,
        url: budgets.webhook_url,
        sealed: budgets.webhook_secret,
      })
      .from(budgets)
      .where(and(lt(budgets.key_version, newest), gt(budgets.id, after)))
      .orderBy(budgets.id)
      .limit(limit);
    return rows.map(({ id, workspace_id, url, sealed }) => ({
      id,
      place: placeOf(workspace_id, id, url ?? ''),
      sealed: sealed ?? '',
      replace: (webhook_secret, key_version) =>
        ctx.db
          .update(budgets)
          .set({ webhook_secret, key_version })
          .where(and(eq(budgets.id, id), sql`${budgets.webhook_secret} = ${sealed}`)),
    }));
  });
