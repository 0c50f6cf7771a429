import type { Authenticate } from '../http/router.ts';
import type { Platform } from '../platform/cloudflare.ts';
import { equalDigests, sha256 } from '../shared/digest.ts';
import { Failure } from '../shared/failure.ts';
import { second } from '../shared/time.ts';
import { isWellFormedKey } from './key.ts';
import { type ApiKeyRow, selectApiKeyByHash } from './store.ts';

/** How long another isolate may go on honouring a key that was revoked here. */
const cacheFor = 30 * second;
const cacheSize = 1000;
const cache = new Map<string, { readonly row: ApiKeyRow; readonly read_at: number }>();

/** Called where a key changes, so that this isolate knows at once. */
export const forgetKey = (hash: string): void => void cache.delete(hash);

/**
 * The caller behind an `Authorization` header. Throws `unauthenticated`; the log, not the answer,
 * tells a typo from a key that was revoked. Throws `forbidden` for a credential of the other kind.
 */
export const authenticate: Authenticate = async (platform, authorization, access) => {
  const token = /^Bearer +(\S+)$/i.exec(authorization ?? '')?.[1];
  const { config, db } = platform;
  const refuse = (reason: string): never => {
    platform.log.warn('authentication_failed', { reason });
    throw new Failure('unauthenticated', 'Send a valid key as `Authorization: Bearer …`.');
  };
  if (token === undefined) return refuse(authorization === undefined ? 'absent' : 'not a bearer token');
  const hash = await sha256(token);
  let row = findCached(hash, platform.now());
  if (row === undefined) {
    if (equalDigests(hash, await sha256(config.root_key))) {
      if (access !== 'root') throw new Failure('forbidden', 'The root key creates workspaces and nothing else.');
      return { workspace_id: '', actor: { type: 'root' } };
    }
    if (!(await isWellFormedKey(token))) return refuse('typo');
    row = await readKey(db, hash, platform.now());
    if (row === undefined) return refuse('unknown');
  }
  if (row.revoked_at !== null) return refuse('revoked');
  if (row.expires_at !== null && row.expires_at <= platform.now()) return refuse('expired');
  if (access === 'root') throw new Failure('forbidden', 'This needs the root key of the deployment.');
  const { id, role, agent_ids, expires_at, workspace_id } = row;
  return { workspace_id, actor: { type: 'api_key', id, role, agent_ids, expires_at } };
};

function findCached(hash: string, now: number): ApiKeyRow | undefined {
  const cached = cache.get(hash);
  return cached !== undefined && now - cached.read_at < cacheFor ? cached.row : undefined;
}

async function readKey(db: Platform['db'], hash: string, now: number): Promise<ApiKeyRow | undefined> {
  cache.delete(hash);
  const row = await selectApiKeyByHash(db, hash).get();
  if (row === undefined) return undefined;
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(hash, { row, read_at: now });
  return row;
}
