import { batch } from '../../db/client.ts';
import type { Config } from '../../platform/config.ts';
import type { Ctx } from '../../platform/context.ts';
import { cacheFor, cacheKey, findCached } from '../credential-cache.ts';
import { type CredentialRow, selectIssuer } from '../credential-store.ts';
import { selectNotBefore } from './store.ts';
import { tombstonesOf } from './tombstone.ts';

const cacheSize = 5000;
/** The instants before which tokens are refused, by key and end user. */
const cache = new Map<string, { readonly not_before: number | null; readonly read_at: number }>();

const nameOf = (key_id: string, end_user_id: string) => `${key_id} ${end_user_id}`;

/** Drops what this isolate has cached of the tokens of an end user. */
export function invalidateTokensOf(end_user_id: string): void {
  for (const name of cache.keys()) if (name.endsWith(` ${end_user_id}`)) cache.delete(name);
}

/** The key of a token, and the instant before which tokens of its end user are refused. */
export interface IssuingKey {
  readonly key: CredentialRow | undefined;
  readonly not_before: number | null;
}

/** Returns the key that issued a token to an end user. Takes one round trip, or none if both are cached. */
export async function findIssuingKey(
  { db, config, now }: Pick<Ctx, 'db' | 'now'> & { readonly config: Config },
  key_id: string,
  end_user_id: string,
): Promise<IssuingKey> {
  const at = now();
  const name = nameOf(key_id, end_user_id);
  const cached = findCached(key_id, at);
  const known = cache.get(name);
  if (cached !== undefined && known !== undefined && at - known.read_at < cacheFor)
    return { key: cached, not_before: known.not_before };
  const ids = [end_user_id, ...(await tombstonesOf(config, end_user_id))];
  const [keys, [state]] = await batch(db, [
    cached === undefined ? selectIssuer(db, key_id) : null,
    selectNotBefore(db, key_id, ids),
  ]);
  const not_before = state?.not_before ?? null;
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(name, { not_before, read_at: at });
  return { key: cached ?? cacheKey(key_id, keys?.[0], at), not_before };
}
