import type { Ctx } from '../../platform/context.ts';
import { Failure } from '../../shared/failure.ts';
import { minute } from '../../shared/time.ts';
import { personOf } from '../people/person.ts';
import { selectSessionById } from './store.ts';

/** Time after a sign-in in which the person may change how they sign in, or delete the account. */
const recentFor = 15 * minute;

/**
 * Throws `recent_sign_in_required` unless the session of the request has begun lately: a browser that was left open, or a
 * stolen cookie, is not enough to take an account over.
 */
export async function requireRecentSignIn(ctx: Ctx): Promise<void> {
  const { id, session_id } = personOf(ctx);
  const session = await selectSessionById(ctx.db, id, session_id).get();
  if (session === undefined) throw new Failure('unauthenticated', 'The session has ended.');
  if (session.created_at + recentFor <= ctx.now())
    throw new Failure(
      'recent_sign_in_required',
      `Sign in again: this requires a sign-in within the last ${recentFor / minute} minutes.`,
    );
}
