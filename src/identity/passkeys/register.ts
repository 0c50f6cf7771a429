import { isGuardViolation, isUniqueViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { publicHosts, publicOrigin } from '../mail/origin.ts';
import { countAttempt } from '../people/attempts.ts';
import { verifyPassword } from '../people/password.ts';
import { auditPerson, currentUser, personOf } from '../people/person.ts';
import type { UserRow } from '../people/store.ts';
import { requireRecentSignIn } from '../sessions/recent-sign-in.ts';
import { requireSession } from '../sessions/store.ts';
import { whileSignedIn } from '../sessions/while-signed-in.ts';
import { planSecondFactor } from '../two-factor/second-factor.ts';
import { algorithms } from './algorithms.ts';
import { handleOf } from './assertion.ts';
import { challengeLasts, newChallenge, type OpenChallenge, readChallenge } from './challenge.ts';
import { relyingParty } from './relying-party.ts';
import { bytesOf, challengeOf, PasskeyRefusal } from './response.ts';
import {
  type CreatePasskey,
  type Passkey,
  type PasskeyRegistrationOptions,
  type RegistrationCredential,
  type StartPasskeyRegistration,
  toPasskey,
} from './schema.ts';
import {
  insertPasskey,
  maxPasskeys,
  type PasskeyRow,
  selectPasskeys,
  useChallenge,
} from './store.ts';

/** Returns the options of a new passkey, once the person has proven again who they are. Throws `forbidden`, `recent_sign_in_required`, `conflict`, `second_factor_required`. */
export async function startRegistration(
  ctx: Ctx,
  request: Request,
  proof: StartPasskeyRegistration,
): Promise<PasskeyRegistrationOptions> {
  const { host } = relyingParty(ctx, request);
  const { session_id } = personOf(ctx);
  const user = await currentUser(ctx);
  await proveAgain(ctx, user, proof);
  const known = await selectPasskeys(ctx.db, user.id, null, maxPasskeys).all();
  if (known.length >= maxPasskeys) throw tooMany();
  return {
    challenge: await newChallenge(ctx, 'register', session_id),
    rp: { id: host, name: 'AgentGrid' },
    user: { id: handleOf({ user_id: user.id }), name: user.email, displayName: user.name },
    pubKeyCredParams: Object.values(algorithms).map((alg) => ({ type: 'public-key', alg })),
    timeout: challengeLasts,
    excludeCredentials: known.map(({ credential_id, transports }) => ({
      type: 'public-key',
      id: credential_id,
      transports,
    })),
    authenticatorSelection: {
      residentKey: 'required',
      requireResidentKey: true,
      userVerification: 'required',
    },
    attestation: 'none',
  };
}

const tooMany = () =>
  new Failure('conflict', `An account has at most ${maxPasskeys} passkeys. Delete one first.`);

/** Requires the password, else a recent sign-in, and the second factor of an account that has one: a passkey stands for both. */
async function proveAgain(
  ctx: Ctx,
  user: UserRow,
  { password, code }: StartPasskeyRegistration,
): Promise<void> {
  const undo = await countAttempt(ctx, 'sign_in', user.email);
  if (user.password_hash !== null) {
    if (!(await verifyPassword(user.password_hash, password ?? '')))
      throw new Failure('forbidden', 'The password is wrong.');
  } else await requireRecentSignIn(ctx);
  const factor = await planSecondFactor(ctx, user, code).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'unauthenticated'
      ? new Failure('forbidden', error.message)
      : error;
  });
  try {
    await commit(ctx, { statements: [...factor, ...undo] });
  } catch (error) {
    if (!isGuardViolation(error, 'users.name')) throw error;
    throw new Failure('forbidden', 'The code is wrong or has been used.');
  }
}

/** Adds a passkey to the signed-in person, who gets mail about it. Throws `validation_failed`, `conflict`. */
export async function createPasskey(
  ctx: Ctx,
  request: Request,
  { name, credential }: CreatePasskey,
): Promise<Passkey> {
  const { id: user_id, session_id } = personOf(ctx);
  const { host } = relyingParty(ctx, request);
  const { challenge, created } = await verifyRegistration(ctx, request, session_id, credential);
  const { public_key, credential_id, sign_count, aaguid, backup_eligible, backed_up } = created;
  const row: PasskeyRow = {
    ...{ id: ctx.newId('psk'), user_id, credential_id, public_key, host, sign_count, aaguid },
    ...{ backup_eligible, backed_up, name },
    transports: credential.response.transports ?? [],
    created_at: ctx.now(),
    last_used_at: null,
  };
  const reply = toPasskey(row, publicHosts(ctx, request));
  try {
    await whileSignedIn(ctx, {
      statements: [
        requireSession(ctx.db, user_id, session_id),
        useChallenge(ctx.db, challenge),
        insertPasskey(ctx.db, row),
      ],
      audit: await auditPerson(ctx, user_id, 'passkey.create', { passkey: row.id }),
      jobs: [
        {
          type: 'mail.send',
          mail: 'passkey_added',
          id: user_id,
          origin: publicOrigin(ctx, request),
        },
      ],
      reply,
    });
  } catch (error) {
    if (isUniqueViolation(error, 'used_challenges.hash')) throw refusedFor(expired);
    if (isUniqueViolation(error, 'passkeys.credential_id'))
      throw new Failure('conflict', 'This passkey is registered already.');
    throw isGuardViolation(error, 'passkeys.user_id') ? tooMany() : error;
  }
  return reply;
}

const expired = 'the challenge has expired, was answered before or is of another session';
const refusedFor = (reason: string) => invalid('/credential', `Is not accepted: ${reason}.`);

async function verifyRegistration(
  ctx: Ctx,
  request: Request,
  session_id: string,
  { id, response }: RegistrationCredential,
) {
  const party = relyingParty(ctx, request);
  try {
    const found = challengeOf(bytesOf(response.clientDataJSON), 'webauthn.create', party);
    const challenge: OpenChallenge | null = await readChallenge(ctx, 'register', session_id, found);
    if (challenge === null) throw new PasskeyRefusal(expired);
    const { readAttestation } = await import('./attestation.ts');
    const created = await readAttestation(bytesOf(response.attestationObject), party);
    if (!created.user_verified)
      throw new PasskeyRefusal('the authenticator has not verified its user');
    if (created.credential_id !== id) throw new PasskeyRefusal('the ids differ');
    return { challenge, created };
  } catch (error) {
    throw error instanceof PasskeyRefusal ? refusedFor(error.message) : error;
  }
}
