import type { Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { unseal } from '../../platform/vault.ts';
import { sha256 } from '../../shared/digest.ts';
import { Failure } from '../../shared/failure.ts';
import type { UserRow } from '../people/store.ts';
import { deleteRecoveryCode, useStep } from './store.ts';
import { matchingStep } from './totp.ts';

/** The place of a sealed secret: it belongs to no workspace. */
export const totpPlace = (user_id: string) => ({
  workspace_id: '',
  record: user_id,
  field: 'totp_secret',
});

/** The stored form of a recovery code, however it is typed. */
export const recoveryHash = (user_id: string, code: string) =>
  sha256(`${user_id}:${code.toUpperCase().replaceAll(/[^A-Z0-9]/g, '')}`);

/**
 * Returns the statements of a sign-in with the second factor of an account; none where it has none. A recovery code is
 * used up at once. Throws `second_factor_required` without a code, `unauthenticated` for a wrong one.
 */
export async function planSecondFactor(
  ctx: Ctx,
  user: UserRow,
  code: string | undefined,
): Promise<Statement[]> {
  if (user.totp_secret === null || user.totp_confirmed_at === null) return [];
  if (code === undefined)
    throw new Failure(
      'second_factor_required',
      'This account uses two-factor sign-in. Send the code of the authenticator, or a recovery code, as `code`.',
    );
  const digits = code.replaceAll(/\s/g, '');
  if (/^\d{6}$/.test(digits)) {
    const secret = await unseal(ctx.config, totpPlace(user.id), user.totp_secret);
    const step = await matchingStep(secret, digits, ctx.now(), user.totp_step);
    if (step !== null) return [useStep(ctx.db, user.id, step)];
  } else {
    const [used] = await deleteRecoveryCode(ctx.db, user.id, await recoveryHash(user.id, code));
    if (used !== undefined) return [];
  }
  throw wrongCode();
}

export const wrongCode = () =>
  new Failure('unauthenticated', 'The code is wrong or has been used.');
