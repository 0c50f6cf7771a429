import type { Caller } from '../../http/authorize.ts';
import { allows } from '../../http/permissions.ts';
import type { Platform } from '../../platform/cloudflare.ts';
import type { EndUserActor } from '../../platform/context.ts';
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
  const now = platform.now();
  if (claims.exp * second <= now) return 'token expired';
  const { key, not_before } = await findIssuingKey(platform, claims.key, claims.sub);
  if (key === undefined) return 'issuer unknown';
  const reason = refusalOf(key, now);
  if (reason !== null) return reason;
  if (!allows(key.role, 'sessions:write')) return 'issuer may no longer issue tokens';
  if (not_before !== null && claims.iat * second <= not_before) return 'token revoked';
  const { workspace_id, rate_limits, allowed_origins } = key;
  return { workspace_id, actor: endUserOf(claims, key), rate_limits, allowed_origins };
}

/** The end user of a token, with no agent that its issuer no longer covers. */
const endUserOf = (
  { sub, groups, agents, versions, exp, jti, rpm, budget }: Claims,
  key: CredentialRow,
): EndUserActor => ({
  type: 'end_user',
  id: sub,
  api_key_id: key.id,
  agent_ids: agents.filter((id) => key.agent_ids?.includes(id) ?? true),
  groups,
  versions,
  expires_at: exp * second,
  limits: { id: jti, requests_per_minute: rpm, budget },
});
