import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { sendErasure } from '../../runs/index.ts';
import { deleteSession } from '../store/sessions.ts';
import { type DueSession, refuseBusy, selectDueSessions } from './store.ts';

/** Maximum number of sessions that a tick erases, of one workspace among them, and in one batch. */
const maxSessions = 2000;
const maxPerWorkspace = 500;
const batchSize = 20;

/**
 * Erases sessions that have expired, or are older than their workspace's retention. Each batch is
 * complete in itself, so that an interrupted tick is continued by the next. Returns the number of
 * sessions.
 */
export async function eraseDueSessions(ctx: Ctx): Promise<number> {
  const due = await selectDueSessions(ctx.db, ctx.now(), maxPerWorkspace, maxSessions);
  let erased = 0;
  for (const [workspace_id, sessions] of Map.groupBy(due, (session) => session.workspace_id)) {
    const own = { ...ctx, workspace_id };
    for (let at = 0; at < sessions.length; at += batchSize)
      erased += await eraseOr(own, sessions.slice(at, at + batchSize));
  }
  return erased;
}

/**
 * A batch that fails is tried session by session, so that one that cannot be erased does not keep
 * the others.
 */
async function eraseOr(ctx: Ctx, sessions: readonly DueSession[]): Promise<number> {
  try {
    await erase(ctx, sessions);
    return sessions.length;
  } catch (error) {
    const [first, ...others] = sessions;
    if (first !== undefined && others.length > 0) {
      let erased = 0;
      for (const session of sessions) erased += await eraseOr(ctx, [session]);
      return erased;
    }
    // A session with a run that has started in the meantime is left for the next tick.
    if (!isGuardViolation(error, 'sessions.agent_id'))
      ctx.log.error('session_not_erased', { session_id: first?.id, error });
    return 0;
  }
}

async function erase(ctx: Ctx, sessions: readonly DueSession[]): Promise<void> {
  const ids = sessions.map(({ id }) => id);
  const each = ids.map((id) => deleteSession(ctx.db, ctx.workspace_id, id, ctx.now()));
  const [, ...results] = await commit(ctx, {
    statements: [refuseBusy(ctx.db, ctx.workspace_id, ids), ...each.flat()],
    audit: [
      {
        action: 'session.expire',
        target_type: 'workspace',
        target_id: ctx.workspace_id,
        detail: { sessions: ids.length },
      },
    ],
  });
  // The first result of each session is the job that removes its files.
  let at = 0;
  for (const statements of each) {
    sendErasure(ctx, results[at] ?? []);
    at += statements.length;
  }
}
