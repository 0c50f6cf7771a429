import type { Statements } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { type Change, commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';

/** Returns true when what has proven the person of a new session was changed or removed in the meantime. */
export const isProofGone = (error: unknown): boolean =>
  isGuardViolation(error, 'user_sessions.user_id');

/** Commits a change that begins with `requireSession`. Throws `unauthenticated` when the session has ended in the meantime. */
export async function whileSignedIn<const Batch extends Statements>(
  ctx: Ctx,
  change: Change<Batch>,
) {
  try {
    return await commit(ctx, change);
  } catch (error) {
    if (!isGuardViolation(error, 'users.email')) throw error;
    throw new Failure('unauthenticated', 'The session has ended. Sign in again.');
  }
}
