import { inForce } from '../shared/rate-rules.ts';
import { second } from '../shared/time.ts';
import type { CredentialRow, FoundCredential } from './credential-store.ts';

/** Time for which another isolate may still accept a credential that was revoked here. */
export const cacheFor = 30 * second;
const cacheSize = 1000;
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

export function findCached(name: string, now: number): CredentialRow | undefined {
  const cached = cache.get(name);
  return cached !== undefined && now - cached.read_at < cacheFor ? cached.row : undefined;
}

/** Keeps a key as it was read; undefined if it was not found. */
export function cacheKey(
  name: string,
  found: FoundCredential | undefined,
  now: number,
): CredentialRow | undefined {
  cache.delete(name);
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

/** Returns why a key is not accepted; null when it is. */
export function refusalOf(
  { is_closed, revoked_at, expires_at }: CredentialRow,
  now: number,
): string | null {
  if (is_closed) return 'workspace suspended or deleted';
  if (revoked_at !== null) return 'revoked';
  return expires_at !== null && expires_at <= now ? 'expired' : null;
}
