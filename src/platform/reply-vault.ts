import { Failure } from '../shared/failure.ts';
import type { Actor, ApiKeyActor, Ctx, Idempotency } from './context.ts';
import { seal, unseal } from './vault.ts';

/** The properties of an API key that bound its access. */
export type Coverage = Pick<ApiKeyActor, 'role' | 'agent_ids' | 'expires_at'>;

/**
 * A reply with the access of its credential at the time; null for the root key, which cannot be
 * narrowed.
 */
export interface StoredReply {
  readonly coverage: Coverage | null;
  readonly reply: unknown;
}

type Version = readonly [version: number, key: Uint8Array<ArrayBuffer>];

const encoder = new TextEncoder();

/**
 * Seals the reply to a request with an idempotency key. Replies can contain secrets that are shown
 * once, such as a new key: opening one needs a key of the deployment and the idempotency key, which
 * is not stored.
 */
export async function sealReply(
  ctx: Ctx,
  idempotency: Idempotency,
  reply: unknown,
): Promise<string> {
  const stored: StoredReply = { coverage: coverageOf(ctx.actor), reply: reply ?? null };
  return seal(
    await replyConfig(ctx, idempotency),
    placeOf(ctx, idempotency),
    JSON.stringify(stored),
  );
}

/** Throws `reply_gone` when the reply was sealed under a key that the deployment no longer has. */
export async function openReply(
  ctx: Ctx,
  idempotency: Idempotency,
  sealed: string,
): Promise<StoredReply> {
  try {
    return JSON.parse(
      await unseal(await replyConfig(ctx, idempotency), placeOf(ctx, idempotency), sealed),
    ) as StoredReply;
  } catch (error) {
    if (error instanceof Failure) throw replyGone(error);
    throw error;
  }
}

export const replyGone = (cause?: unknown) =>
  new Failure(
    'reply_gone',
    'The first request with this idempotency key succeeded, but its stored reply can no longer be read. Do not send it again under a ' +
      'new key: read or list the resource to see the result.',
    { cause },
  );

/** Returns the parts of an actor that bound its access; null for actors that cannot be narrowed. */
export function coverageOf(actor: Actor): Coverage | null {
  switch (actor.type) {
    case 'api_key':
    case 'user':
      return { role: actor.role, agent_ids: actor.agent_ids, expires_at: actor.expires_at };
    // Tokens and links never allow more than running agents. A token is renewed all the time.
    case 'end_user':
      return { role: 'runtime', agent_ids: actor.agent_ids, expires_at: null };
    case 'share_link':
      return { role: 'runtime', agent_ids: actor.agent_ids, expires_at: actor.expires_at };
    case 'root':
    case 'system':
    case 'person':
      return null;
  }
}

const placeOf = ({ workspace_id }: Ctx, { key_hash }: Idempotency) => ({
  workspace_id,
  record: key_hash,
  field: 'idempotent_reply',
});

/**
 * Returns the configuration with encryption keys derived from each key and the idempotency key
 * (HKDF, RFC 5869). Version 0 derives from ROOT_KEY, for deployments without ENCRYPTION_KEYS.
 */
async function replyConfig(
  { config, workspace_id }: Ctx,
  { key }: Idempotency,
): Promise<Ctx['config']> {
  const versions: Version[] = [
    [0, encoder.encode(config.sealing_secret) as Uint8Array<ArrayBuffer>],
    ...config.encryption_keys,
  ];
  const info = encoder.encode(JSON.stringify(['idempotent reply', workspace_id, key]));
  const derive = async ([version, raw]: Version): Promise<Version> => {
    const material = await crypto.subtle.importKey('raw', raw, 'HKDF', false, ['deriveBits']);
    const bits = await crypto.subtle.deriveBits(
      { name: 'HKDF', hash: 'SHA-256', salt: new Uint8Array(), info },
      material,
      256,
    );
    return [version, new Uint8Array(bits)];
  };
  return { ...config, encryption_keys: new Map(await Promise.all(versions.map(derive))) };
}
