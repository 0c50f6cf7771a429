import { createPublicKey } from 'node:crypto';
import { type CBORType, decodeCBOR, decodePartialCBOR } from '@levischuck/tiny-cbor';
import type { PasskeyKey } from '../../db/schema/passkeys.ts';
import { toBase64Url, toHex } from '../../shared/digest.ts';
import { algorithms } from './algorithms.ts';
import type { RelyingParty } from './relying-party.ts';
import { type AuthenticatorData, PasskeyRefusal, readAuthenticatorData } from './response.ts';

/** A credential that an authenticator has created. */
export interface CreatedCredential extends AuthenticatorData {
  readonly credential_id: string;
  readonly public_key: PasskeyKey;
  readonly aaguid: string;
}

const maxIdLength = 1023;
const offsets = { aaguid: 37, length: 53, id: 55 } as const;

/**
 * Reads an attestation object (WebAuthn, 6.5). The attestation itself is ignored: any authenticator may be used, so none has to prove its model.
 * Loaded when a passkey is registered.
 */
export async function readAttestation(
  object: Uint8Array,
  party: RelyingParty,
): Promise<CreatedCredential> {
  const bytes = decode(() => mapOf(decodeCBOR(object)).get('authData'));
  if (!(bytes instanceof Uint8Array)) throw malformed();
  const data = await readAuthenticatorData(bytes, party);
  if (!data.has_credential || bytes.byteLength < offsets.id) throw malformed();
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = offsets.id + view.getUint16(offsets.length);
  const id = bytes.slice(offsets.id, end);
  if (id.byteLength === 0 || id.byteLength > maxIdLength || end >= bytes.byteLength)
    throw malformed();
  const rest = bytes.slice(end);
  const [key, length] = decode(() => decodePartialCBOR(rest, 0));
  // The decoder shortens a byte string that is cut off. Extensions may follow the key.
  if (length > rest.byteLength) throw malformed();
  return {
    ...data,
    credential_id: toBase64Url(id),
    public_key: toKey(decode(() => mapOf(key))),
    aaguid: toHex(bytes.slice(offsets.aaguid, offsets.length)),
  };
}

const malformed = () => new PasskeyRefusal('the attestation is malformed');

function decode<Result>(run: () => Result): Result {
  try {
    return run();
  } catch {
    throw malformed();
  }
}

type Cbor = CBORType | undefined;

function mapOf(value: Cbor): Map<string | number, CBORType> {
  if (!(value instanceof Map)) throw malformed();
  return value;
}

/** Labels of COSE keys (RFC 9052, RFC 9053). */
const label = { kty: 1, alg: 3, crv: -1, x: -2, y: -3, n: -1, e: -2 } as const;

/** Returns the key of a credential. Throws a refusal for other algorithms, and for points that are not on the curve. */
function toKey(cose: Map<string | number, CBORType>): PasskeyKey {
  const number = (name: 'kty' | 'alg' | 'crv') => cose.get(label[name]);
  const text = (name: 'x' | 'y' | 'n' | 'e') => {
    const bytes = cose.get(label[name]);
    if (!(bytes instanceof Uint8Array)) throw malformed();
    return toBase64Url(bytes);
  };
  const is = (kty: number, alg: number, crv?: number) =>
    number('kty') === kty && number('alg') === alg && (crv === undefined || number('crv') === crv);
  const key: PasskeyKey | null = is(2, algorithms.ES256, 1)
    ? { alg: 'ES256', jwk: { kty: 'EC', crv: 'P-256', x: text('x'), y: text('y') } }
    : is(1, algorithms.EdDSA, 6)
      ? { alg: 'EdDSA', jwk: { kty: 'OKP', crv: 'Ed25519', x: text('x') } }
      : is(3, algorithms.RS256)
        ? { alg: 'RS256', jwk: { kty: 'RSA', n: text('n'), e: text('e') } }
        : null;
  if (key === null) throw new PasskeyRefusal('the algorithm of the key is not supported');
  const { asymmetricKeyDetails } = decode(() => createPublicKey({ key: key.jwk, format: 'jwk' }));
  if (key.alg === 'RS256' && (asymmetricKeyDetails?.modulusLength ?? 0) < 2048)
    throw new PasskeyRefusal('the key is too short');
  return key;
}
