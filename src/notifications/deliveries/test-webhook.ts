import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { sealedSecretsOf } from '../webhooks/sealed.ts';
import { auditOf, findWebhook } from '../webhooks/service.ts';
import { toDelivery, type WebhookDelivery } from './schema.ts';
import { sendEvent } from './send.ts';
import { type DeliveryRow, insertDelivery, insertEvent } from './store.ts';

/**
 * Sends a `webhook.test` event once, also to a disabled webhook, and returns the result, which the log keeps.
 * Throws `not_found`.
 */
export async function testWebhook(ctx: Ctx, id: string): Promise<WebhookDelivery> {
  const webhook = await findWebhook(ctx, id);
  const sealed = await sealedSecretsOf(ctx.db, webhook);
  const now = ctx.now();
  const event = {
    id: ctx.newId('evt'),
    workspace_id: ctx.workspace_id,
    type: 'webhook.test',
    subject_id: id,
    owner_id: null,
    data: { webhook_id: id },
    alert_body: null,
    created_at: now,
  };
  const about = { id: ctx.newId('whd'), workspace_id: ctx.workspace_id };
  const result = await sendEvent(ctx, { ...about, event, webhook, sealed });
  const { isAccepted, ...outcome } = result;
  const row: DeliveryRow = {
    ...about,
    webhook_id: id,
    event_id: event.id,
    event_type: event.type,
    status: isAccepted ? 'succeeded' : 'failed',
    attempts: 1,
    ...outcome,
    next_attempt_at: null,
    last_attempt_at: now,
    created_at: now,
  };
  const reply = toDelivery(row);
  await commit(ctx, {
    statements: [insertEvent(ctx.db, event), insertDelivery(ctx.db, row)],
    audit: [auditOf('webhook.test', webhook, { response_status: result.response_status })],
    reply,
  });
  return reply;
}
