import type { Ctx } from '../platform/context.ts';
import { rewrapOld } from '../platform/rewrap.ts';
import { newestKey, type Place, seal, unseal } from '../platform/vault.ts';
import { signWebhook } from '../platform/webhook.ts';
import { Failure } from '../shared/failure.ts';
import { second } from '../shared/time.ts';
import { type AlertWebhookRow, replaceSecret, selectOldSecrets } from './store.ts';

/** Where alerts are told, with the secret they are signed with as it is kept. */
export interface Webhook {
  readonly url: string;
  readonly secret: string;
  readonly place: Place;
}

/** A secret opens for its record at this address only. */
export const placeOfSecret = (workspace_id: string, record: string, url: string): Place => ({
  workspace_id,
  record,
  field: `webhook_secret for ${url}`,
});

const placeOf = ({ workspace_id, url }: Pick<AlertWebhookRow, 'workspace_id' | 'url'>) =>
  placeOfSecret(workspace_id, 'alert_webhook', url);

/** What is spent is nobody's business on the way. Throws `url_not_allowed`. */
export function checkWebhookUrl(ctx: Ctx, text: string): string {
  const url = ctx.egress.check(text);
  if (url.protocol !== 'https:' && !ctx.config.allow_private_network)
    throw new Failure('url_not_allowed', 'A webhook is called over https only.');
  return url.href;
}

/** Throws `unavailable` without encryption keys. */
export const sealSecret = async (ctx: Ctx, url: string, secret: string) => ({
  secret: await seal(ctx.config, placeOf({ workspace_id: ctx.workspace_id, url }), secret),
  key_version: newestKey(ctx.config),
});

export const toWebhook = (row: AlertWebhookRow): Webhook => ({
  url: row.url,
  secret: row.secret,
  place: placeOf(row),
});

const limits = { redirects: 0, deadline_ms: 10 * second, max_bytes: 64 * 1024 };

/** Tells a webhook, signed. Throws when it does not take it, so that it is tried again; redirects are not followed. */
export async function tellWebhook(
  ctx: Ctx,
  { url, secret, place }: Webhook,
  content: object,
): Promise<void> {
  const body = JSON.stringify({ ...content, workspace_id: ctx.workspace_id });
  const signature = await signWebhook(await unseal(ctx.config, place, secret), body, ctx.now());
  const headers = { 'content-type': 'application/json', 'agentgrid-signature': signature };
  const response = await ctx.egress.request(
    url,
    { method: 'POST', headers, body, signal: ctx.signal },
    limits,
  );
  if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
}

export const rewrapAlertSecrets = (ctx: Ctx): Promise<number> =>
  rewrapOld(ctx, async (newest, after, limit) =>
    (await selectOldSecrets(ctx.db, newest, after, limit)).map((row) => ({
      id: row.workspace_id,
      place: placeOf(row),
      sealed: row.secret,
      replace: (resealed, version) => replaceSecret(ctx.db, row, resealed, version),
    })),
  );
