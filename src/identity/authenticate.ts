import type { Authenticate } from '../http/authorize.ts';
import { allows, type Guarded } from '../http/permissions.ts';
import type { Actor, ApiKeyActor, Ctx, UserActor } from '../platform/context.ts';
import { equalDigests, sha256 } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import { inForce } from '../shared/rate-rules.ts';
import { second } from '../shared/time.ts';
import { isWellFormedKey } from './api-keys/key.ts';
import {
  type CredentialRow,
  type FoundCredential,
  selectCredential,
  selectIssuer,
} from './credential-store.ts';
import { type Claims, isToken, readToken } from './end-users/token.ts';
import { toUserActor } from './members/member-actor.ts';
import { authenticateSession } from './sessions/authenticate-session.ts';
import { readSessionCookie } from './sessions/cookie.ts';

/** Time for which another isolate may still accept a key that was revoked here. */
const cacheFor = 30 * second;
const cacheSize = 1000;
/** Rotations of a key that are followed to its successor. */
const maxRotations = 100;
/** By hash, and by id for the issuers of tokens. */
const cache = new Map<string, { readonly row: CredentialRow; readonly read_at: number }>();

/** Drops a changed key from the cache of this isolate, also as the issuer of tokens. */
export function invalidateKey(hash: string): void {
  for (const [name, { row }] of cache) if (row.hash === hash) cache.delete(name);
}

/** Drops a changed member from the cache of this isolate, as the issuer of tokens. */
export const invalidateIssuer = (id: string): void => void cache.delete(id);

/** Drops the keys of a workspace whose settings or rate limits changed. */
export function invalidateKeysOf(workspace_id: string): void {
  for (const [name, { row }] of cache) if (row.workspace_id === workspace_id) cache.delete(name);
}

/**
 * Returns the caller of an `Authorization` header, else of a session cookie. Throws `unauthenticated` with one text for every
 * reason, which only the log contains, and `forbidden` for a root key instead of an API key or vice versa.
 */
export const authenticate: Authenticate = async (platform, request, access) => {
  const authorization = request.headers.get('authorization') ?? undefined;
  const session = authorization === undefined ? readSessionCookie(request) : null;
  if (session !== null) return authenticateSession(platform, request, session, access);
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const { config, db } = platform;
  const refuse = (
    reason: string,
    detail = 'The key is unknown, revoked or expired, or its workspace is suspended.',
  ): never => {
    platform.log.warn('authentication_failed', { reason });
    throw new Failure('unauthenticated', detail);
  };
  if (authorization === undefined)
    return refuse('absent', 'No credential. Send a key as `Authorization: Bearer ag_…`.');
  if (token === undefined)
    return refuse('not a bearer token', 'The Authorization header must be `Bearer` and a key.');
  if (isToken(token)) {
    const claims = await readToken(config, token);
    if (claims === null) return refuse('not a token of this deployment');
    if (claims.exp * second <= platform.now()) return refuse('token expired');
    const issuer =
      findCached(claims.key, platform.now()) ??
      (await readKey(claims.key, selectIssuer(db, claims.key), platform.now()));
    if (issuer === undefined) return refuse('issuer unknown');
    const reason = refusalOf(issuer, platform.now());
    if (reason !== null) return refuse(reason);
    if (!allows(issuer.role, 'sessions:write')) return refuse('issuer may no longer issue tokens');
    refuseOther(access);
    const { workspace_id, rate_limits } = issuer;
    return { workspace_id, actor: endUserOf(claims, issuer), rate_limits };
  }
  const hash = await sha256(token);
  let row = findCached(hash, platform.now());
  if (row === undefined) {
    if (equalDigests(hash, await sha256(config.root_key))) {
      if (access === 'person') throw personOnly();
      if (access !== 'root')
        throw new Failure('forbidden', 'The root key is accepted for managing workspaces only.');
      return { workspace_id: '', actor: { type: 'root' }, rate_limits: null };
    }
    if (!(await isWellFormedKey(token))) return refuse('typo');
    row = await readKey(hash, selectCredential(db, hash), platform.now());
    if (row === undefined) return refuse('unknown');
  }
  const reason = refusalOf(row, platform.now());
  if (reason !== null) return refuse(reason);
  refuseOther(access);
  const { workspace_id, rate_limits } = row;
  return { workspace_id, actor: actorOf(row), rate_limits };
};

export const actorOf = ({
  id,
  role,
  agent_ids,
  expires_at,
  rotated_to,
  member_role,
}: CredentialRow): ApiKeyActor | UserActor =>
  member_role === undefined
    ? { type: 'api_key', id, role, agent_ids, expires_at, is_rotated: rotated_to !== null }
    : toUserActor({ id, role: member_role });

/** Throws `forbidden` for a credential of a workspace where another kind is required. */
function refuseOther(access: Guarded): void {
  if (access === 'root') throw rootOnly();
  if (access === 'person') throw personOnly();
}

const personOnly = () => new Failure('forbidden', 'This operation requires a signed-in person.');

const rootOnly = () =>
  new Failure('forbidden', 'This operation requires the root key of the deployment.');

/** Returns why a key is not accepted; null when it is. */
function refusalOf({ is_closed, revoked_at, expires_at }: CredentialRow, now: number) {
  if (is_closed) return 'workspace suspended or deleted';
  if (revoked_at !== null) return 'revoked';
  return expires_at !== null && expires_at <= now ? 'expired' : null;
}

/** The end user of a token, with no agent that its issuer no longer covers. */
const endUserOf = (
  { sub, groups, agents, versions, exp }: Claims,
  issuer: CredentialRow,
): Actor => ({
  type: 'end_user',
  id: sub,
  api_key_id: issuer.id,
  agent_ids: agents.filter((id) => issuer.agent_ids?.includes(id) ?? true),
  groups,
  versions,
  expires_at: exp * second,
});

function findCached(name: string, now: number): CredentialRow | undefined {
  const cached = cache.get(name);
  return cached !== undefined && now - cached.read_at < cacheFor ? cached.row : undefined;
}

/**
 * Returns the key of an id, or the one that it was rotated to, as it may be used now; null when it
 * is revoked or expired, or its workspace is suspended.
 */
export async function findUsableKey(
  { db, now }: Pick<Ctx, 'db' | 'now'>,
  id: string,
): Promise<CredentialRow | null> {
  let row = await readKey(id, selectIssuer(db, id), now());
  for (let hop = 0; row !== undefined && row.rotated_to !== null && hop < maxRotations; hop += 1)
    row = await readKey(row.rotated_to, selectIssuer(db, row.rotated_to), now());
  return row === undefined || refusalOf(row, now()) !== null ? null : row;
}

async function readKey(
  name: string,
  select: { get(): Promise<FoundCredential | undefined> },
  now: number,
): Promise<CredentialRow | undefined> {
  cache.delete(name);
  const found = await select.get();
  if (found === undefined) return undefined;
  const { rate_rules, rate_revision, ...key } = found;
  const row = {
    ...key,
    rate_limits: rate_rules === null ? null : inForce(rate_rules, rate_revision ?? 0, key.id),
  };
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(name, { row, read_at: now });
  return row;
}
