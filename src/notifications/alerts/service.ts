import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { toWireTime } from '../../shared/time.ts';
import {
  type ManagedWebhookRow,
  planManagedWebhook,
  removeManagedWebhook,
  selectManagedWebhook,
} from '../webhooks/managed.ts';
import { newSigningSecret } from '../webhooks/secret.ts';
import type { AlertWebhook, AlertWebhookSet, PutAlertWebhook } from './schema.ts';

const webhookOf = ({ workspace_id }: Ctx) =>
  ({ purpose: 'alerts', owner_id: workspace_id }) as const;

const selectOwn = (ctx: Ctx) => selectManagedWebhook(ctx.db, ctx.workspace_id, webhookOf(ctx));

export async function getAlertWebhook(ctx: Ctx): Promise<AlertWebhook> {
  const row = await selectOwn(ctx).get();
  return row === undefined ? { url: null, last_four: null, updated_at: null } : toAlertWebhook(row);
}

/** Sets the alert webhook. Throws `url_not_allowed`, and `unavailable` without encryption keys. */
export async function setAlertWebhook(
  ctx: Ctx,
  { url: given, rotate_secret }: PutAlertWebhook,
): Promise<AlertWebhookSet> {
  const secret = newSigningSecret();
  const { url, sealed, statements } = await planManagedWebhook(ctx, webhookOf(ctx), {
    url: given,
    secret,
    keepsSecret: !rotate_secret,
  });
  const results = await commit(ctx, {
    statements: [...statements, selectOwn(ctx)],
    audit: [entry(ctx, 'alert_webhook.set', { url, rotate_secret })],
  });
  const [stored] = results.at(-1) as ManagedWebhookRow[];
  if (stored === undefined) throw new Error('the alert webhook was not stored');
  return { ...toAlertWebhook(stored), secret: stored.sealed === sealed ? secret : null };
}

/** Removes the alert webhook. Throws `not_found` when none is set. */
export async function removeAlertWebhook(ctx: Ctx): Promise<void> {
  const row = await selectOwn(ctx).get();
  if (row === undefined) throw new Failure('not_found', 'The workspace has no alert webhook.');
  await commit(ctx, {
    statements: [removeManagedWebhook(ctx.db, ctx.workspace_id, webhookOf(ctx))],
    audit: [entry(ctx, 'alert_webhook.remove', { url: row.url })],
  });
}

const entry = (ctx: Ctx, action: string, detail: Record<string, unknown>) => ({
  action,
  target_type: 'alert_webhook',
  target_id: ctx.workspace_id,
  detail,
});

const toAlertWebhook = ({ url, last_four, updated_at }: ManagedWebhookRow): AlertWebhook => ({
  url,
  last_four,
  updated_at: toWireTime(updated_at),
});
