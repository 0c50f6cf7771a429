import { minute, second } from '../../shared/time.ts';

/** Length of a time step of RFC 6238. */
const step = minute / 2;
const digits = 6;
const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';

/** Returns a random secret of 160 bits in base32 (RFC 4648). */
export function newTotpSecret(): string {
  const bits = [...crypto.getRandomValues(new Uint8Array(20))]
    .map((byte) => byte.toString(2).padStart(8, '0'))
    .join('');
  return (bits.match(/.{5}/g) ?? []).map((five) => alphabet[Number.parseInt(five, 2)]).join('');
}

function decode(secret: string): Uint8Array<ArrayBuffer> {
  const bits = [...secret]
    .map((char) => alphabet.indexOf(char).toString(2).padStart(5, '0'))
    .join('');
  return Uint8Array.from(bits.match(/.{8}/g) ?? [], (byte) => Number.parseInt(byte, 2));
}

/** Returns the code of a time step (RFC 4226, section 5.3, with SHA-1 as authenticators expect). */
export async function totpCode(secret: string, at_step: number): Promise<string> {
  const counter = new DataView(new ArrayBuffer(8));
  counter.setBigUint64(0, BigInt(at_step));
  const algorithm = { name: 'HMAC', hash: 'SHA-1' };
  const key = await crypto.subtle.importKey('raw', decode(secret), algorithm, false, ['sign']);
  const mac = new DataView(await crypto.subtle.sign('HMAC', key, counter.buffer));
  const offset = mac.getUint8(19) & 15;
  const number = mac.getUint32(offset) & 0x7fffffff;
  return String(number % 10 ** digits).padStart(digits, '0');
}

export const stepAt = (now: number): number => Math.floor(now / step);

/** Returns the step of a code that is valid now or one step before or after, and later than `after`; null for none. */
export async function matchingStep(
  secret: string,
  code: string,
  now: number,
  after: number,
): Promise<number | null> {
  const current = stepAt(now);
  for (const one of [current, current - 1, current + 1]) {
    if (one > after && (await totpCode(secret, one)) === code) return one;
  }
  return null;
}

/** Returns the URI that authenticators read from a QR code. */
export const totpUri = (secret: string, email: string): string =>
  `otpauth://totp/AgentGrid:${encodeURIComponent(email)}?secret=${secret}&issuer=AgentGrid&period=${step / second}`;
