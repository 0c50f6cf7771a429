import { equalDigests, fromBase64Url, sha256, toHex } from '../../shared/digest.ts';
import type { RelyingParty } from './relying-party.ts';

/** A response of an authenticator that is refused. The message is for the log and the registering person. */
export class PasskeyRefusal extends Error {
  override readonly name = 'PasskeyRefusal';
}

/** Returns the bytes of base64url, whose form the schema has checked. Throws a refusal for text that no encoder writes. */
export function bytesOf(text: string): Uint8Array<ArrayBuffer> {
  try {
    return fromBase64Url(text);
  } catch {
    throw new PasskeyRefusal('the response is not base64url');
  }
}

/**
 * Returns the challenge of client data after checking what the browser has written besides (WebAuthn, 5.8.1): the kind of ceremony and
 * the origin of its page, which must not be in a frame of another origin.
 */
export function challengeOf(
  clientData: Uint8Array,
  type: 'webauthn.create' | 'webauthn.get',
  { origin }: RelyingParty,
): Uint8Array {
  const data = parseObject(new TextDecoder().decode(clientData));
  if (data.type !== type) throw new PasskeyRefusal('the response is of another kind');
  if (data.origin !== origin) throw new PasskeyRefusal('the response is from another origin');
  if ((data.crossOrigin ?? false) !== false || data.topOrigin !== undefined)
    throw new PasskeyRefusal('the response is from a frame of another site');
  const { challenge } = data;
  if (typeof challenge !== 'string' || !/^[\w-]{1,400}$/.test(challenge))
    throw new PasskeyRefusal('the client data have no challenge');
  return bytesOf(challenge);
}

function parseObject(text: string): Record<string, unknown> {
  try {
    const data: unknown = JSON.parse(text);
    if (data !== null && typeof data === 'object') return data as Record<string, unknown>;
  } catch {
    // Refused below.
  }
  throw new PasskeyRefusal('the client data are not JSON');
}

/** The fixed part of authenticator data (WebAuthn, 6.1). */
export interface AuthenticatorData {
  readonly user_verified: boolean;
  readonly backup_eligible: boolean;
  readonly backed_up: boolean;
  readonly has_credential: boolean;
  readonly sign_count: number;
}

const fixedLength = 37;

const flags = {
  user_present: 1,
  user_verified: 4,
  backup_eligible: 8,
  backed_up: 16,
  has_credential: 64,
} as const;

/** Reads authenticator data. Throws a refusal for data of another relying party, and without the presence of a person. */
export async function readAuthenticatorData(
  bytes: Uint8Array,
  { host }: RelyingParty,
): Promise<AuthenticatorData> {
  if (bytes.byteLength < fixedLength) throw new PasskeyRefusal('the authenticator data are short');
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (!equalDigests(toHex(bytes.slice(0, 32)), await sha256(host)))
    throw new PasskeyRefusal('the response is for another host');
  const set = view.getUint8(32);
  const has = (flag: keyof typeof flags) => (set & flags[flag]) !== 0;
  if (!has('user_present')) throw new PasskeyRefusal('nobody has confirmed the response');
  if (has('backed_up') && !has('backup_eligible'))
    throw new PasskeyRefusal('the backup flags contradict');
  return {
    user_verified: has('user_verified'),
    backup_eligible: has('backup_eligible'),
    backed_up: has('backed_up'),
    has_credential: has('has_credential'),
    sign_count: view.getUint32(33),
  };
}
