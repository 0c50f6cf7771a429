import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { toBase64Url } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import { toWireTime } from '../shared/time.ts';
import type { AlertWebhook, AlertWebhookSet, PutAlertWebhook } from './schema.ts';
import {
  type AlertWebhookRow,
  deleteAlertWebhook,
  putAlertWebhook,
  selectAlertWebhook,
} from './store.ts';
import { checkWebhookUrl, sealSecret } from './webhook.ts';

export async function getAlertWebhook(ctx: Ctx): Promise<AlertWebhook> {
  const row = await selectAlertWebhook(ctx.db, ctx.workspace_id).get();
  return row === undefined ? { url: null, last_four: null, updated_at: null } : toAlertWebhook(row);
}

/** Throws `url_not_allowed`, and `unavailable` without encryption keys. */
export async function setAlertWebhook(
  ctx: Ctx,
  { url: given, rotate_secret }: PutAlertWebhook,
): Promise<AlertWebhookSet> {
  const url = checkWebhookUrl(ctx, given);
  const secret = `whsec_${toBase64Url(crypto.getRandomValues(new Uint8Array(32)))}`;
  const sealed = await sealSecret(ctx, url, secret);
  const now = ctx.now();
  const row = {
    workspace_id: ctx.workspace_id,
    url,
    ...sealed,
    last_four: secret.slice(-4),
    created_at: now,
    updated_at: now,
  };
  const [[stored = row]] = await commit(ctx, {
    statements: [putAlertWebhook(ctx.db, row, rotate_secret)],
    audit: [entry(ctx, 'alert_webhook.set', { url, rotate_secret })],
  });
  return { ...toAlertWebhook(stored), secret: stored.secret === sealed.secret ? secret : null };
}

/** Throws `not_found` when nothing is set. */
export async function removeAlertWebhook(ctx: Ctx): Promise<void> {
  const row = await selectAlertWebhook(ctx.db, ctx.workspace_id).get();
  if (row === undefined) throw new Failure('not_found', 'The workspace has no alert webhook.');
  await commit(ctx, {
    statements: [deleteAlertWebhook(ctx.db, ctx.workspace_id)],
    audit: [entry(ctx, 'alert_webhook.remove', { url: row.url })],
  });
}

const entry = (ctx: Ctx, action: string, detail: Record<string, unknown>) => ({
  action,
  target_type: 'alert_webhook',
  target_id: ctx.workspace_id,
  detail,
});

const toAlertWebhook = ({ url, last_four, updated_at }: AlertWebhookRow): AlertWebhook => ({
  url,
  last_four,
  updated_at: toWireTime(updated_at),
});
