import { batch } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { OidcProvider } from '../../platform/oidc-settings.ts';
import { sha256 } from '../../shared/digest.ts';
import {
  insertIdentity,
  maxIdentities,
  selectIdentity,
  selectSessionOfToken,
} from '../identities/store.ts';
import { publicOrigin } from '../mail/origin.ts';
import { asPerson, auditPerson } from '../people/person.ts';
import { readSessionCookie } from '../sessions/cookie.ts';
import { idleFor } from '../sessions/limits.ts';
import { type NewSession, rotateSession } from '../sessions/new-session.ts';
import { requireSession } from '../sessions/store.ts';
import type { Profile } from './profile.ts';
import { SignInRefusal } from './refusal.ts';

/**
 * Links the account of a profile to the person whose session has started this, and which the browser must still have.
 * The session gets a new token. Throws a refusal, also where the account signs in somebody else.
 */
export async function linkByProfile(
  ctx: Ctx,
  request: Request,
  provider: OidcProvider,
  { issuer, subject, email }: Profile,
  session_id: string,
): Promise<NewSession> {
  const user_id = await userOfSession(ctx, request, session_id);
  const session = await rotateSession(ctx, request, session_id);
  const now = ctx.now();
  const row = { issuer, subject, user_id, email, created_at: now, last_used_at: null };
  const isOwn = async () =>
    (await selectIdentity(ctx.db, issuer, subject).get())?.user_id === user_id;
  try {
    await commit(asPerson(ctx, user_id, session_id), {
      statements: [
        requireSession(ctx.db, user_id, session_id),
        insertIdentity(ctx.db, row),
        ...session.statements,
      ],
      audit: await auditPerson(ctx, user_id, 'identity.link', { provider: provider.id }),
      jobs: [
        {
          type: 'mail.send',
          mail: 'identity_added',
          id: user_id,
          origin: publicOrigin(ctx, request),
        },
      ],
    });
    return session;
  } catch (error) {
    if (isGuardViolation(error, 'users.email'))
      throw new SignInRefusal('sign_in_expired', 'the session has ended in the meantime');
    if (isGuardViolation(error, 'user_identities.user_id'))
      throw new SignInRefusal('too_many_identities', `more than ${maxIdentities} identities`);
    if (!isUniqueViolation(error, 'user_identities.issuer', 'user_identities.subject')) throw error;
    if (!(await isOwn()))
      throw new SignInRefusal('identity_taken', 'the identity signs in to another account');
  }
  await batch(ctx.db, session.statements);
  return session;
}

async function userOfSession(ctx: Ctx, request: Request, session_id: string): Promise<string> {
  const token = readSessionCookie(request);
  const hash = token === null || token === '' ? null : await sha256(token);
  const row = hash === null ? undefined : await selectSessionOfToken(ctx.db, hash).get();
  const now = ctx.now();
  const isValid =
    row?.id === session_id && row.expires_at > now && row.last_seen_at + idleFor > now;
  if (row === undefined || !isValid)
    throw new SignInRefusal('sign_in_expired', 'the session that has started the link is not here');
  return row.user_id;
}
