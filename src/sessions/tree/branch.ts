import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { RunRow } from '../../runs/index.ts';
import { authorizeSession } from '../authorize-session.ts';
import { headOf, type MessageRow, selectMessage, selectPath } from '../store/messages.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';

/** Maximum messages of a branch that are read as one list. */
const maxMessages = 1000;

export interface Branch {
  readonly session: SessionRow;
  /** Returns the newest 1000 messages of a branch, oldest first. */
  readonly rows: readonly MessageRow[];
}

/**
 * Returns the active branch of a session; null when the session does not exist. Throws `not_found`
 * for a session that the caller may not see.
 */
export async function readBranch(ctx: Ctx, session_id: string): Promise<Branch | null> {
  const [sessions, rows] = await batch(ctx.db, [
    selectSession(ctx.db, ctx.workspace_id, session_id),
    selectPath(
      ctx.db,
      ctx.workspace_id,
      session_id,
      headOf(ctx.workspace_id, session_id),
      maxMessages,
    ),
  ]);
  return sessions.length === 0
    ? null
    : { session: authorizeSession(ctx, sessions), rows: rows.reverse() };
}

/**
 * Returns the branch that ends with a message, oldest first. The caller has checked access to the
 * session.
 */
export const readBranchTo = async (
  ctx: Ctx,
  session_id: string,
  leaf: string,
): Promise<MessageRow[]> =>
  (await selectPath(ctx.db, ctx.workspace_id, session_id, leaf, maxMessages).all()).reverse();

/**
 * Returns the message that a run answers; undefined while it is queued. The caller has checked
 * access to the run.
 */
export const readQuestion = (
  ctx: Ctx,
  { input_message_id }: RunRow,
): Promise<MessageRow | undefined> =>
  input_message_id === null
    ? Promise.resolve(undefined)
    : selectMessage(ctx.db, ctx.workspace_id, input_message_id).get();
