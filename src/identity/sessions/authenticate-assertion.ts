import type { Caller } from '../../http/authorize.ts';
import type { Guarded } from '../../http/permissions.ts';
import type { Platform } from '../../platform/cloudflare.ts';
import { Failure } from '../../shared/failure.ts';
import { inForce } from '../../shared/rate-rules.ts';
import { day } from '../../shared/time.ts';
import { toUserActor } from '../members/member-actor.ts';
import { findKeys } from '../token-issuers/find-keys.ts';
import { isSignedBy, type Jwt, readJwt, refusalOfClaims } from '../token-issuers/jwt.ts';
import { noWorkspace } from './authenticate-session.ts';
import { refuseCrossSite } from './cookie.ts';
import { selectMemberOfAddress } from './store.ts';

/** The longest session of an application of Cloudflare Access. */
const maxLifetime = 31 * day;

const maxChars = 12_000;

/** Returns what Cloudflare Access asserts about a request; null where the deployment is not behind it. */
export const readAssertion = (
  { config }: Pick<Platform, 'config'>,
  { headers }: Pick<Request, 'headers'>,
): string | null => (config.access === null ? null : headers.get('cf-access-jwt-assertion'));

/**
 * Returns the member whose address Cloudflare Access has verified, in the workspace that `AgentGrid-Workspace` names, else
 * in the oldest. Requests that change something prove their origin as those with a session cookie do, because a
 * browser sends the cookie of Access by itself. No account is created, and one with two-factor sign-in needs a session unless
 * the operator states that Access requires a second factor.
 */
export async function authenticateAssertion(
  platform: Platform,
  request: Request,
  assertion: string,
  access: Guarded,
): Promise<Caller> {
  refuseCrossSite(request);
  const email = await verifiedAddress(platform, assertion);
  const named = request.headers.get('agentgrid-workspace');
  const row =
    email === null ? undefined : await selectMemberOfAddress(platform.db, email, named).get();
  if (row === undefined) {
    platform.log.warn('authentication_failed', { reason: 'assertion refused' });
    throw new Failure(
      'unauthenticated',
      'The assertion of Cloudflare Access is invalid, or its address has no account. Accept an invitation first.',
    );
  }
  if (access === 'root')
    throw new Failure('forbidden', 'This operation requires the root key of the deployment.');
  if (access === 'person')
    throw new Failure('forbidden', 'This operation requires a session. Sign in at `/account`.');
  if (row.has_two_factor && platform.config.access?.has_second_factor !== true)
    throw new Failure(
      'second_factor_required',
      'This account uses two-factor sign-in, and this deployment does not rely on that of Cloudflare Access. Sign in at `/account`.',
    );
  const { member_id: id, role, workspace_id, rate_rules, rate_revision } = row;
  if (id === null || role === null || workspace_id === null) throw noWorkspace(named);
  const rate_limits = rate_rules === null ? null : inForce(rate_rules, rate_revision ?? 0, id);
  return { workspace_id, actor: toUserActor({ id, role }), rate_limits };
}

/** Returns the address, in lower case, of an assertion that Cloudflare Access made for this deployment. */
async function verifiedAddress(platform: Platform, text: string): Promise<string | null> {
  const { access } = platform.config;
  const jwt = text.length > maxChars ? null : readJwt(text);
  if (jwt === null || access === null) return null;
  const expected = { ...access, max_lifetime_ms: maxLifetime };
  if (refusalOfClaims(jwt, expected, platform.now()) !== null) return null;
  if (!(await isSignedBy(jwt, await keysOf(platform, access.issuer, jwt)))) return null;
  const { email } = jwt.claims;
  return typeof email === 'string' && email !== '' ? email.toLowerCase() : null;
}

function keysOf(platform: Platform, issuer: string, jwt: Jwt) {
  const actor = { type: 'system', name: 'access' } as const;
  const ctx = platform.context({ workspace_id: '', actor });
  const url = `${issuer}/cdn-cgi/access/certs`;
  return findKeys(ctx, { name: url, url, stored: null }, jwt);
}
