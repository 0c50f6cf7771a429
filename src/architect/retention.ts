import type { Ctx } from '../platform/context.ts';
import { removeSession } from './sessions.ts';
import { selectDue } from './store.ts';

/** Sessions that a tick removes. */
const maxSessions = 200;

/** Removes sessions that have expired, with their documents unless an agent searches them. Returns their number. */
export async function removeExpiredSessions(ctx: Ctx): Promise<number> {
  const due = await selectDue(ctx.db, ctx.now(), maxSessions);
  let removed = 0;
  const sessions = new Map(due.map((one) => [one.id, one])).values();
  for (const { workspace_id, ...row } of sessions) {
    try {
      await removeSession({ ...ctx, workspace_id }, row, 'expire');
      removed += 1;
    } catch (error) {
      ctx.log.error('architect_session_not_removed', { session_id: row.id, error });
    }
  }
  return removed;
}
