import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Statement } from '../db/client.ts';
import { idempotency_keys } from '../db/schema/platform.ts';
import { canonicalJson, sha256 } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import { day } from '../shared/time.ts';
import type { Config } from './config.ts';
import type { Actor, Ctx, Idempotency } from './context.ts';
import { type Coverage, openReply, replyGone } from './reply-vault.ts';

/** A stored reply is good for this long; then the key may be used anew. */
export const idempotencyTtl = 2 * day;

/**
 * Thrown in place of an effect that has already happened: carries the reply it gave, and what the credential covered
 * then. The router sends it only to a credential that covers as much; null for a reply whose access was checked again.
 */
export class IdempotentReplay extends Error {
  override readonly name = 'Replay';
  readonly reply: unknown;
  readonly coverage: Coverage | null;

  constructor(reply: unknown, coverage: Coverage | null = null) {
    super('This request has been answered before.');
    this.reply = reply;
    this.coverage = coverage;
  }
}

/** Thrown when the key has started a run, which may be active or ended; the caller attaches to it. */
export class IdempotencyKeyOfRun extends Error {
  override readonly name = 'KeyOfRun';
  readonly run_id: string;

  constructor(run_id: string) {
    super('This request has started a run before.');
    this.run_id = run_id;
  }
}

/** The request that an `Idempotency-Key` came with. */
interface KeyedRequest {
  readonly workspace_id: string;
  readonly actor: Actor;
  readonly route: string;
  readonly key: string;
  readonly path: string;
  /** The request body that is part of the fingerprint; null while the handler has not read it. */
  readonly body: string | null;
}

/** The meaning of an `Idempotency-Key` header: scoped to one workspace, one credential and one route. */
export async function readIdempotency(
  config: Config,
  { workspace_id, actor, route, key, path, body }: KeyedRequest,
): Promise<Idempotency> {
  return {
    key,
    key_hash: await sha256(
      JSON.stringify([workspace_id, route, key, await credentialOf(config, actor)]),
    ),
    unscoped_hash: await sha256(JSON.stringify([workspace_id, route, key])),
    path,
    fingerprint: body === null ? null : await fingerprintOf(path, body),
  };
}

/** The same key value sent with another credential is another request. A new ROOT_KEY is another credential. */
async function credentialOf({ root_key }: Config, actor: Actor): Promise<string> {
  switch (actor.type) {
    case 'api_key':
      return actor.id;
    case 'root':
      return `root:${await sha256(root_key)}`;
    case 'system':
      return actor.type;
    default:
      return `${actor.type}:${actor.id}`;
  }
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

/** Looks the key up before anything is done: throws `IdempotentReplay`, or a failure, when it has been used. */
export async function throwIfAnswered(ctx: Ctx): Promise<void> {
  if (ctx.idempotency === null || ctx.idempotency.fingerprint === null) return;
  const row = await findKey(ctx);
  if (row !== undefined) throw await toReplay(ctx, row);
}

/** Returns the error to throw when a batch failed because the key row exists. */
export async function readReply(ctx: Ctx): Promise<Error> {
  const row = await findKey(ctx);
  return row === undefined
    ? new Failure('request_in_flight', 'The idempotency key is in use.', { retryAfter: 1 })
    : toReplay(ctx, row);
}

const findKey = (ctx: Ctx) =>
  ctx.db
    .select()
    .from(idempotency_keys)
    .where(
      and(
        eq(idempotency_keys.workspace_id, ctx.workspace_id),
        inArray(idempotency_keys.key_hash, [
          ctx.idempotency?.key_hash ?? '',
          ctx.idempotency?.unscoped_hash ?? '',
        ]),
      ),
    )
    .get();

async function toReplay(ctx: Ctx, row: typeof idempotency_keys.$inferSelect): Promise<Error> {
  const { idempotency } = ctx;
  if (idempotency === null || row.fingerprint !== idempotency.fingerprint)
    return fingerprintMismatch();
  if (row.run_id !== null) return new IdempotencyKeyOfRun(row.run_id);
  if (row.reply === null)
    return new Failure('request_in_flight', 'The idempotency key is in use.', { retryAfter: 1 });
  // Nothing says whose reply it is.
  if (row.key_hash === idempotency.unscoped_hash) return replyGone();
  const { reply, coverage } = await openReply(ctx, idempotency, row.reply);
  return new IdempotentReplay(reply, coverage);
}

/**
 * The fingerprint for a new row, or null, which the table refuses, where the key was used before rows belonged to one
 * credential. Two days after every deployment has scoped rows this can go, with `unscoped_hash`.
 */
export const guardedFingerprint = (
  ctx: Ctx,
  { unscoped_hash }: Idempotency,
  fingerprint: string,
): SQL<string> =>
  sql`iif(exists (select 1 from idempotency_keys earlier where earlier.workspace_id = ${ctx.workspace_id}
    and earlier.key_hash = ${unscoped_hash}), null, ${fingerprint})`;

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
