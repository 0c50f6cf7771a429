import { TypeID } from 'typeid-js';
import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid, notFound } from '../../shared/failure.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import { publicOrigin } from '../mail/origin.ts';
import { handshakeLasts, newHandshake } from '../oidc/handshake.ts';
import { SignInRefusal } from '../oidc/refusal.ts';
import { authorizationAt } from '../oidc/start.ts';
import { countAttempt } from '../people/attempts.ts';
import { auditPerson, personOf } from '../people/person.ts';
import { lastMethod, requireMethod } from '../people/sign-in-methods.ts';
import { writeCookie } from '../sessions/cookie.ts';
import { requireRecentSignIn } from '../sessions/recent-sign-in.ts';
import type { Identity, LinkIdentity } from './schema.ts';
import { deleteIdentity, type IdentityRow, selectIdentities } from './store.ts';

/** Returns the public id of an identity: its issuer and subject, hashed, in the form of other ids. */
async function identityId({ issuer, subject }: IdentityRow): Promise<string> {
  const text = new TextEncoder().encode(JSON.stringify([issuer, subject]));
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', text));
  return TypeID.fromUUIDBytes('idn', digest.slice(0, 16)).toString();
}

export async function toIdentity(ctx: Ctx, row: IdentityRow): Promise<Identity> {
  const provider = ctx.config.oidc_providers.find(({ issuer }) => issuer === row.issuer);
  return {
    id: await identityId(row),
    provider: provider === undefined ? null : { id: provider.id, name: provider.name },
    issuer: row.issuer,
    email: row.email,
    last_used_at: toWireTimeOrNull(row.last_used_at),
    created_at: toWireTime(row.created_at),
  };
}

/** Returns the identities of the signed-in person, oldest first. */
export async function listIdentities(ctx: Ctx): Promise<{ data: Identity[] }> {
  const rows = await selectIdentities(ctx.db, personOf(ctx).id).all();
  return { data: await Promise.all(rows.map((row) => toIdentity(ctx, row))) };
}

/**
 * Starts to link an account at a provider. The cookie binds the visit to this browser and this session, which has to
 * finish it: a link is never made for whoever follows an address. Throws `recent_sign_in_required`.
 */
export async function startLink(
  ctx: Ctx,
  request: Request,
  { provider: id, next }: LinkIdentity,
): Promise<{ authorization_url: string; cookie: string }> {
  const { session_id } = personOf(ctx);
  await requireRecentSignIn(ctx);
  const provider = ctx.config.oidc_providers.find((one) => one.id === id);
  if (provider === undefined)
    throw invalid('/provider', 'Must be a provider of `GET /auth/methods`.');
  await countAttempt(ctx, 'provider', null);
  const handshake = await newHandshake(ctx, provider, next, session_id);
  const url = await authorizationAt(ctx, request, provider, handshake).catch((error: unknown) => {
    if (!(error instanceof SignInRefusal)) throw error;
    ctx.log.warn('provider_link_refused', { reason: error.reason, detail: error.message });
    throw new Failure('unavailable', 'The identity provider could not be reached. Retry.');
  });
  const cookie = writeCookie(request.url, 'sign_in', handshake.cookie, handshakeLasts);
  return { authorization_url: url.href, cookie };
}

/**
 * Removes an identity: it no longer signs in. Throws `not_found`, also for an identity of somebody else, and `conflict` when
 * the account would be left without a way to sign in.
 */
export async function unlinkIdentity(ctx: Ctx, request: Request, id: string): Promise<void> {
  const user_id = personOf(ctx).id;
  await requireRecentSignIn(ctx);
  const rows = await selectIdentities(ctx.db, user_id).all();
  const ids = await Promise.all(rows.map(identityId));
  const row = rows[ids.indexOf(id)];
  if (row === undefined) throw notFound('identity');
  const { provider } = await toIdentity(ctx, row);
  const detail = { provider: provider?.id ?? row.issuer };
  try {
    const [deleted] = await commit(ctx, {
      statements: [deleteIdentity(ctx.db, row), requireMethod(ctx.db, ctx, request, user_id)],
      audit: await auditPerson(ctx, user_id, 'identity.unlink', detail),
      jobs: [
        {
          type: 'mail.send',
          mail: 'identity_unlinked',
          id: user_id,
          origin: publicOrigin(ctx, request),
        },
      ],
    });
    if (deleted.length === 0) throw notFound('identity');
  } catch (error) {
    throw isGuardViolation(error, 'users.name') ? lastMethod() : error;
  }
}
