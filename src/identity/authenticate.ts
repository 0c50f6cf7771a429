import type { Authenticate } from '../http/authorize.ts';
import type { Guarded } from '../http/permissions.ts';
import type { ApiKeyActor, Ctx, UserActor } from '../platform/context.ts';
import { equalDigests, sha256 } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import { isWellFormedKey } from './api-keys/key.ts';
import { cacheKey, findCached, refusalOf } from './credential-cache.ts';
import {
  type CredentialRow,
  type FoundCredential,
  selectCredential,
  selectIssuer,
} from './credential-store.ts';
import { authenticateToken } from './end-users/authenticate-token.ts';
import { isToken } from './end-users/token.ts';
import { toUserActor } from './members/member-actor.ts';
import { authenticateAssertion, readAssertion } from './sessions/authenticate-assertion.ts';
import { authenticateSession } from './sessions/authenticate-session.ts';
import { readSessionCookie } from './sessions/cookie.ts';
import { authenticateIssued, isIssuedToken } from './token-issuers/authenticate-issued.ts';

/** Rotations of a key that are followed to its successor. */
const maxRotations = 100;

/**
 * Returns the caller of an `Authorization` header, else of a session cookie, else of Cloudflare Access. Throws `unauthenticated` with one text for every
 * reason, which only the log contains, and `forbidden` for a root key instead of an API key or vice versa.
 */
export const authenticate: Authenticate = async (platform, request, access) => {
  const authorization = request.headers.get('authorization') ?? undefined;
  const session = authorization === undefined ? readSessionCookie(request) : null;
  if (session !== null) return authenticateSession(platform, request, session, access);
  const assertion = authorization === undefined ? readAssertion(platform, request) : null;
  if (assertion !== null) return authenticateAssertion(platform, request, assertion, access);
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
  if (isToken(token) || isIssuedToken(token)) {
    const read = isIssuedToken(token) ? authenticateIssued : authenticateToken;
    const found = await read(platform, token);
    if (typeof found === 'string') return refuse(found);
    refuseOther(access);
    return found;
  }
  const hash = await sha256(token);
  let row = findCached(hash, platform.now());
  if (row === undefined) {
    const is_previous =
      config.previous_root_key !== null &&
      equalDigests(hash, await sha256(config.previous_root_key));
    if (equalDigests(hash, await sha256(config.root_key)) || is_previous) {
      if (access === 'person') throw personOnly();
      if (access !== 'root')
        throw new Failure('forbidden', 'The root key is accepted for managing workspaces only.');
      // Tells the operator who still has to change.
      if (is_previous) platform.log.warn('previous_root_key_used', {});
      return { workspace_id: '', actor: { type: 'root', is_previous }, rate_limits: null };
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

const readKey = async (
  name: string,
  select: { get(): Promise<FoundCredential | undefined> },
  now: number,
) => cacheKey(name, await select.get(), now);
