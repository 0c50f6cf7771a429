import { isUniqueViolation } from '../../db/errors.ts';
import type { TokenPurpose } from '../../db/schema/people.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import type { Job } from '../../platform/job.ts';
import { Failure } from '../../shared/failure.ts';
import { publicOrigin } from '../mail/origin.ts';
import { countAttempt } from '../people/attempts.ts';
import { asPerson, auditPerson, currentUser, personOf } from '../people/person.ts';
import { findToken, isTaken } from '../people/sign-up.ts';
import { insertToken, type TokenRow, updateUser, useToken, useTokensOf } from '../people/store.ts';
import { invalidToken, tokenLasts } from '../people/token.ts';
import { requireRecentSignIn } from '../sessions/recent-sign-in.ts';
import { deleteSessions, requireSession, selectUser } from '../sessions/store.ts';
import { whileSignedIn } from '../sessions/while-signed-in.ts';
import {
  deleteIdentitiesSince,
  deletePasskeysSince,
  insertOwnToken,
  restoreEmail,
} from './store.ts';

type Mail = Extract<Job, { type: 'mail.send' }>['mail'];

const mailOf = (ctx: Ctx, request: Request, mail: Mail, id: string) =>
  ({ type: 'mail.send', mail, id, origin: publicOrigin(ctx, request) }) as const;

function newToken(
  ctx: Ctx,
  user_id: string,
  purpose: TokenPurpose,
  email: string,
  created_at: number,
): TokenRow {
  const expires_at = ctx.now() + tokenLasts[purpose];
  return { id: ctx.newId('tok'), purpose, email, user_id, used_at: null, created_at, expires_at };
}

/**
 * Sends a link to the new address, and a notice to the present one by which the change can be refused. The reply, the
 * writes and the jobs are the same whether another account has the new address or not. A later request replaces an
 * earlier one. Throws `conflict` for the present address, `recent_sign_in_required`, `rate_limited`.
 */
export async function requestEmailChange(ctx: Ctx, request: Request, email: string): Promise<void> {
  await requireRecentSignIn(ctx);
  const user = await currentUser(ctx);
  if (user.email === email) throw new Failure('conflict', 'The account has this address already.');
  await countAttempt(ctx, 'mail', email);
  const now = ctx.now();
  const confirmation = newToken(ctx, user.id, 'email', email, now);
  const revocation = newToken(ctx, user.id, 'email_revoke', user.email, now);
  await whileSignedIn(ctx, {
    statements: [
      requireSession(ctx.db, user.id, personOf(ctx).session_id),
      useTokensOf(ctx.db, user.id, 'email', now),
      insertOwnToken(ctx.db, confirmation),
      insertOwnToken(ctx.db, revocation),
    ],
    audit: await auditPerson(ctx, user.id, 'email.request'),
    jobs: [
      mailOf(ctx, request, 'email_change', confirmation.id),
      mailOf(ctx, request, 'email_notice', revocation.id),
    ],
  });
}

/** Returns the token and its account. Throws `invalid_token`, and `rate_limited` after many wrong ones. */
async function findOwnToken(ctx: Ctx, purpose: TokenPurpose, token: string) {
  const row = await findToken(ctx, purpose, token);
  const user = row.user_id === null ? undefined : await selectUser(ctx.db, row.user_id).get();
  if (user === undefined) throw invalidToken();
  return { row, user };
}

/**
 * Changes the address of an account by the link that was sent to the new one. All sessions of the person end, and links
 * that were sent to the former address are invalid. Throws `invalid_token`, and `conflict` when another account has the
 * address by now.
 */
export async function confirmEmailChange(ctx: Ctx, request: Request, token: string): Promise<void> {
  const { row, user } = await findOwnToken(ctx, 'email', token);
  const now = ctx.now();
  const revocation = newToken(ctx, user.id, 'email_revoke', user.email, row.created_at);
  await orConflict(async () =>
    commit(asPerson(ctx, user.id, ''), {
      statements: [
        useToken(ctx.db, row.id, now),
        useTokensOf(ctx.db, user.id, 'reset', now),
        useTokensOf(ctx.db, user.id, 'link', now),
        updateUser(ctx.db, user.id, { email: row.email, updated_at: now }),
        deleteSessions(ctx.db, user.id, null),
        insertOwnToken(ctx.db, revocation),
      ],
      audit: await auditPerson(ctx, user.id, 'email.change'),
      jobs: [mailOf(ctx, request, 'email_changed', revocation.id)],
    }),
  );
}

/**
 * Refuses or undoes a change by the link in the notice to the former address. Whoever has requested it knows how to sign in: the
 * password, all sessions, and the identities, passkeys and second factor added since are removed, and mail with a link for a new
 * password is sent. Throws `invalid_token`, and `conflict` when another account has the address by now.
 */
export async function revokeEmailChange(ctx: Ctx, request: Request, token: string): Promise<void> {
  const { row, user } = await findOwnToken(ctx, 'email_revoke', token);
  const now = ctx.now();
  const since = row.created_at;
  const { id, expires_at, ...reset } = newToken(ctx, user.id, 'reset', row.email, now);
  const purposes = ['email', 'email_revoke', 'reset', 'link'] as const;
  await orConflict(async () =>
    commit(asPerson(ctx, user.id, ''), {
      statements: [
        useToken(ctx.db, row.id, now),
        ...purposes.map((purpose) => useTokensOf(ctx.db, user.id, purpose, now)),
        restoreEmail(ctx.db, user.id, { email: row.email, since, now }),
        deleteIdentitiesSince(ctx.db, user.id, since),
        deletePasskeysSince(ctx.db, user.id, since),
        deleteSessions(ctx.db, user.id, null),
        insertToken(ctx.db, { ...reset, id, expires_at }),
      ],
      audit: await auditPerson(ctx, user.id, 'email.revoke'),
      jobs: [mailOf(ctx, request, 'reset', id)],
    }),
  );
}

async function orConflict(run: () => Promise<unknown>): Promise<void> {
  try {
    await run();
  } catch (error) {
    // Whoever holds the link receives mail at the address, and may know that it has an account.
    if (isUniqueViolation(error, 'users.email'))
      throw new Failure('conflict', 'Another account has this address.');
    throw isTaken(error) ? invalidToken() : error;
  }
}
