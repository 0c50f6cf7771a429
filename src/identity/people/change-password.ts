import { sql } from 'drizzle-orm';
import { users } from '../../db/schema/people.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { publicOrigin } from '../mail/origin.ts';
import { type NewSession, rotateSession } from '../sessions/new-session.ts';
import { requireRecentSignIn } from '../sessions/recent-sign-in.ts';
import { deleteSessions, requireSession, selectUser } from '../sessions/store.ts';
import { whileSignedIn } from '../sessions/while-signed-in.ts';
import { countAttempt } from './attempts.ts';
import { hashPassword, verifyPassword } from './password.ts';
import { asPerson, auditPerson, currentUser, personOf } from './person.ts';
import type { ChangePassword } from './schema.ts';
import { findToken, isTaken } from './sign-up.ts';
import { updateUser, useToken, useTokensOf } from './store.ts';
import { invalidToken } from './token.ts';

/** Sets a new password by a link. All sessions of the person end. Throws `invalid_token`. */
export async function resetPassword(
  ctx: Ctx,
  request: Request,
  { token, password }: { token: string; password: string },
): Promise<void> {
  const row = await findToken(ctx, 'reset', token);
  const user = row.user_id === null ? undefined : await selectUser(ctx.db, row.user_id).get();
  if (user === undefined || user.email !== row.email) throw invalidToken();
  const now = ctx.now();
  const password_hash = await hashPassword(password);
  try {
    await commit(asPerson(ctx, user.id, ''), {
      statements: [
        useToken(ctx.db, row.id, now),
        useTokensOf(ctx.db, user.id, 'reset', now),
        useTokensOf(ctx.db, user.id, 'email', now),
        updateUser(ctx.db, user.id, { password_hash, updated_at: now }),
        deleteSessions(ctx.db, user.id, null),
      ],
      audit: await auditPerson(ctx, user.id, 'password.reset'),
      jobs: [passwordMail(ctx, request, user.id)],
    });
  } catch (error) {
    throw isTaken(error) ? invalidToken() : error;
  }
}

/**
 * Changes the password of the signed-in person. Other sessions end, this one gets another id, and a change of the address that was
 * requested is invalid. Throws `forbidden`, and `recent_sign_in_required` for an account without a password.
 */
export async function changePassword(
  ctx: Ctx,
  request: Request,
  { current_password, password }: ChangePassword,
): Promise<NewSession> {
  const person = personOf(ctx);
  const user = await currentUser(ctx);
  const undo = await countAttempt(ctx, 'sign_in', user.email);
  if (user.password_hash === null) await requireRecentSignIn(ctx);
  else if (!(await verifyPassword(user.password_hash, current_password ?? '')))
    throw new Failure('forbidden', 'The current password is wrong.');
  const session = await rotateSession(ctx, request, person.session_id);
  const password_hash = await hashPassword(password);
  const now = ctx.now();
  const unchanged = sql`${users.password_hash} is ${user.password_hash}`;
  await whileSignedIn(ctx, {
    statements: [
      requireSession(ctx.db, user.id, person.session_id, unchanged),
      updateUser(ctx.db, user.id, { password_hash, updated_at: now }),
      useTokensOf(ctx.db, user.id, 'email', now),
      deleteSessions(ctx.db, user.id, person.session_id),
      ...session.statements,
      ...undo,
    ],
    audit: await auditPerson(ctx, user.id, 'password.change'),
    jobs: [passwordMail(ctx, request, user.id)],
  });
  return session;
}

const passwordMail = (ctx: Ctx, request: Request, id: string) =>
  ({
    type: 'mail.send',
    mail: 'password_changed',
    id,
    origin: publicOrigin(ctx, request),
  }) as const;
