import { type SQL, sql } from 'drizzle-orm';
import { isGuardViolation } from '../../db/errors.ts';
import { users } from '../../db/schema/people.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { sha256 } from '../../shared/digest.ts';
import { Failure } from '../../shared/failure.ts';
import { isUsed, planPasskeyFactor, refused } from '../passkeys/assertion.ts';
import {
  readSessionCookie,
  refuseCrossSite,
  refuseForeignSignIn,
  sessionCookie,
} from '../sessions/cookie.ts';
import { type NewSession, newSession } from '../sessions/new-session.ts';
import { deleteSessionOfToken } from '../sessions/store.ts';
import { isProofGone } from '../sessions/while-signed-in.ts';
import { planSecondFactor, wrongCode } from '../two-factor/second-factor.ts';
import { countAttempt } from './attempts.ts';
import { verifyPassword } from './password.ts';
import { asPerson, auditPerson } from './person.ts';
import type { SignIn } from './schema.ts';
import { selectUserByEmail, type UserRow } from './store.ts';

export interface SignedIn {
  readonly user_id: string;
  readonly session: NewSession;
}

/**
 * Signs in by address and password, and by a code or a passkey where the account requires one. Wrong addresses and wrong passwords
 * get the same answer after the same work. Throws `unauthenticated`, `second_factor_required`, `rate_limited`.
 */
export async function signIn(
  ctx: Ctx,
  request: Request,
  { email, password, code, passkey }: SignIn,
): Promise<SignedIn> {
  refuseForeignSignIn(request);
  const undo = await countAttempt(ctx, 'sign_in', email);
  const user = await selectUserByEmail(ctx.db, email).get();
  const isRight = await verifyPassword(user?.password_hash ?? null, password);
  if (user === undefined || !isRight) throw wrongPassword();
  const factor =
    passkey === undefined
      ? await planSecondFactor(ctx, user, code)
      : await planPasskeyFactor(ctx, request, user, passkey);
  try {
    const proof = isUnchanged(user);
    return await startSession(ctx, request, user.id, 'password', [...factor, ...undo], proof);
  } catch (error) {
    if (isUsed(error)) throw refused();
    if (isProofGone(error)) throw wrongPassword();
    throw isGuardViolation(error, 'users.name') ? wrongCode() : error;
  }
}

const wrongPassword = () => new Failure('unauthenticated', 'The address or the password is wrong.');

/** The condition that the account has the address, the password and the kind of second factor with which they were compared. */
const isUnchanged = ({ email, password_hash, totp_confirmed_at }: UserRow): SQL =>
  sql`${users.email} = ${email} and ${users.password_hash} is ${password_hash} and ${users.totp_confirmed_at} is ${totp_confirmed_at}`;

/** Starts a session for a person who has proven who they are. The session of the request's cookie ends. */
export async function startSession(
  ctx: Ctx,
  request: Request,
  user_id: string,
  method: string,
  statements: Parameters<typeof commit>[1]['statements'] = [],
  proof?: SQL,
): Promise<SignedIn> {
  const session = await newSession(ctx, request, { user_id, method, proof });
  const audit = await auditPerson(ctx, user_id, 'session.create', { method });
  await commit(asPerson(ctx, user_id, session.session_id), {
    statements: [...session.statements, ...statements],
    audit,
  });
  return { user_id, session };
}

/** Ends the session of a request. Returns a cookie that clears the browser's; does nothing without one. */
export async function signOut(ctx: Ctx, request: Request): Promise<Response> {
  const token = readSessionCookie(request);
  if (token === null) return new Response(null, { status: 204 });
  refuseCrossSite(request);
  await deleteSessionOfToken(ctx.db, await sha256(token));
  const headers = { 'set-cookie': sessionCookie(request.url, '', 0), 'clear-site-data': '"cache"' };
  return new Response(null, { status: 204, headers });
}
