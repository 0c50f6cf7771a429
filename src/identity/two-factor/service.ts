import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { seal, unseal } from '../../platform/vault.ts';
import { Failure } from '../../shared/failure.ts';
import { publicOrigin } from '../mail/origin.ts';
import { countAttempt } from '../people/attempts.ts';
import { verifyPassword } from '../people/password.ts';
import { auditPerson, currentUser, personOf } from '../people/person.ts';
import { deleteRecoveryCodes, updateUser } from '../people/store.ts';
import { type NewSession, rotateSession } from '../sessions/new-session.ts';
import { requireRecentSignIn } from '../sessions/recent-sign-in.ts';
import { deleteSessions, requireSession } from '../sessions/store.ts';
import { whileSignedIn } from '../sessions/while-signed-in.ts';
import type { RecoveryCodes, StartTwoFactor, TwoFactorSecret } from './schema.ts';
import { planSecondFactor, recoveryHash, totpPlace, wrongCode } from './second-factor.ts';
import { insertRecoveryCodes, useStep } from './store.ts';
import { matchingStep, newTotpSecret, totpUri } from './totp.ts';

const codes = 10;
const codeLength = 10;

/** Returns a new secret for an authenticator, in force once a code of it is confirmed. Throws `forbidden`, `recent_sign_in_required`, `conflict`. */
export async function startTwoFactor(
  ctx: Ctx,
  { password }: StartTwoFactor,
): Promise<TwoFactorSecret> {
  const user = await currentUser(ctx);
  if (user.totp_confirmed_at !== null)
    throw new Failure('conflict', 'Two-factor sign-in is on. Turn it off first.');
  const undo = await countAttempt(ctx, 'sign_in', user.email);
  if (user.password_hash === null) await requireRecentSignIn(ctx);
  else if (!(await verifyPassword(user.password_hash, password ?? '')))
    throw new Failure('forbidden', 'The password is wrong.');
  const secret = newTotpSecret();
  const totp_secret = await seal(ctx.config, totpPlace(user.id), secret);
  await commit(ctx, {
    statements: [updateUser(ctx.db, user.id, { totp_secret, updated_at: ctx.now() }), ...undo],
  });
  return { secret, uri: totpUri(secret, user.email) };
}

/** Turns two-factor sign-in on. Other sessions end, and this one gets another token. Throws `forbidden`, `conflict`. */
export async function confirmTwoFactor(
  ctx: Ctx,
  request: Request,
  code: string,
): Promise<{ reply: RecoveryCodes; session: NewSession }> {
  const { session_id } = personOf(ctx);
  const user = await currentUser(ctx);
  if (user.totp_secret === null || user.totp_confirmed_at !== null)
    throw new Failure('conflict', 'Request a secret first, with two-factor sign-in off.');
  const undo = await countAttempt(ctx, 'sign_in', user.email);
  const now = ctx.now();
  const secret = await unseal(ctx.config, totpPlace(user.id), user.totp_secret);
  const step = await matchingStep(secret, code, now, user.totp_step);
  if (step === null) throw new Failure('forbidden', wrongCode().message);
  const recovery_codes = Array.from({ length: codes }, newRecoveryCode);
  const hashes = await Promise.all(recovery_codes.map((one) => recoveryHash(user.id, one)));
  const session = await rotateSession(ctx, request, session_id);
  const audit = await auditPerson(ctx, user.id, 'two_factor.enable');
  await used(() =>
    whileSignedIn(ctx, {
      statements: [
        requireSession(ctx.db, user.id, session_id),
        useStep(ctx.db, user.id, step),
        updateUser(ctx.db, user.id, { totp_confirmed_at: now, updated_at: now }),
        deleteRecoveryCodes(ctx.db, user.id),
        insertRecoveryCodes(ctx.db, user.id, hashes),
        deleteSessions(ctx.db, user.id, session_id),
        ...session.statements,
        ...undo,
      ],
      audit,
      jobs: [
        {
          type: 'mail.send',
          mail: 'two_factor_on',
          id: user.id,
          origin: publicOrigin(ctx, request),
        },
      ],
    }),
  );
  return { reply: { recovery_codes }, session };
}

/** Turns two-factor sign-in off, with a code. Throws `forbidden`, `conflict`. */
export async function disableTwoFactor(
  ctx: Ctx,
  request: Request,
  code: string,
): Promise<NewSession> {
  const { session_id } = personOf(ctx);
  const user = await currentUser(ctx);
  if (user.totp_confirmed_at === null) throw new Failure('conflict', 'Two-factor sign-in is off.');
  const undo = await countAttempt(ctx, 'sign_in', user.email);
  const factor = await planSecondFactor(ctx, user, code).catch((error: unknown) => {
    throw error instanceof Failure && error.code === 'unauthenticated'
      ? new Failure('forbidden', error.message)
      : error;
  });
  const session = await rotateSession(ctx, request, session_id);
  const off = { totp_secret: null, totp_confirmed_at: null, updated_at: ctx.now() };
  await used(async () =>
    whileSignedIn(ctx, {
      statements: [
        requireSession(ctx.db, user.id, session_id),
        ...factor,
        updateUser(ctx.db, user.id, off),
        deleteRecoveryCodes(ctx.db, user.id),
        ...session.statements,
        ...undo,
      ],
      audit: await auditPerson(ctx, user.id, 'two_factor.disable'),
      jobs: [
        {
          type: 'mail.send',
          mail: 'two_factor_off',
          id: user.id,
          origin: publicOrigin(ctx, request),
        },
      ],
    }),
  );
  return session;
}

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZ23456789';

/** 50 random bits, in two groups. */
function newRecoveryCode(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(codeLength));
  const text = [...bytes].map((byte) => alphabet[byte % alphabet.length]).join('');
  return `${text.slice(0, 5)}-${text.slice(5)}`;
}

/** Converts the error of a code that a parallel request has used. */
async function used<Result>(run: () => Promise<Result>): Promise<Result> {
  try {
    return await run();
  } catch (error) {
    if (!isGuardViolation(error, 'users.name')) throw error;
    throw new Failure('forbidden', wrongCode().message);
  }
}
