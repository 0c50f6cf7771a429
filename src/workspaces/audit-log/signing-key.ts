import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { openSecret, putSecret, sealSecret } from '../../secrets/index.ts';
import { fromBase64Url, toBase64Url } from '../../shared/digest.ts';
import { selectSigningKeys } from './chain-store.ts';

/** A key that signs seals of all workspaces. Numbers count up; the newest signs. */
export interface SigningKey {
  readonly number: number;
  readonly created_at: number;
  /** Raw Ed25519 key, base64url. */
  readonly public_key: string;
  readonly sign: (text: string) => Promise<string>;
  readonly verify: (text: string, signature: string) => Promise<boolean>;
}

const algorithm = { name: 'Ed25519' };
const encoder = new TextEncoder();

const refOf = (number: number) =>
  ({
    owner_type: 'audit_log',
    owner_id: String(number),
    field: 'signing_key',
    bound_to: null,
  }) as const;

/** The keys belong to the deployment, not to a workspace. */
const ofDeployment = (ctx: Ctx): Ctx => ({ ...ctx, workspace_id: '' });

/** Returns the signing keys by number. Throws `unavailable` when their encryption key is not configured. */
export async function readSigningKeys(ctx: Ctx): Promise<ReadonlyMap<number, SigningKey>> {
  const rows = await selectSigningKeys(ctx.db);
  const keys = await Promise.all(
    rows.map(async ({ number, sealed, created_at }) =>
      open(number, created_at, await openSecret(ofDeployment(ctx), refOf(number), sealed)),
    ),
  );
  return new Map(keys.map((key) => [key.number, key]));
}

/** Returns the newest signing key, and creates the first one. Null without `ENCRYPTION_KEYS`. */
export async function ensureSigningKey(ctx: Ctx): Promise<SigningKey | null> {
  if (ctx.config.encryption_keys.size === 0) return null;
  const known = newestOf(await readSigningKeys(ctx));
  if (known !== null) return known;
  await storeSigningKey(ctx, 1);
  // Another isolate may have been first.
  return newestOf(await readSigningKeys(ctx));
}

const newestOf = (keys: ReadonlyMap<number, SigningKey>): SigningKey | null =>
  keys.get(Math.max(...keys.keys())) ?? null;

/** Adds a signing key, which signs from now on; older ones keep verifying. Returns its number. Throws `unavailable`. */
export async function addSigningKey(ctx: Ctx): Promise<number> {
  const newest = newestOf(await readSigningKeys(ctx));
  const number = (newest?.number ?? 0) + 1;
  await storeSigningKey(ctx, number);
  return number;
}

/** Generates and stores a key; one that has the number already is kept. */
async function storeSigningKey(ctx: Ctx, number: number): Promise<void> {
  const pair = (await crypto.subtle.generateKey(algorithm, true, [
    'sign',
    'verify',
  ])) as CryptoKeyPair;
  const jwk = JSON.stringify(await crypto.subtle.exportKey('jwk', pair.privateKey));
  const row = await sealSecret(ofDeployment(ctx), refOf(number), jwk);
  await batch(ctx.db, [putSecret(ctx.db, row, { keepsBound: true })]);
}

async function open(number: number, created_at: number, text: string): Promise<SigningKey> {
  const { x = '', d } = JSON.parse(text) as JsonWebKey;
  const common = { kty: 'OKP', crv: 'Ed25519', x };
  const [own, open] = await Promise.all([
    crypto.subtle.importKey(
      'jwk',
      { ...common, ...(d === undefined ? {} : { d }) },
      algorithm,
      false,
      ['sign'],
    ),
    crypto.subtle.importKey('jwk', common, algorithm, false, ['verify']),
  ]);
  return {
    number,
    created_at,
    public_key: x,
    sign: async (text) =>
      toBase64Url(new Uint8Array(await crypto.subtle.sign(algorithm, own, encoder.encode(text)))),
    verify: (text, signature) =>
      crypto.subtle
        .verify(algorithm, open, fromBase64Url(signature), encoder.encode(text))
        .catch(() => false),
  };
}
