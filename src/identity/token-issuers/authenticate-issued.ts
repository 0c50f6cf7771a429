import type { Caller } from '../../http/authorize.ts';
import { EndUserId, Groups } from '../../http/schema.ts';
import type { Platform } from '../../platform/cloudflare.ts';
import { Failure } from '../../shared/failure.ts';
import { idPattern } from '../../shared/id.ts';
import { second } from '../../shared/time.ts';
import { cacheFor, refusalOf } from '../credential-cache.ts';
import { findIssuingKey } from '../end-users/issuing-key.ts';
import { claimAt } from './claim-at.ts';
import { findKeys, type KeySource } from './find-keys.ts';
import { isSignedBy, type Jwt, keysFor, readJwt, refusalOfClaims } from './jwt.ts';
import { selectNamedIssuer, type TokenIssuerRow, updateFetchedKeys } from './store.ts';

const cacheSize = 1000;
/** Issuers by their id. */
const cache = new Map<string, { readonly row: TokenIssuerRow; readonly read_at: number }>();

/** Drops a changed issuer from the cache of this isolate. */
export const invalidateNamedIssuer = (id: string): void => void cache.delete(id);

/** Longer tokens are refused, as servers refuse such headers. */
const maxChars = 12_000;

const idOf = idPattern('tki');

/** Returns true for a text in the form `{issuer id}.{JSON Web Token}`. */
export const isIssuedToken = (text: string): boolean =>
  text.length <= maxChars && /^tki_\w+\.[\w-]+\.[\w-]+\.[\w-]+$/.test(text);

/**
 * Returns the end user of a token that an issuer of a workspace signed, or why the token is not accepted. Throws
 * `unauthenticated` with a reason for the holder of a genuine token whose claims do not fit, and `unavailable` without keys.
 */
export async function authenticateIssued(
  platform: Platform,
  token: string,
): Promise<Caller | string> {
  const separator = token.indexOf('.');
  const id = token.slice(0, separator);
  const jwt = readJwt(token.slice(separator + 1));
  if (jwt === null) return 'not a signed token';
  const issuer = idOf.test(id) ? await findNamedIssuer(platform, id) : undefined;
  if (issuer === undefined) return 'issuer unknown';
  if (!issuer.enabled) return 'issuer disabled';
  const now = platform.now();
  // Before the keys: a token that is not accepted anyway causes no request.
  const reason = refusalOfClaims(jwt, expectedOf(issuer), now);
  if (reason !== null) return reason;
  const keys = await keysOf(platform, issuer, jwt);
  if (keys.length === 0) return 'key unknown';
  if (!(await isSignedBy(jwt, keys))) return 'signature wrong';
  return callerOf(platform, issuer, jwt);
}

const expectedOf = ({ issuer, audience, max_lifetime_s }: TokenIssuerRow) => ({
  issuer,
  audience,
  max_lifetime_ms: max_lifetime_s * second,
});

async function findNamedIssuer(
  { db, now }: Platform,
  id: string,
): Promise<TokenIssuerRow | undefined> {
  const at = now();
  const cached = cache.get(id);
  if (cached !== undefined && at - cached.read_at < cacheFor) return cached.row;
  const row = await selectNamedIssuer(db, id).get();
  cache.delete(id);
  if (row === undefined) return undefined;
  if (cache.size >= cacheSize) cache.delete(cache.keys().next().value as string);
  cache.set(id, { row, read_at: at });
  return row;
}

/** Returns the keys that may have signed a token. */
function keysOf(platform: Platform, issuer: TokenIssuerRow, jwt: Jwt) {
  if (issuer.jwks_url === null) return keysFor(jwt, issuer.keys ?? []);
  const { workspace_id, fetched_keys, fetched_at } = issuer;
  const ctx = platform.context({ workspace_id, actor: { type: 'system', name: 'token-issuer' } });
  const source: KeySource = {
    name: `${issuer.id} ${issuer.jwks_url}`,
    url: issuer.jwks_url,
    stored: fetched_keys && fetched_at ? { keys: fetched_keys, fetched_at } : null,
    onFetched: (result) => {
      const changes =
        typeof result === 'string'
          ? { fetch_error: result.slice(0, 300) }
          : { fetched_keys: [...result.keys], fetched_at: result.fetched_at, fetch_error: null };
      ctx.defer(updateFetchedKeys(ctx.db, issuer, changes, ctx.now()).run());
    },
  };
  return findKeys(ctx, source, jwt);
}

/** The end user whom a genuine token names. */
async function callerOf(
  platform: Platform,
  issuer: TokenIssuerRow,
  { claims }: Jwt,
): Promise<Caller | string> {
  const { user_claim, groups_claim } = issuer;
  const named = claimAt(claims, user_claim);
  const sub = EndUserId.safeParse(typeof named === 'number' ? String(named) : named);
  if (!sub.success) throw misfit(user_claim, 'an id of 1 to 128 visible ASCII characters');
  const listed = groups_claim === null ? [] : (claimAt(claims, groups_claim) ?? []);
  const groups = Groups.safeParse(typeof listed === 'string' ? [listed] : listed);
  if (!groups.success)
    throw misfit(groups_claim ?? '', 'at most 50 names of ASCII letters, digits and `_ . : @ / -`');
  const { key, not_before } = await findIssuingKey(platform, issuer.id, sub.data);
  if (key === undefined) return 'issuer unknown';
  const reason = refusalOf(key, platform.now());
  if (reason !== null) return reason;
  if (not_before !== null && claims.iat * second <= not_before) return 'token revoked';
  const { workspace_id, rate_limits, allowed_origins } = key;
  return {
    workspace_id,
    rate_limits,
    allowed_origins,
    actor: {
      type: 'end_user',
      id: sub.data,
      api_key_id: issuer.id,
      agent_ids: issuer.agent_ids,
      groups: groups.data,
      versions: issuer.versions,
      issued_at: claims.iat * second,
      expires_at: claims.exp * second,
      limits: {
        // The requests of a person are counted together, whichever token they come with.
        id: `${issuer.id}:${sub.data}`,
        requests_per_minute: issuer.requests_per_minute,
        budget: issuer.budget,
      },
    },
  };
}

const misfit = (claim: string, form: string) =>
  new Failure('unauthenticated', `The claim \`${claim}\` of the token must be ${form}.`);
