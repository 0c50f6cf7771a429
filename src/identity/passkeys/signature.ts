import { createPublicKey, verify } from 'node:crypto';
import type { PasskeyKey } from '../../db/schema/passkeys.ts';

/** Returns true when the key has signed the authenticator data and the hash of the client data (WebAuthn, 6.3.3). */
export async function isSignedBy(
  { alg, jwk }: PasskeyKey,
  data: Uint8Array<ArrayBuffer>,
  clientData: Uint8Array<ArrayBuffer>,
  signature: Uint8Array,
): Promise<boolean> {
  const hash = new Uint8Array(await crypto.subtle.digest('SHA-256', clientData));
  const signed = new Uint8Array(data.byteLength + hash.byteLength);
  signed.set(data);
  signed.set(hash, data.byteLength);
  const key = createPublicKey({ key: { ...jwk }, format: 'jwk' });
  try {
    // ECDSA signatures are in DER (WebAuthn, 6.5.5), as node:crypto expects them.
    return verify(alg === 'EdDSA' ? null : 'sha256', signed, key, signature);
  } catch {
    return false;
  }
}
