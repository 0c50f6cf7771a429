import type { Statement } from '../../db/client.ts';
import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { readCookie } from '../sessions/cookie.ts';
import { type ChallengePurpose, readChallenge } from './challenge.ts';
import { type RelyingParty, relyingParty } from './relying-party.ts';
import { bytesOf, challengeOf, PasskeyRefusal, readAuthenticatorData } from './response.ts';
import type { AssertionCredential } from './schema.ts';
import { countUse, type PasskeyRow, selectPasskeyByCredential, useChallengeBy } from './store.ts';

/** The passkey that has answered a challenge. The statements record it, and fail when another request has been faster. */
export interface Assertion {
  readonly passkey: PasskeyRow;
  readonly statements: readonly Statement[];
}

/**
 * Verifies the answer of a passkey to a challenge of this browser. To sign in, the authenticator must have verified its user.
 * Throws `unauthenticated`, with one text for unknown passkeys and wrong answers.
 */
export async function verifyAssertion(
  ctx: Ctx,
  request: Request,
  purpose: Exclude<ChallengePurpose, 'register'>,
  credential: AssertionCredential,
): Promise<Assertion> {
  const party = relyingParty(ctx, request);
  try {
    return await verifyOrRefuse(ctx, party, readCookie(request, 'passkey'), purpose, credential);
  } catch (error) {
    if (!(error instanceof PasskeyRefusal)) throw error;
    ctx.log.warn('passkey_refused', { reason: error.message });
    throw refused();
  }
}

export const refused = () =>
  new Failure(
    'unauthenticated',
    'The passkey was not accepted, or the request for it has expired. Try again, or sign in another way.',
  );

/** Returns true when the passkey or the challenge was used, or the passkey deleted, by another request. */
export const isUsed = (error: unknown): boolean =>
  isGuardViolation(error, 'passkeys.name') ||
  isGuardViolation(error, 'used_challenges.hash') ||
  isUniqueViolation(error, 'used_challenges.hash');

async function verifyOrRefuse(
  ctx: Ctx,
  party: RelyingParty,
  cookie: string | null,
  purpose: Exclude<ChallengePurpose, 'register'>,
  { id, response }: AssertionCredential,
): Promise<Assertion> {
  if (cookie === null || cookie === '') throw new PasskeyRefusal('the browser has no challenge');
  const clientData = bytesOf(response.clientDataJSON);
  const challenge = await readChallenge(
    ctx,
    purpose,
    cookie,
    challengeOf(clientData, 'webauthn.get', party),
  );
  if (challenge === null)
    throw new PasskeyRefusal('the challenge has expired or is of another browser or purpose');
  const passkey = await selectPasskeyByCredential(ctx.db, id).get();
  if (passkey === undefined) throw new PasskeyRefusal('the passkey is unknown');
  const { userHandle = null } = response;
  // A passkey that signs in names its user; one that is a second factor need not.
  const isOwn = userHandle === null ? purpose !== 'sign_in' : userHandle === handleOf(passkey);
  if (!isOwn) throw new PasskeyRefusal('the passkey names another user');
  const bytes = bytesOf(response.authenticatorData);
  const data = await readAuthenticatorData(bytes, party);
  if (purpose === 'sign_in' && !data.user_verified)
    throw new PasskeyRefusal('the authenticator has not verified its user');
  if (data.backup_eligible !== passkey.backup_eligible)
    throw new PasskeyRefusal('the passkey has changed its kind');
  const { isSignedBy } = await import('./signature.ts');
  const signature = bytesOf(response.signature);
  if (!(await isSignedBy(passkey.public_key, bytes, clientData, signature)))
    throw new PasskeyRefusal('the signature is wrong');
  const { sign_count, backed_up } = data;
  if ((sign_count > 0 || passkey.sign_count > 0) && sign_count <= passkey.sign_count)
    throw new PasskeyRefusal(`the counter of ${passkey.id} went back: it may have been copied`);
  return {
    passkey,
    statements: [
      useChallengeBy(ctx.db, challenge, passkey.id),
      countUse(ctx.db, passkey.id, { sign_count, backed_up, now: ctx.now() }),
    ],
  };
}

/** Returns the statements of a sign-in with a passkey of the account as its second factor. Throws `unauthenticated`. */
export async function planPasskeyFactor(
  ctx: Ctx,
  request: Request,
  user: { readonly id: string },
  credential: AssertionCredential,
): Promise<readonly Statement[]> {
  const { passkey, statements } = await verifyAssertion(ctx, request, 'second_factor', credential);
  if (passkey.user_id === user.id) return statements;
  ctx.log.warn('passkey_refused', { reason: 'the passkey is of another account' });
  throw refused();
}

/** Returns `user.id` of a person in WebAuthn: the id of the account, in base64url. */
export const handleOf = ({ user_id }: { readonly user_id: string }): string =>
  btoa(user_id).replace(/=+$/, '');
