import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { toBase64Url } from '../../shared/digest.ts';
import { countAttempt } from '../people/attempts.ts';
import { type SignedIn, startSession } from '../people/sign-in.ts';
import { refuseForeignSignIn, writeCookie } from '../sessions/cookie.ts';
import { isUsed, refused, verifyAssertion } from './assertion.ts';
import { type ChallengePurpose, challengeLasts, newChallenge } from './challenge.ts';
import { relyingParty } from './relying-party.ts';
import type { AssertionCredential, PasskeySignInOptions } from './schema.ts';

/**
 * Returns a challenge for any passkey of this host, the same for everybody, and the cookie of the browser that may answer it. Nothing is
 * stored.
 */
export async function startPasskeySignIn(
  ctx: Ctx,
  request: Request,
  purpose: Exclude<ChallengePurpose, 'register'>,
): Promise<{ readonly reply: PasskeySignInOptions; readonly cookie: string }> {
  refuseForeignSignIn(request);
  const { host } = relyingParty(ctx, request);
  const browser = toBase64Url(crypto.getRandomValues(new Uint8Array(32)));
  const cookie = writeCookie(request.url, 'passkey', browser, challengeLasts);
  const reply: PasskeySignInOptions = {
    challenge: await newChallenge(ctx, purpose, browser),
    rpId: host,
    timeout: challengeLasts,
    userVerification: purpose === 'sign_in' ? 'required' : 'preferred',
    allowCredentials: [],
  };
  return { reply, cookie };
}

/** Signs in by a passkey, which counts as two factors. Throws `unauthenticated`, `rate_limited`. */
export async function signInWithPasskey(
  ctx: Ctx,
  request: Request,
  credential: AssertionCredential,
): Promise<SignedIn> {
  refuseForeignSignIn(request);
  const undo = await countAttempt(ctx, 'sign_in', null);
  const { passkey, statements } = await verifyAssertion(ctx, request, 'sign_in', credential);
  const all: Statement[] = [...statements, ...undo];
  try {
    return await startSession(ctx, request, passkey.user_id, 'passkey', all);
  } catch (error) {
    throw isUsed(error) ? refused() : error;
  }
}

/** Returns a cookie that ends the challenge of a browser. */
export const endedChallenge = (request: Request): string =>
  writeCookie(request.url, 'passkey', '', 0);
