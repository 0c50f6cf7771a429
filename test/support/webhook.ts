import { expect } from 'vitest';
import type { OutboundCall } from './outbound-service.ts';

/** What a receiver does before it believes what it was sent: an HMAC of its own, of text that is not old. */
export async function checkSignature(
  secret: string,
  { body, headers }: Pick<OutboundCall, 'body' | 'headers'>,
): Promise<void> {
  const [, t = '', v1 = ''] =
    /^t=(\d+),v1=([0-9a-f]{64})$/.exec(headers['agentgrid-signature'] ?? '') ?? [];
  const key = await crypto.subtle.importKey(
    'raw',
    new TextEncoder().encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['verify'],
  );
  const mac = Uint8Array.from(v1.match(/../g) ?? [], (hex) => Number.parseInt(hex, 16));
  expect(
    await crypto.subtle.verify('HMAC', key, mac, new TextEncoder().encode(`${t}.${body}`)),
  ).toBe(true);
  expect(Math.abs(Date.now() / 1000 - Number(t))).toBeLessThan(300);
}
