import { sign } from 'hono/jwt';
import { Site } from './outbound.ts';

export type Algorithm = 'RS256' | 'ES256' | 'EdDSA';

const parameters = {
  RS256: {
    name: 'RSASSA-PKCS1-v1_5',
    hash: 'SHA-256',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
  },
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  EdDSA: { name: 'Ed25519' },
} as const;

export interface TestKey {
  readonly kid: string;
  readonly alg: Algorithm;
  readonly private_jwk: JsonWebKey;
  /** As a key set has it. */
  readonly jwk: object;
}

export async function newSigningKey(
  alg: Algorithm = 'ES256',
  kid: string = crypto.randomUUID(),
  options: object = {},
): Promise<TestKey> {
  const given = { ...parameters[alg], ...options };
  const pair = (await crypto.subtle.generateKey(given, true, ['sign', 'verify'])) as CryptoKeyPair;
  const read = (key: CryptoKey) => crypto.subtle.exportKey('jwk', key) as Promise<JsonWebKey>;
  const { key_ops: _, ext: __, alg: ___, ...jwk } = await read(pair.publicKey);
  const { alg: ____, ...private_jwk } = await read(pair.privateKey);
  return { kid, alg, private_jwk, jwk: { ...jwk, kid, alg, use: 'sig' } };
}

export const signJwt = (claims: object, { kid, alg, private_jwk }: TestKey): Promise<string> =>
  sign(claims as never, { ...private_jwk, kid, alg } as never, alg);

const encode = (part: object) =>
  btoa(JSON.stringify(part)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');

/** A token with any header, and a signature that is none. */
export const unsignedJwt = (header: object, claims: object, signature = 'AAAA') =>
  `${encode(header)}.${encode(claims)}.${signature}`;

/** A sign-in service with keys at an address. */
export class IssuerSite {
  readonly site = new Site();
  readonly issuer = `${this.site.origin}/`;
  readonly jwks_url = this.site.url('/keys');

  /** Publishes these keys from now on. */
  publish = (...keys: TestKey[]) =>
    this.site.answers('/keys', { body: JSON.stringify({ keys: keys.map(({ jwk }) => jwk) }) });

  /** Returns the number of requests for keys. */
  requests = async () => (await this.site.calls()).length;

  claims(rest: object = {}) {
    const iat = Math.floor(Date.now() / 1000);
    const about = { iss: this.issuer, aud: 'chat', sub: 'ann' };
    return { ...about, iat, exp: iat + 3600, ...rest };
  }
}
