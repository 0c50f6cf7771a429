import { sql } from 'drizzle-orm';
import { z } from 'zod';
import type { Db } from '../../db/client.ts';
import type { Config } from '../../platform/config.ts';
import { fromBase64Url, sha256, toBase64Url } from '../../shared/digest.ts';

/** The beginning of an Ed25519 private key in PKCS #8 (RFC 8410), which the 32 bytes of the key follow. */
const pkcs8Head = [48, 46, 2, 1, 0, 48, 5, 6, 3, 43, 101, 112, 4, 34, 4, 32];

const encoder = new TextEncoder();
const encode = (value: object) => toBase64Url(encoder.encode(JSON.stringify(value)));

export interface PublicKey {
  readonly kid: string;
  readonly x: string;
}

/** Returns the key that signs receipts, which is derived from the root key, and its public half. */
async function signingKey({ erasure_secret }: Pick<Config, 'erasure_secret'>) {
  const seed = await crypto.subtle.digest(
    'SHA-256',
    encoder.encode(`receipt:${erasure_secret.current}`),
  );
  const pkcs8 = new Uint8Array([...pkcs8Head, ...new Uint8Array(seed)]);
  const key = await crypto.subtle.importKey('pkcs8', pkcs8, { name: 'Ed25519' }, true, ['sign']);
  const { x = '' } = (await crypto.subtle.exportKey('jwk', key)) as JsonWebKey;
  return { key, public_key: { x, kid: (await sha256(x)).slice(0, 16) } };
}

/** Returns a compact JSON Web Signature (RFC 7515, EdDSA) over the payload, and the key that verifies it. */
export async function signReceipt(
  config: Pick<Config, 'erasure_secret'>,
  payload: object,
): Promise<{ readonly receipt: string; readonly public_key: PublicKey }> {
  const { key, public_key } = await signingKey(config);
  const head = encode({ alg: 'EdDSA', kid: public_key.kid, typ: 'erasure-receipt+jws' });
  const text = `${head}.${encode(payload)}`;
  const signature = await crypto.subtle.sign({ name: 'Ed25519' }, key, encoder.encode(text));
  return { receipt: `${text}.${toBase64Url(new Uint8Array(signature))}`, public_key };
}

const Head = z.object({ alg: z.literal('EdDSA'), kid: z.string().max(64) });

const parse = (part: string): unknown => JSON.parse(new TextDecoder().decode(fromBase64Url(part)));

/** Returns the payload of a receipt that a key of the deployment has signed; null for any other text. */
export async function openReceipt(
  db: Db,
  receipt: string,
): Promise<{ readonly kid: string; readonly payload: Record<string, unknown> } | null> {
  try {
    const [head = '', body = '', signature = '', ...more] = receipt.split('.');
    const { kid } = Head.parse(parse(head));
    const row = await db.get<PublicKey>(sql`select kid, x from receipt_keys where kid = ${kid}`);
    if (row === undefined || more.length > 0) return null;
    const jwk = { kty: 'OKP', crv: 'Ed25519', x: row.x };
    const key = await crypto.subtle.importKey('jwk', jwk, { name: 'Ed25519' }, false, ['verify']);
    const isValid = await crypto.subtle.verify(
      { name: 'Ed25519' },
      key,
      fromBase64Url(signature),
      encoder.encode(`${head}.${body}`),
    );
    return isValid ? { kid, payload: parse(body) as Record<string, unknown> } : null;
  } catch {
    return null;
  }
}
