import { sha256, toBase64Url } from '../../src/shared/digest.ts';
import { origin as ownOrigin } from './people.ts';

/** An authenticator in software, with the algorithms that browsers offer. */
export type Algorithm = 'ES256' | 'RS256' | 'EdDSA';

export const flag = { UP: 1, UV: 4, BE: 8, BS: 16, AT: 64 } as const;

/** Values of a wrong authenticator, browser or attacker. */
export interface Lies {
  readonly type?: string;
  readonly origin?: string;
  readonly host?: string;
  readonly challenge?: string;
  readonly flags?: number;
  readonly sign_count?: number;
  readonly clientData?: object;
  readonly userHandle?: string | null;
  readonly id?: string;
}

interface Options {
  readonly challenge: string;
  readonly user?: { readonly id: string };
}

const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

function join(...parts: readonly (Uint8Array | readonly number[])[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}

/** CBOR (RFC 8949) of what attestations hold. Map keys are texts or integers. */
export function cbor(value: unknown): Uint8Array<ArrayBuffer> {
  const head = (major: number, size: number) =>
    size < 24
      ? [major + size]
      : size < 256
        ? [major + 24, size]
        : [major + 25, size >> 8, size & 255];
  if (typeof value === 'number')
    return Uint8Array.from(value < 0 ? head(32, -1 - value) : head(0, value));
  if (typeof value === 'string') return join(head(96, utf8(value).byteLength), utf8(value));
  if (value instanceof Uint8Array) return join(head(64, value.byteLength), value);
  if (value instanceof Map) {
    const pairs = [...value].flatMap((pair) => pair.map(cbor));
    return join(head(160, value.size), ...pairs);
  }
  throw new Error(`no CBOR for ${typeof value}`);
}

const hashOf = async (bytes: Uint8Array<ArrayBuffer>) =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

const generate = {
  ES256: { name: 'ECDSA', namedCurve: 'P-256' },
  RS256: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: new Uint8Array([1, 0, 1]),
    hash: 'SHA-256',
  },
  EdDSA: { name: 'Ed25519' },
} as const;

const sign = {
  ES256: { name: 'ECDSA', hash: 'SHA-256' },
  RS256: { name: 'RSASSA-PKCS1-v1_5' },
  EdDSA: { name: 'Ed25519' },
} as const;

/** The two numbers of an ECDSA signature in DER, each as short as it can be. */
export function der(raw: Uint8Array): Uint8Array<ArrayBuffer> {
  const integer = (bytes: Uint8Array) => {
    let start = 0;
    while (start < bytes.byteLength - 1 && bytes[start] === 0) start++;
    const short = bytes.slice(start);
    const value = (short[0] ?? 0) > 127 ? join([0], short) : short;
    return join([2, value.byteLength], value);
  };
  const body = join(integer(raw.slice(0, 32)), integer(raw.slice(32)));
  return join([48, body.byteLength], body);
}

const bytesOf = (text: string | undefined) =>
  Uint8Array.from(atob((text ?? '').replaceAll('-', '+').replaceAll('_', '/')), (char) =>
    char.charCodeAt(0),
  );

export class Authenticator {
  readonly id = toBase64Url(crypto.getRandomValues(new Uint8Array(24)));
  /** Signatures so far; stays 0 for one that does not count. */
  sign_count: number;
  readonly #alg: Algorithm;
  readonly #pair: CryptoKeyPair;
  readonly #counts: boolean;
  readonly #kind: number;
  #userHandle: string | null = null;

  private constructor(alg: Algorithm, pair: CryptoKeyPair, counts: boolean, kind: number) {
    this.#alg = alg;
    this.#pair = pair;
    this.#counts = counts;
    this.#kind = kind;
    this.sign_count = counts ? 1 : 0;
  }

  /** `kind` has the flags of backup. */
  static async make({
    alg = 'ES256' as Algorithm,
    counts = false,
    kind = flag.BE | flag.BS,
  } = {}): Promise<Authenticator> {
    const pair = await crypto.subtle.generateKey(generate[alg], true, ['sign', 'verify']);
    return new Authenticator(alg, pair as CryptoKeyPair, counts, kind);
  }

  /** Answers `navigator.credentials.create()`, without an attestation. `change` may spoil the key. */
  async create(
    { challenge, user }: Options,
    lies: Lies = {},
    change: (cose: Map<number, unknown>) => unknown = (cose) => cose,
  ) {
    this.#userHandle = user?.id ?? null;
    const id = bytesOf(this.id);
    const key = cbor(change(await this.#cose()));
    const credential = join(new Uint8Array(16), [id.byteLength >> 8, id.byteLength & 255], id, key);
    const authData = join(await this.#data(lies, flag.AT), credential);
    const object = new Map<string, unknown>([
      ['fmt', 'none'],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    return {
      id: lies.id ?? this.id,
      rawId: this.id,
      type: 'public-key',
      clientExtensionResults: {},
      response: {
        clientDataJSON: toBase64Url(this.#client('webauthn.create', challenge, lies)),
        attestationObject: toBase64Url(cbor(object)),
        transports: ['internal'],
      },
    };
  }

  /** Answers `navigator.credentials.get()`. */
  async get({ challenge }: Options, lies: Lies = {}) {
    if (this.#counts) this.sign_count++;
    const data = await this.#data(lies);
    const client = this.#client('webauthn.get', challenge, lies);
    const signed = join(data, await hashOf(client));
    const signature = new Uint8Array(
      await crypto.subtle.sign(sign[this.#alg], this.#pair.privateKey, signed),
    );
    return {
      id: lies.id ?? this.id,
      rawId: this.id,
      type: 'public-key',
      authenticatorAttachment: 'platform',
      clientExtensionResults: {},
      response: {
        clientDataJSON: toBase64Url(client),
        authenticatorData: toBase64Url(data),
        signature: toBase64Url(this.#alg === 'ES256' ? der(signature) : signature),
        userHandle: lies.userHandle === undefined ? this.#userHandle : lies.userHandle,
      },
    };
  }

  #client(type: string, challenge: string, lies: Lies): Uint8Array<ArrayBuffer> {
    return utf8(
      JSON.stringify({
        type: lies.type ?? type,
        challenge: lies.challenge ?? challenge,
        origin: lies.origin ?? ownOrigin,
        crossOrigin: false,
        ...lies.clientData,
      }),
    );
  }

  async #data(lies: Lies, more = 0): Promise<Uint8Array<ArrayBuffer>> {
    const host = await sha256(lies.host ?? new URL(ownOrigin).hostname);
    const tail = new DataView(new ArrayBuffer(5));
    tail.setUint8(0, lies.flags ?? flag.UP | flag.UV | this.#kind | more);
    tail.setUint32(1, lies.sign_count ?? this.sign_count);
    const hash = Uint8Array.from(host.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
    return join(hash, new Uint8Array(tail.buffer));
  }

  async #cose(): Promise<Map<number, unknown>> {
    const jwk = (await crypto.subtle.exportKey('jwk', this.#pair.publicKey)) as JsonWebKey;
    const of: Record<Algorithm, [number, unknown][]> = {
      ES256: [
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, bytesOf(jwk.x)],
        [-3, bytesOf(jwk.y)],
      ],
      EdDSA: [
        [1, 1],
        [3, -8],
        [-1, 6],
        [-2, bytesOf(jwk.x)],
      ],
      RS256: [
        [1, 3],
        [3, -257],
        [-1, bytesOf(jwk.n)],
        [-2, bytesOf(jwk.e)],
      ],
    };
    return new Map(of[this.#alg]);
  }
}
