import { and, eq, getTableColumns } from 'drizzle-orm';
import { batch } from '../db/client.ts';
import { budget_alerts, budgets } from '../db/schema/budgets.ts';
import {
  selectAlertWebhook,
  tellWebhook,
  toWebhook,
  type Webhook,
} from '../notifications/index.ts';
import type { Ctx } from '../platform/context.ts';
import { type SecretRef, sealedOf } from '../secrets/index.ts';
import { toAlert, toBudget } from './schema.ts';
import type { BudgetRow } from './store.ts';

/** The signing secret of a budget's own webhook; it opens for this address only. */
export const signingSecretOf = (budget_id: string, url: string | null): SecretRef => ({
  owner_type: 'budget',
  owner_id: budget_id,
  field: 'webhook_secret',
  bound_to: url,
});

/** Returns null for a budget without a webhook of its own. */
const ownWebhook = ({ id, webhook_url: url, sealed }: SealedBudget): Webhook | null =>
  url === null ? null : { url, sealed: sealed ?? '', secret: signingSecretOf(id, url) };

type SealedBudget = BudgetRow & { readonly sealed: string | null };

const withSecret = {
  ...getTableColumns(budgets),
  sealed: sealedOf('budget', 'webhook_secret', 'budgets', 'id').as('sealed'),
};

/** Sends an alert to the budget's webhook, or else to the workspace's, until it is accepted once. Throws when it is not. */
export async function deliverAlert(ctx: Ctx, alert_id: string): Promise<void> {
  const own = and(eq(budget_alerts.id, alert_id), eq(budget_alerts.workspace_id, ctx.workspace_id));
  const budget_id = ctx.db.select({ id: budget_alerts.budget_id }).from(budget_alerts).where(own);
  const [[alert], [budget], [shared]] = await batch(ctx.db, [
    ctx.db.select().from(budget_alerts).where(own),
    ctx.db.select(withSecret).from(budgets).where(eq(budgets.id, budget_id)),
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
