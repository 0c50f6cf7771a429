import type { Ctx } from '../../platform/context.ts';
import { signWebhook } from '../../platform/webhook.ts';
import { openSecret, type SecretRef } from '../../secrets/index.ts';
import { Failure } from '../../shared/failure.ts';
import { second } from '../../shared/time.ts';
import type { AlertWebhookRow, SealedAlertWebhook } from './store.ts';

/** An address with the sealed secret that signs what is sent there. */
export interface Webhook {
  readonly url: string;
  readonly sealed: string;
  readonly secret: SecretRef;
}

/** The signing secret of the workspace's webhook; it opens for this address only. */
export const signingSecretOf = ({
  workspace_id,
  url,
}: Pick<AlertWebhookRow, 'workspace_id' | 'url'>): SecretRef => ({
  owner_type: 'alert_webhook',
  owner_id: workspace_id,
  field: 'webhook_secret',
  bound_to: url,
});

/** Payloads must not be readable in transit. Throws `url_not_allowed`. */
export function checkWebhookUrl(ctx: Ctx, text: string): string {
  const url = ctx.egress.check(text);
  if (url.protocol !== 'https:' && !ctx.config.allow_private_network)
    throw new Failure('url_not_allowed', 'A webhook is called over https only.');
  return url.href;
}

export const toWebhook = (row: SealedAlertWebhook): Webhook => ({
  url: row.url,
  sealed: row.secret ?? '',
  secret: signingSecretOf(row),
});

const limits = { redirects: 0, deadline_ms: 10 * second, max_bytes: 64 * 1024 };

/** Sends a signed payload. Throws unless the answer is 2xx, so that the job is retried. Redirects are not followed. */
export async function tellWebhook(
  ctx: Ctx,
  { url, sealed, secret }: Webhook,
  content: object,
): Promise<void> {
  const body = JSON.stringify({ ...content, workspace_id: ctx.workspace_id });
  const signature = await signWebhook(await openSecret(ctx, secret, sealed), body, ctx.now());
  const headers = { 'content-type': 'application/json', 'agentgrid-signature': signature };
  const response = await ctx.egress.request(
    url,
    { method: 'POST', headers, body, signal: ctx.signal },
    limits,
  );
  if (!response.ok) throw new Error(`The webhook answered ${response.status}.`);
}
