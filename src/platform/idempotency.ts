import { and, eq } from 'drizzle-orm';
import type { Statement } from '../db/client.ts';
import { idempotency_keys } from '../db/schema/platform.ts';
import { canonicalJson, fromBase64Url, sha256, toBase64Url } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import { day } from '../shared/time.ts';
import type { Ctx, Idempotency } from './context.ts';

/** A stored reply is good for this long; then the key may be used anew. */
export const keepFor = 2 * day;

/** Thrown in place of an effect that has already happened: carries the answer it gave. */
export class Replay extends Error {
  override readonly name = 'Replay';
  readonly reply: unknown;

  constructor(reply: unknown) {
    super('This request has been answered before.');
    this.reply = reply;
  }
}

/** Thrown in place of an effect that has begun: the run that the key started, which may go on, or have ended. */
export class KeyOfRun extends Error {
  override readonly name = 'KeyOfRun';
  readonly run_id: string;

  constructor(run_id: string) {
    super('This request has started a run before.');
    this.run_id = run_id;
  }
}

/**
 * The meaning of an `Idempotency-Key` header: scoped to workspace, credential-independent, and to
 * one route. `body` is what makes two requests the same; null when the handler has yet to read it.
 */
export async function readIdempotency(
  workspace_id: string,
  route: string,
  key: string,
  path: string,
  body: string | null,
): Promise<Idempotency> {
  return {
    key,
    key_hash: await sha256(JSON.stringify([workspace_id, route, key])),
    path,
    fingerprint: body === null ? null : await fingerprintOf(path, body),
  };
}

const fingerprintOf = (path: string, body: string) => sha256(JSON.stringify([path, body]));

/**
 * For a handler that reads the body itself, once it knows what is in it and before it commits: the
 * context with the fingerprint of that. Throws like `throwIfAnswered`, which had to wait for this.
 */
export async function fingerprintBody(ctx: Ctx, body: unknown): Promise<Ctx> {
  if (ctx.idempotency === null || ctx.idempotency.fingerprint !== null) return ctx;
  const fingerprint = await fingerprintOf(ctx.idempotency.path, canonicalJson(body));
  const known = { ...ctx, idempotency: { ...ctx.idempotency, fingerprint } };
  await throwIfAnswered(known);
  return known;
}

/** Looks the key up before anything is done: throws `Replay`, or a failure, when it has been used. */
export async function throwIfAnswered(ctx: Ctx): Promise<void> {
  if (ctx.idempotency === null || ctx.idempotency.fingerprint === null) return;
  const row = await findKey(ctx);
  if (row !== undefined) throw await toReplay(ctx, row);
}

/** What to throw when the key row turned out to exist inside a batch. */
export async function readReply(ctx: Ctx): Promise<Error> {
  const row = await findKey(ctx);
  return row === undefined ? new Failure('request_in_flight', 'The idempotency key is in use.', { retryAfter: 1 }) : toReplay(ctx, row);
}

const findKey = (ctx: Ctx) =>
  ctx.db
    .select()
    .from(idempotency_keys)
    .where(and(eq(idempotency_keys.workspace_id, ctx.workspace_id), eq(idempotency_keys.key_hash, ctx.idempotency?.key_hash ?? '')))
    .get();

async function toReplay(ctx: Ctx, row: typeof idempotency_keys.$inferSelect): Promise<Error> {
  if (row.fingerprint !== ctx.idempotency?.fingerprint) return fingerprintMismatch();
  if (row.run_id !== null) return new KeyOfRun(row.run_id);
  if (row.reply === null) return new Failure('request_in_flight', 'The idempotency key is in use.', { retryAfter: 1 });
  return new Replay(await unseal(ctx, row.reply));
}

export const fingerprintMismatch = () =>
  new Failure(
    'idempotency_mismatch',
    'This idempotency key was used with another request: a key belongs to one path and one body. Use a new key for a new request.',
  );

const ownKey = (ctx: Ctx, { key_hash }: Idempotency) =>
  and(eq(idempotency_keys.workspace_id, ctx.workspace_id), eq(idempotency_keys.key_hash, key_hash));

/** Gives the key of a run that came to no answer to the one that tries again. */
export const moveKey = (ctx: Ctx, from: string, to: string): Statement[] =>
  ctx.idempotency === null
    ? []
    : [
        ctx.db
          .update(idempotency_keys)
          .set({ run_id: to })
          .where(and(ownKey(ctx, ctx.idempotency), eq(idempotency_keys.run_id, from))),
      ];

/**
 * Replies hold what was shown once, such as a new key's secret. They are sealed with AES-256-GCM
 * under a key made of the server's secret and the idempotency key, which is itself not stored.
 */
export async function seal(ctx: Ctx, reply: unknown): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const plain = new TextEncoder().encode(JSON.stringify(reply ?? null));
  const sealed = await crypto.subtle.encrypt({ name: 'AES-GCM', iv }, await sealingKey(ctx), plain);
  return `${toBase64Url(iv)}.${toBase64Url(new Uint8Array(sealed))}`;
}

async function unseal(ctx: Ctx, sealed: string): Promise<unknown> {
  const [iv = '', body = ''] = sealed.split('.');
  const plain = await crypto.subtle.decrypt({ name: 'AES-GCM', iv: fromBase64Url(iv) }, await sealingKey(ctx), fromBase64Url(body));
  return JSON.parse(new TextDecoder().decode(plain));
}

async function sealingKey(ctx: Ctx): Promise<CryptoKey> {
  const material = new TextEncoder().encode(JSON.stringify([ctx.config.sealing_secret, ctx.workspace_id, ctx.idempotency?.key]));
  return crypto.subtle.importKey('raw', await crypto.subtle.digest('SHA-256', material), 'AES-GCM', false, ['encrypt', 'decrypt']);
}
