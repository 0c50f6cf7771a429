import { and, eq, gt, lt, sql } from 'drizzle-orm';
import { batch } from '../db/client.ts';
import { budget_alerts, budgets } from '../db/schema/budgets.ts';
import type { Ctx } from '../platform/context.ts';
import { newestKey, type Place, rewrap, seal, unseal } from '../platform/vault.ts';
import { signWebhook } from '../platform/webhook.ts';
import { Failure } from '../shared/failure.ts';
import { second } from '../shared/time.ts';
import { toAlert, toBudget } from './schema.ts';

/** A secret opens for this budget at this address only. */
const placeOf = (workspace_id: string, id: string, url: string): Place => ({
  workspace_id,
  record: `budgets/${id}`,
  field: `webhook_secret for ${url}`,
});

/** What is spent is nobody's business on the way. Throws `url_not_allowed`. */
export function checkWebhookUrl(ctx: Ctx, text: string): string {
  const url = ctx.egress.check(text);
  if (url.protocol !== 'https:' && !ctx.config.allow_private_network)
    throw new Failure('url_not_allowed', 'A webhook is called over https only.');
  return url.href;
}

export const sealWebhookSecret = async (ctx: Ctx, id: string, url: string, secret: string) => ({
  webhook_secret: await seal(ctx.config, placeOf(ctx.workspace_id, id, url), secret),
  key_version: newestKey(ctx.config),
});

const limits = { redirects: 0, deadline_ms: 10 * second, max_bytes: 64 * 1024 };

/** Tells a webhook of an alert; once it has taken it, not again. Throws when it does not, so that it is tried again. */
export async function deliverAlert(ctx: Ctx, alert_id: string): Promise<void> {
  const own = and(eq(budget_alerts.id, alert_id), eq(budget_alerts.workspace_id, ctx.workspace_id));
  const budget_id = ctx.db.select({ id: budget_alerts.budget_id }).from(budget_alerts).where(own);
  const [[alert], [budget]] = await batch(ctx.db, [
    ctx.db.select().from(budget_alerts).where(own),
    ctx.db.select().from(budgets).where(eq(budgets.id, budget_id)),
  ]);
  if (alert === undefined || budget === undefined || alert.delivered_at !== null) return;
  const { webhook_url, webhook_secret, id } = budget;
  if (webhook_url === null || webhook_secret === null) return;
  const secret = await unseal(ctx.config, placeOf(ctx.workspace_id, id, webhook_url), webhook_secret);
  const body = JSON.stringify({
    type: 'budget.alert',
    workspace_id: ctx.workspace_id,
    alert: toAlert(alert),
    budget: toBudget(budget),
  });
  const headers = { 'content-type': 'application/json', 'agentgrid-signature': await signWebhook(secret, body, ctx.now()) };
  const response = await ctx.egress.request(webhook_url, { method: 'POST', headers, body, signal: ctx.signal }, limits);
  if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
  await ctx.db.update(budget_alerts).set({ delivered_at: ctx.now() }).where(eq(budget_alerts.id, alert_id)).run();
}

const rewrapLimit = 100;

/** Moves secrets that are sealed under an old encryption key to the newest; what one tick does not reach the next does. */
export async function rewrapBudgetSecrets(ctx: Ctx): Promise<number> {
  if (ctx.config.encryption_keys.size === 0) return 0;
  const newest = newestKey(ctx.config);
  let after = '';
  let moved = 0;
  for (let round = 0; round < 20; round += 1) {
    const rows = await ctx.db
      .select({ id: budgets.id, workspace_id: budgets.workspace_id, url: budgets.webhook_url, sealed: budgets.webhook_secret })
      .from(budgets)
      .where(and(lt(budgets.key_version, newest), gt(budgets.id, after)))
      .orderBy(budgets.id)
      .limit(rewrapLimit);
    const statements = await Promise.all(
      rows.map(async ({ id, workspace_id, url, sealed }) => {
        const resealed = await rewrap(ctx.config, placeOf(workspace_id, id, url ?? ''), sealed ?? '').catch((error: unknown) => {
          ctx.log.error('credential_not_rewrapped', { workspace_id, budget_id: id, error });
          return null;
        });
        if (resealed === null) return [];
        const same = and(eq(budgets.id, id), sql`${budgets.webhook_secret} = ${sealed}`);
        return [ctx.db.update(budgets).set({ webhook_secret: resealed, key_version: newest }).where(same)];
      }),
    );
    await batch(ctx.db, statements.flat());
    moved += statements.flat().length;
    after = rows.at(-1)?.id ?? '';
    if (rows.length < rewrapLimit) break;
  }
  return moved;
}
