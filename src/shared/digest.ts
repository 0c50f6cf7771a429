const encoder = new TextEncoder();

export const toHex = (bytes: ArrayBuffer | Uint8Array<ArrayBuffer>): string =>
  (new Uint8Array(bytes) as unknown as EncodedBytes).toHex();

/** SHA-256 as lower-case hex. */
export async function sha256(input: string | Uint8Array<ArrayBuffer>): Promise<string> {
  return toHex(
    await crypto.subtle.digest(
      'SHA-256',
      typeof input === 'string' ? encoder.encode(input) : input,
    ),
  );
}

/** HMAC-SHA-256 as base64url. */
export async function hmac(secret: string, message: string): Promise<string> {
  const key = await crypto.subtle.importKey(
    'raw',
    encoder.encode(secret),
    { name: 'HMAC', hash: 'SHA-256' },
    false,
    ['sign'],
  );
  return toBase64Url(
    new Uint8Array(await crypto.subtle.sign('HMAC', key, encoder.encode(message))),
  );
}

// Available in the runtime and in Node 25, not yet in TypeScript's library.
interface EncodedBytes {
  toHex(): string;
  toBase64(options: { alphabet: 'base64url'; omitPadding: true }): string;
}

export const toBase64Url = (bytes: Uint8Array): string =>
  (bytes as unknown as EncodedBytes).toBase64({ alphabet: 'base64url', omitPadding: true });

/** Decodes base64url. Throws on invalid input. */
export const fromBase64Url = (text: string): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );

/** Compares two digests in constant time. */
export function equalDigests(a: string, b: string): boolean {
  const left = encoder.encode(a);
  const right = encoder.encode(b);
  return left.byteLength === right.byteLength && crypto.subtle.timingSafeEqual(left, right);
}

/** Serializes JSON with sorted keys, so that equal values give equal text. */
export function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_key, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0)))
      : inner,
  );
}
