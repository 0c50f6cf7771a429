import { toHex } from '../shared/digest.ts';

/**
 * The `agentgrid-signature` header of a webhook request: `t=<unix seconds>,v1=<hex>`, where `v1` is the
 * HMAC-SHA-256 of `<t>.<body>`. With several secrets there is a `v1` for each, and one valid `v1` is enough.
 * A receiver rejects a `t` that is minutes old.
 */
export async function signWebhook(
  secrets: readonly string[],
  body: string,
  now: number,
): Promise<string> {
  const t = Math.floor(now / 1000);
  const signatures = await Promise.all(
    secrets.map(async (secret) => `v1=${await hmacHex(secret, `${t}.${body}`)}`),
  );
  return [`t=${t}`, ...signatures].join(',');
}

async function hmacHex(secret: string, text: string): Promise<string> {
  const encoder = new TextEncoder();
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, [
    'sign',
  ]);
  return toHex(await crypto.subtle.sign('HMAC', key, encoder.encode(text)));
}
