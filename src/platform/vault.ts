import { fromBase64Url, toBase64Url } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import type { Config } from './config.ts';

/** The place of a secret: workspace, record and field. It opens nowhere else. */
export interface Place {
  readonly workspace_id: string;
  readonly record: string;
  readonly field: string;
}

const format = 'v1';
const encoder = new TextEncoder();

/**
 * Seals a secret by envelope encryption (AES-256-GCM): the secret under a key of its own, that key
 * under the newest key of the deployment. Returns `v1.<key version>.<wrapped key>.<sealed secret>`.
 * Throws `unavailable` when the deployment has no keys.
 */
export async function seal(config: Config, place: Place, plaintext: string): Promise<string> {
  const newest = newestKey(config);
  const raw = crypto.getRandomValues(new Uint8Array(32));
  const own = await importKey(raw);
  return pack(
    newest,
    await wrap(config, newest, place, raw),
    await encrypt(own, secretContext(place), encoder.encode(plaintext)),
  );
}

/**
 * Opens a sealed secret. Throws `credential_unusable` when it was sealed for another place or
 * changed, `unavailable` when its key version is not configured.
 */
export async function unseal(config: Config, place: Place, sealed: string): Promise<string> {
  const { version, wrapped, secret } = unpack(sealed);
  const own = await importKey(await unwrap(config, version, place, wrapped));
  return new TextDecoder().decode(await decrypt(own, secretContext(place), secret));
}

/**
 * Rewraps a secret under the newest key, without opening it; null when it is already under it.
 * Throws like `unseal`.
 */
export async function rewrap(config: Config, place: Place, sealed: string): Promise<string | null> {
  const { version, wrapped, secret } = unpack(sealed);
  const newest = newestKey(config);
  if (version === newest) return null;
  return pack(
    newest,
    await wrap(config, newest, place, await unwrap(config, version, place, wrapped)),
    secret,
  );
}

/**
 * Returns the key version that `seal` uses, which a column stores so that rotation finds older
 * ones. Throws `unavailable`.
 */
export function newestKey({ encryption_keys }: Config): number {
  const newest = Math.max(...encryption_keys.keys());
  if (Number.isFinite(newest)) return newest;
  throw new Failure(
    'unavailable',
    'The deployment has no ENCRYPTION_KEYS, so secrets cannot be stored; see .dev.vars.example.',
  );
}

const imported = new WeakMap<Uint8Array, CryptoKey>();

async function deploymentKey({ encryption_keys }: Config, version: number): Promise<CryptoKey> {
  const raw = encryption_keys.get(version);
  if (raw === undefined) {
    throw new Failure(
      'unavailable',
      `ENCRYPTION_KEYS has no version ${version}, under which a secret is sealed. Put it back to rotate.`,
    );
  }
  const known = imported.get(raw) ?? (await importKey(raw));
  imported.set(raw, known);
  return known;
}

const wrap = async (config: Config, version: number, place: Place, raw: Uint8Array) =>
  encrypt(await deploymentKey(config, version), keyContext(place, version), raw);

const unwrap = async (config: Config, version: number, place: Place, wrapped: string) =>
  decrypt(await deploymentKey(config, version), keyContext(place, version), wrapped);

const secretContext = ({ workspace_id, record, field }: Place) =>
  JSON.stringify([format, workspace_id, record, field]);
const keyContext = ({ workspace_id, record, field }: Place, version: number) =>
  JSON.stringify([format, workspace_id, record, field, version]);

const importKey = (raw: Uint8Array) =>
  crypto.subtle.importKey('raw', raw, 'AES-GCM', false, ['encrypt', 'decrypt']);

/** Nonce and ciphertext, concatenated. */
async function encrypt(key: CryptoKey, context: string, plain: Uint8Array): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const sealed = await crypto.subtle.encrypt(
    { name: 'AES-GCM', iv, additionalData: encoder.encode(context) },
    key,
    plain,
  );
  const whole = new Uint8Array(iv.byteLength + sealed.byteLength);
  whole.set(iv);
  whole.set(new Uint8Array(sealed), iv.byteLength);
  return toBase64Url(whole);
}

async function decrypt(
  key: CryptoKey,
  context: string,
  text: string,
): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const whole = fromBase64Url(text);
    const algorithm = {
      name: 'AES-GCM',
      iv: whole.subarray(0, 12),
      additionalData: encoder.encode(context),
    };
    return new Uint8Array(await crypto.subtle.decrypt(algorithm, key, whole.subarray(12)));
  } catch (error) {
    throw unusable(error);
  }
}

const pack = (version: number, wrapped: string, secret: string) =>
  [format, version, wrapped, secret].join('.');

function unpack(sealed: string) {
  const [, version, wrapped = '', secret = ''] =
    /^v1\.(\d{1,9})\.([\w-]+)\.([\w-]+)$/.exec(sealed) ?? [];
  if (version === undefined) throw unusable(undefined);
  return { version: Number(version), wrapped, secret };
}

const unusable = (cause: unknown) =>
  new Failure('credential_unusable', 'The stored secret cannot be opened. Save it again.', {
    cause,
  });
