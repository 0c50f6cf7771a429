import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { selectIdentity } from '../identities/store.ts';
import { countAttempt } from '../people/attempts.ts';
import type { SignedIn } from '../people/sign-in.ts';
import { readCookie, refuseCrossSite, writeCookie } from '../sessions/cookie.ts';
import { selectUser } from '../sessions/store.ts';
import { isProofGone } from '../sessions/while-signed-in.ts';
import { planSecondFactor, wrongCode } from '../two-factor/second-factor.ts';
import { readPending } from './pending-factor.ts';
import { startProviderSession } from './session.ts';

const expired = () =>
  new Failure('invalid_token', 'The sign-in has expired. Start again at the identity provider.');

/** Returns the header that clears the cookie of a sign-in that lacks the second factor. */
export const clearPending = (request: Request) => writeCookie(request.url, 'second_factor', '', 0);

/**
 * Finishes a sign-in that a provider has begun, by the second factor of the account. An identity that was found by its
 * address is linked now, and not before. Throws `invalid_token`, `unauthenticated`, `rate_limited`.
 */
export async function finishBySecondFactor(
  ctx: Ctx,
  request: Request,
  code: string,
): Promise<SignedIn> {
  refuseCrossSite(request);
  const cookie = readCookie(request, 'second_factor');
  const pending = cookie === null ? null : await readPending(ctx, cookie);
  const user = pending === null ? undefined : await selectUser(ctx.db, pending.user_id).get();
  if (pending === null || user?.updated_at !== pending.updated_at) throw expired();
  const { issuer, subject, provider, email } = pending;
  const linked = await selectIdentity(ctx.db, issuer, subject).get();
  // An identity that was unlinked since, or is that of another person, signs nobody in.
  const isOwn = pending.is_linked ? linked?.user_id === user.id : linked === undefined;
  if (!isOwn || user.totp_confirmed_at === null) throw expired();
  const undo = await countAttempt(ctx, 'sign_in', user.email);
  const factor = await planSecondFactor(ctx, user, code);
  try {
    const session = await startProviderSession(ctx, request, {
      user_id: user.id,
      provider,
      identity: { issuer, subject, email },
      creates: pending.is_linked ? null : 'identity',
      after: [...factor, ...undo],
    });
    return { user_id: user.id, session };
  } catch (error) {
    if (isGuardViolation(error, 'users.name')) throw wrongCode();
    throw isProofGone(error) ||
      isUniqueViolation(error, 'user_identities.issuer', 'user_identities.subject') ||
      isGuardViolation(error, 'user_identities.user_id')
      ? expired()
      : error;
  }
}
