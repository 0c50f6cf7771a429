import { batch } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import type { TokenPurpose } from '../../db/schema/people.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { publicOrigin } from '../mail/origin.ts';
import { refuseForeignSignIn } from '../sessions/cookie.ts';
import { newSession } from '../sessions/new-session.ts';
import { countAttempt } from './attempts.ts';
import { hashPassword } from './password.ts';
import {
  insertToken,
  insertUser,
  selectToken,
  type TokenRow,
  type UserRow,
  useToken,
} from './store.ts';
import { invalidToken, readToken, tokenLasts } from './token.ts';

/**
 * Sends a link to an address. The reply, the writes and the job are the same whether the address has an account or not;
 * the job decides what the mail says.
 */
export async function requestMail(
  ctx: Ctx,
  request: Request,
  purpose: Extract<TokenPurpose, 'sign_up' | 'reset'>,
  email: string,
): Promise<void> {
  if (purpose === 'sign_up' && ctx.config.sign_up !== 'open')
    throw new Failure('forbidden', 'This deployment is by invitation only.');
  await countAttempt(ctx, 'mail', email);
  const now = ctx.now();
  const id = ctx.newId('tok');
  const row = { id, purpose, email, used_at: null, created_at: now };
  await commit(ctx, {
    statements: [insertToken(ctx.db, { ...row, expires_at: now + tokenLasts[purpose] })],
    jobs: [{ type: 'mail.send', mail: purpose, id, origin: publicOrigin(ctx, request) }],
  });
}

/** Returns the unused row of a token. Throws `invalid_token`, and `rate_limited` after many wrong ones from one IP. */
export async function findToken(ctx: Ctx, purpose: TokenPurpose, token: string): Promise<TokenRow> {
  const undo = await countAttempt(ctx, 'token', null);
  const { id } = await readToken(ctx.config, purpose, token);
  const row = await selectToken(ctx.db, id).get();
  if (row === undefined || row.used_at !== null || row.expires_at <= ctx.now())
    throw invalidToken();
  await batch(ctx.db, undo);
  return row;
}

/** Creates the account of an address that a link was sent to, and signs in. Throws `invalid_token`. */
export async function completeSignUp(
  ctx: Ctx,
  request: Request,
  { token, name, password }: { token: string; name: string; password: string },
) {
  refuseForeignSignIn(request);
  const row = await findToken(ctx, 'sign_up', token);
  if (row.user_id !== null) throw invalidToken();
  const user = newUser(ctx, {
    email: row.email,
    name,
    password_hash: await hashPassword(password),
  });
  const session = await newSession(ctx, request, { user_id: user.id, method: 'password' });
  try {
    await commit(ctx, {
      statements: [
        useToken(ctx.db, row.id, ctx.now()),
        insertUser(ctx.db, user),
        ...session.statements,
      ],
    });
  } catch (error) {
    throw isTaken(error) ? invalidToken() : error;
  }
  return { user_id: user.id, session };
}

/** Returns true when a token was used, or an account created, by another request. */
export const isTaken = (error: unknown): boolean =>
  isGuardViolation(error, 'user_tokens.purpose') || isUniqueViolation(error, 'users.email');

/** Returns the row of a new account. */
export function newUser(
  ctx: Ctx,
  about: Pick<UserRow, 'email' | 'name' | 'password_hash'>,
): UserRow {
  const now = ctx.now();
  return {
    id: ctx.newId('usr'),
    ...about,
    totp_secret: null,
    totp_confirmed_at: null,
    totp_step: 0,
    created_at: now,
    updated_at: now,
    deleted_at: null,
  };
}
