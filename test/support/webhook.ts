import { expect } from 'vitest';
import type { OutboundCall } from './outbound-service.ts';

/**
 * Verifies a request as a receiver does: with its own HMAC and a check of the time. The header
 * carries `signatures` values, one of which must be of this secret.
 */
export async function checkSignature(
  secret: string,
  { body, headers }: Pick<OutboundCall, 'body' | 'headers'>,
  signatures = 1,
): Promise<void> {
  const [t = '', ...rest] = (headers['agentgrid-signature'] ?? '').split(',');
  const seconds = /^t=(\d+)$/.exec(t)?.[1] ?? '';
  const values = rest.map((part) => /^v1=([0-9a-f]{64})$/.exec(part)?.[1] ?? '');
  expect(values).toHaveLength(signatures);
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  const text = new TextEncoder().encode(`${seconds}.${body}`);
  const results = await Promise.all(
    values.map((value) => {
      const mac = Uint8Array.from(value.match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));
      return crypto.subtle.verify('HMAC', key, mac, text);
    }),
  );
  expect(results).toContain(true);
  expect(Math.abs(Date.now() / 1000 - Number(seconds))).toBeLessThan(300);
}
