import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { attemptLease } from '../events/publish.ts';
import { type DeliveryQuery, toDelivery, type WebhookDelivery } from './schema.ts';
import { resetDelivery, selectDeliveries, selectDelivery } from './store.ts';

/** Lists deliveries of the last 30 days, newest first. */
export const listDeliveries = (
  ctx: Ctx,
  { limit, cursor, ...filters }: DeliveryQuery,
): Promise<Page<WebhookDelivery>> =>
  readPage(
    {
      secret: ctx.config.signing_secret,
      workspace_id: ctx.workspace_id,
      list: 'webhook-deliveries',
      filters,
    },
    { limit, cursor },
    (after, count) => selectDeliveries(ctx.db, ctx.workspace_id, filters, after, count).all(),
    (row) => row.id,
    toDelivery,
  );

/** Returns a delivery. Throws `not_found`. */
export async function getDelivery(ctx: Ctx, id: string): Promise<WebhookDelivery> {
  const row = await selectDelivery(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('webhook delivery');
  return toDelivery(row);
}

/**
 * Sends an event again with the same id, whatever the state of the delivery. Throws `not_found`,
 * and `conflict` when its webhook is disabled or deleted.
 */
export async function redeliver(ctx: Ctx, id: string): Promise<WebhookDelivery> {
  const row = await selectDelivery(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('webhook delivery');
  const next_attempt_at = ctx.now() + attemptLease;
  const attempts = row.status === 'pending' ? row.attempts : 0;
  const reply = toDelivery({ ...row, status: 'pending', attempts, next_attempt_at });
  try {
    await commit(ctx, {
      statements: [resetDelivery(ctx.db, ctx.workspace_id, id, next_attempt_at)],
      jobs: [{ type: 'webhook.deliver', delivery_id: id }],
      audit: [{ action: 'webhook.redeliver', target_type: 'webhook_delivery', target_id: id }],
      reply,
    });
  } catch (error) {
    if (!isGuardViolation(error, 'webhook_deliveries.status')) throw error;
    throw new Failure('conflict', 'The webhook is disabled or deleted. Enable it to redeliver.');
  }
  return reply;
}
