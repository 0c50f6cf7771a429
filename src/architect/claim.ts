import { batch } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import type { Ctx } from '../platform/context.ts';
import { Failure, notFound } from '../shared/failure.ts';
import { minute } from '../shared/time.ts';
import {
  claimSession,
  releaseClaim,
  releaseSession,
  type SessionRow,
  selectSession,
} from './store.ts';

/** Longer than a run of the architect may take. A request that died releases the session after this time. */
const maxDuration = 10 * minute;

/** Returns a session. Throws `not_found`. */
export async function findSession(ctx: Ctx, id: string): Promise<SessionRow> {
  const row = await selectSession(ctx.db, ctx.workspace_id, id).get();
  if (row === undefined) throw notFound('architect session');
  return row;
}

/**
 * Runs `work` while no other request can change the session. Throws `not_found`, `session_busy`, and `conflict` for a
 * session whose agent has been created.
 */
export async function withSession<Result>(
  ctx: Ctx,
  id: string,
  work: (session: SessionRow) => Promise<Result>,
): Promise<Result> {
  const session = await reserveSession(ctx, id);
  return whileReserved(ctx, session, work);
}

/** Reserves a session for this request. Throws like `withSession`. */
export async function reserveSession(ctx: Ctx, id: string): Promise<SessionRow> {
  const now = ctx.now();
  const until = now + maxDuration;
  const [session] = await claimSession(ctx.db, ctx.workspace_id, id, now, until)
    .all()
    .catch(async (error: unknown) => {
      // The response may have been lost, and a retry would be refused until the claim ends.
      await batch(ctx.db, [releaseClaim(ctx.db, ctx.workspace_id, id, until)]);
      throw error;
    });
  if (session !== undefined) return session;
  const { agent_id } = await findSession(ctx, id);
  if (agent_id !== null)
    throw new Failure(
      'conflict',
      'The agent of this session has been created. Change the agent itself, or start another session.',
      {
        extra: { agent_id },
      },
    );
  throw new Failure(
    'session_busy',
    'Another request changes this session. Retry when it has ended.',
    {
      retryAfter: 2,
    },
  );
}

/** Runs work on a reserved session, and releases it if the work fails. */
export async function whileReserved<Result>(
  ctx: Ctx,
  session: SessionRow,
  work: (session: SessionRow) => Promise<Result>,
): Promise<Result> {
  const done = work(session).catch(async (error: unknown) => {
    await batch(ctx.db, [releaseSession(ctx.db, session)]);
    throw isLost(error)
      ? new Failure('conflict', 'The session was changed or deleted concurrently. Read it again.')
      : error;
  });
  // The work goes on when the client disconnects.
  ctx.defer(
    done.then(
      () => undefined,
      () => undefined,
    ),
  );
  return done;
}

const isLost = (error: unknown): boolean =>
  isGuardViolation(error, 'architect_sessions.revision') ||
  isGuardViolation(error, 'architect_messages.session_id');
