import { type AuditEntry, commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import { type HandOverRow, insertHandOver, selectHandOver, takeFromAgent } from './store.ts';

type HandOverRequest = Pick<
  HandOverRow,
  | 'session_id'
  | 'agent_id'
  | 'end_user_id'
  | 'reason'
  | 'note'
  | 'requested_by'
  | 'requested_by_id'
  | 'run_id'
>;

/**
 * Gives a session to a person: until it is handed back, its messages are stored and not answered. Of concurrent
 * requests one succeeds. Returns the open hand-over and whether this request has opened it; null for a session that
 * does not exist or is archived.
 */
export async function requestHandOver(
  ctx: Ctx,
  request: HandOverRequest,
  { reply, audit }: { reply?: unknown; audit?: readonly AuditEntry[] } = {},
): Promise<{ readonly row: HandOverRow; readonly is_new: boolean } | null> {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  const row: HandOverRow = {
    id: ctx.newId('hov'),
    workspace_id,
    ...request,
    assigned_to: null,
    unread_count: 0,
    waiting_since: now,
    closed_at: null,
    summary: null,
    ended_by: null,
    ended_at: null,
    created_at: now,
    updated_at: now,
  };
  const [, inserted, [open]] = await commit(ctx, {
    statements: [
      takeFromAgent(db, workspace_id, request.session_id, now),
      insertHandOver(db, row),
      selectHandOver(db, workspace_id, request.session_id),
    ],
    ...(reply === undefined ? {} : { reply }),
    ...(audit === undefined ? {} : { audit }),
  });
  return open === undefined ? null : { row: open, is_new: inserted.length > 0 };
}
