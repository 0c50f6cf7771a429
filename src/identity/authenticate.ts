import type { Authenticate } from '../http/authorize.ts';
import type { Platform } from '../platform/cloudflare.ts';
import { equalDigests, sha256 } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import { inForce } from '../shared/rate-rules.ts';
import { second } from '../shared/time.ts';
import { isWellFormedKey } from './api-keys/key.ts';
import { type CredentialRow, selectCredential } from './credential-store.ts';

/** Time for which another isolate may still accept a key that was revoked here. */
const cacheFor = 30 * second;
const cacheSize = 1000;
const cache = new Map<string, { readonly row: CredentialRow; readonly read_at: number }>();

/** Drops a changed key from the cache of this isolate. */
export const invalidateKey = (hash: string): void => void cache.delete(hash);

/** Drops the keys of a workspace whose settings or rate limits changed. */
export function invalidateKeysOf(workspace_id: string): void {
  for (const [hash, { row }] of cache) if (row.workspace_id === workspace_id) cache.delete(hash);
}

/**
 * Returns the caller of an `Authorization` header. Throws `unauthenticated` with one text for every
 * reason, which only the log contains, and `forbidden` for a root key instead of an API key or vice versa.
 */
export const authenticate: Authenticate = async (platform, authorization, access) => {
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
  const hash = await sha256(token);
  let row = findCached(hash, platform.now());
  if (row === undefined) {
    if (equalDigests(hash, await sha256(config.root_key))) {
      if (access !== 'root')
        throw new Failure('forbidden', 'The root key is accepted for managing workspaces only.');
      return { workspace_id: '', actor: { type: 'root' }, rate_limits: null };
    }
    if (!(await isWellFormedKey(token))) return refuse('typo');
    row = await readKey(db, hash, platform.now());
    if (row === undefined) return refuse('unknown');
  }
  if (row.is_closed) return refuse('workspace suspended or deleted');
  if (row.revoked_at !== null) return refuse('revoked');
  if (row.expires_at !== null && row.expires_at <= platform.now()) return refuse('expired');
  if (access === 'root')
    throw new Failure('forbidden', 'This operation requires the root key of the deployment.');
  const { id, role, agent_ids, expires_at, workspace_id, rate_limits } = row;
  const is_rotated = row.rotated_to !== null;
  return {
    workspace_id,
    actor: { type: 'api_key', id, role, agent_ids, expires_at, is_rotated },
    rate_limits,
  };
};

function findCached(hash: string, now: number): CredentialRow | undefined {
  const cached = cache.get(hash);
  return cached !== undefined && now - cached.read_at < cacheFor ? cached.row : undefined;
}

async function readKey(
  db: Platform['db'],
  hash: string,
  now: number,
): Promise<CredentialRow | undefined> {
  cache.delete(hash);
  const found = await selectCredential(db, hash).get();
  if (found === undefined) return undefined;
  const { rate_rules, rate_revision, ...key } = found;
  const row = {
    ...key,
    rate_limits: rate_rules === null ? null : inForce(rate_rules, rate_revision ?? 0, key.id),
  };
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(hash, { row, read_at: now });
  return row;
}
