import { and, eq, inArray, type SQL, sql } from 'drizzle-orm';
import type { Statement } from '../db/client.ts';
import { idempotency_keys } from '../db/schema/platform.ts';
import { canonicalJson, sha256 } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import { day } from '../shared/time.ts';
import type { Config } from './config.ts';
import type { Actor, Ctx, Idempotency } from './context.ts';
import { type Coverage, openReply, replyGone } from './reply-vault.ts';

/** Retention of a stored reply; the key may be reused afterwards. */
export const idempotencyTtl = 2 * day;

/**
 * Thrown when the effect has already happened. Carries the stored reply and the access that the
 * credential had then; null for a reply whose access was checked again. The router sends the reply
 * only to a credential that still has that access.
 */
export class IdempotentReplay extends Error {
  override readonly name = 'Replay';
  readonly reply: unknown;
  readonly coverage: Coverage | null;

  constructor(reply: unknown, coverage: Coverage | null = null) {
    super('The request with this idempotency key has already been answered.');
    this.reply = reply;
    this.coverage = coverage;
  }
}

/** Thrown when the key has started a run, active or ended, to which the caller attaches. */
export class IdempotencyKeyOfRun extends Error {
  override readonly name = 'KeyOfRun';
  readonly run_id: string;

  constructor(run_id: string) {
    super('The request with this idempotency key has already started a run.');
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

/** Evaluates an `Idempotency-Key` header, scoped to one workspace, one credential and one route. */
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

/**
 * The scope of a key value: the same value with another credential is another request. A new
 * ROOT_KEY is another credential; the former one keeps its requests while it is accepted.
 */
async function credentialOf(
  { root_key, previous_root_key }: Config,
  actor: Actor,
): Promise<string> {
  switch (actor.type) {
    case 'api_key':
      return actor.id;
    case 'root':
      return `root:${await sha256(actor.is_previous ? (previous_root_key ?? '') : root_key)}`;
    case 'system':
      return actor.type;
    // With its groups: a token that may read less does not get the reply to one that could read more.
    case 'end_user':
      return JSON.stringify([actor.type, actor.api_key_id, actor.id, [...actor.groups].sort()]);
    default:
      return `${actor.type}:${actor.id}`;
  }
}

const fingerprintOf = (path: string, body: string) => sha256(JSON.stringify([path, body]));

/**
 * Returns the context with the fingerprint of a body that the handler has read itself. Call it
 * before committing. Throws like `throwIfAnswered`, which could not run without the fingerprint.
 */
export async function fingerprintBody(ctx: Ctx, body: unknown): Promise<Ctx> {
  if (ctx.idempotency === null || ctx.idempotency.fingerprint !== null) return ctx;
  const fingerprint = await fingerprintOf(ctx.idempotency.path, canonicalJson(body));
  const known = { ...ctx, idempotency: { ...ctx.idempotency, fingerprint } };
  await throwIfAnswered(known);
  return known;
}

/** Returns the context with the fingerprint of `content` in place of the body: for requests of which a part differs when they are repeated. */
export const fingerprintContent = async (ctx: Ctx, content: unknown): Promise<Ctx> =>
  ctx.idempotency === null
    ? ctx
    : {
        ...ctx,
        idempotency: {
          ...ctx.idempotency,
          fingerprint: await fingerprintOf(ctx.idempotency.path, canonicalJson(content)),
        },
      };

/**
 * Looks the key up before the handler runs. Throws `IdempotentReplay`, or a failure, when it has
 * been used.
 */
export async function throwIfAnswered(ctx: Ctx): Promise<void> {
  if (ctx.idempotency === null || ctx.idempotency.fingerprint === null) return;
  const row = await findKey(ctx);
  if (row !== undefined) throw await toReplay(ctx, row);
}

/** Returns the error to throw when a batch failed because the key row exists. */
export async function readReply(ctx: Ctx): Promise<Error> {
  const row = await findKey(ctx);
  return row === undefined
    ? new Failure(
        'request_in_flight',
        'A request with this idempotency key is still running. Retry.',
        { retryAfter: 1 },
      )
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
    return new Failure(
      'request_in_flight',
      'A request with this idempotency key is still running. Retry.',
      { retryAfter: 1 },
    );
  // The row does not name its credential.
  if (row.key_hash === idempotency.unscoped_hash) return replyGone();
  const { reply, coverage } = await openReply(ctx, idempotency, row.reply);
  return new IdempotentReplay(reply, coverage);
}

/**
 * Returns the fingerprint for a new row, or null, which the table refuses, when the key was used
 * before rows belonged to one credential. Can be removed with `unscoped_hash` two days after every
 * deployment has scoped rows.
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
    'This idempotency key was used with another request. A key is valid for one path and one body; use a new key for a new request.',
  );

const ownKey = (ctx: Ctx, { key_hash }: Idempotency) =>
  and(eq(idempotency_keys.workspace_id, ctx.workspace_id), eq(idempotency_keys.key_hash, key_hash));

/** Releases the key of a run that ended without an answer, so that a retry can use it. */
export const moveKey = (ctx: Ctx, from: string, to: string): Statement[] =>
  ctx.idempotency === null
    ? []
    : [
        ctx.db
          .update(idempotency_keys)
          .set({ run_id: to })
          .where(and(ownKey(ctx, ctx.idempotency), eq(idempotency_keys.run_id, from))),
      ];
