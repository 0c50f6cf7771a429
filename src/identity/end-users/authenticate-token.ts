import type { Caller } from '../../http/authorize.ts';
import { allows } from '../../http/permissions.ts';
import type { Platform } from '../../platform/cloudflare.ts';
import type { Ctx, EndUserActor } from '../../platform/context.ts';
import { second } from '../../shared/time.ts';
import { refusalOf } from '../credential-cache.ts';
import type { CredentialRow } from '../credential-store.ts';
import { findIssuingKey } from './issuing-key.ts';
import { type Claims, readToken } from './token.ts';

/** Returns the end user of a token that this deployment signed, or why the token is not accepted. */
export async function authenticateToken(
  platform: Platform,
  token: string,
): Promise<Caller | string> {
  const claims = await readToken(platform.config, token);
  if (claims === null) return 'not a token of this deployment';
  if (claims.exp * second <= platform.now()) return 'token expired';
  const found = await findIssuer(platform, {
    key: claims.key,
    sub: claims.sub,
    issued_at: claims.iat * second,
  });
  if (typeof found === 'string') return found;
  const { workspace_id, rate_limits, allowed_origins } = found;
  return { workspace_id, actor: endUserOf(claims, found), rate_limits, allowed_origins };
}

interface Issued {
  /** The key, issuer or share link that issued the token. */
  readonly key: string;
  /** The end user. */
  readonly sub: string;
  readonly issued_at: number;
}

/** Returns the key of a token as it is in force now, or why tokens of that time are no longer accepted. */
async function findIssuer(
  platform: Pick<Ctx, 'db' | 'config' | 'now'>,
  { key: key_id, sub, issued_at }: Issued,
): Promise<CredentialRow | string> {
  const { key, not_before } = await findIssuingKey(platform, key_id, sub);
  if (key === undefined) return 'issuer unknown';
  const reason = refusalOf(key, platform.now());
  if (reason !== null) return reason;
  if (!allows(key.role, 'sessions:write')) return 'issuer may no longer issue tokens';
  return not_before !== null && issued_at <= not_before ? 'token revoked' : key;
}

/**
 * Returns the context of an end user who was authenticated before, with what the issuer covers now; null if a token of that time
 * is no longer accepted.
 */
export async function resumeEndUser(ctx: Ctx, before: EndUserActor): Promise<Ctx | null> {
  const { api_key_id, id, issued_at } = before;
  const key = await findIssuer(ctx, { key: api_key_id, sub: id, issued_at });
  if (typeof key === 'string' || before.expires_at <= ctx.now()) return null;
  const actor = { ...before, agent_ids: coveredBy(before.agent_ids, key) };
  return { ...ctx, workspace_id: key.workspace_id, actor, groups: actor.groups };
}

const coveredBy = (agents: readonly string[], key: CredentialRow) =>
  agents.filter((id) => key.agent_ids?.includes(id) ?? true);

/** The end user of a token, with no agent that its issuer no longer covers. */
const endUserOf = (
  { sub, groups, agents, versions, iat, exp, jti, rpm, budget }: Claims,
  key: CredentialRow,
): EndUserActor => ({
  type: 'end_user',
  id: sub,
  api_key_id: key.id,
  agent_ids: coveredBy(agents, key),
  groups,
  versions,
  issued_at: iat * second,
  expires_at: exp * second,
  limits: { id: jti, requests_per_minute: rpm, budget },
});
