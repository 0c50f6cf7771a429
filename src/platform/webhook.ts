import { toHex } from '../shared/digest.ts';

/**
 * `agentgrid-signature` of something that is sent to a webhook: `t=<unix seconds>,v1=<hex>`, an
 * HMAC-SHA-256 over `<t>.<body>`. A receiver computes it anew and refuses what is minutes old.
 */
export async function signWebhook(secret: string, body: string, now: number): Promise<string> {
  const encoder = new TextEncoder();
  const key = await crypto.subtle.importKey(
    'raw',
    encoder.encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  const t = Math.floor(now / 1000);
  return `t=${t},v1=${toHex(await crypto.subtle.sign('HMAC', key, encoder.encode(`${t}.${body}`)))}`;
}
