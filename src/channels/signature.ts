import { equalDigests, toHex } from '../shared/digest.ts';
import { minute } from '../shared/time.ts';

const encoder = new TextEncoder();

/** Largest difference between the time of a signed request and now. */
const replayWindow = 5 * minute;

/** HMAC-SHA-256 as lower-case hex, over the bytes as they were sent. */
export async function hmacOf(
  secret: string,
  ...parts: readonly (string | Uint8Array<ArrayBuffer>)[]
): Promise<string> {
  const algorithm = { name: 'HMAC', hash: 'SHA-256' };
  const key = await crypto.subtle.importKey('raw', encoder.encode(secret), algorithm, false, [
    'sign',
  ]);
  const blob = new Blob([...parts]);
  return toHex(await crypto.subtle.sign('HMAC', key, await blob.arrayBuffer()));
}

/** Compares a value of a request with the expected one in constant time. */
export const isEqual = (given: string | null, expected: string): boolean =>
  given !== null && equalDigests(given, expected);

/** Returns true for a time in seconds that is at most five minutes from now. */
export const isRecent = (seconds: string | null | undefined, now: number): boolean =>
  seconds != null &&
  /^\d{1,12}$/.test(seconds) &&
  Math.abs(Number(seconds) * 1000 - now) <= replayWindow;

/** Verifies `agentgrid-signature`: `t=<unix seconds>,v1=<hex>`, as webhooks of AgentGrid are signed. */
export async function isSigned(
  header: string | null,
  body: Uint8Array<ArrayBuffer>,
  secret: string,
  now: number,
): Promise<boolean> {
  const fields = (header ?? '')
    .slice(0, 1000)
    .split(',')
    .map((part) => part.trim().split('='));
  const time = fields.find(([name]) => name === 't')?.[1];
  if (!isRecent(time, now)) return false;
  const expected = await hmacOf(secret, `${time}.`, body);
  return fields.some(([name, value = '']) => name === 'v1' && isEqual(value, expected));
}
