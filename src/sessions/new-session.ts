import { subjectOf } from '../experiments/index.ts';
import { actorId, type Ctx } from '../platform/context.ts';
import type { SessionRow } from './store/sessions.ts';

/** A new session without messages. Without a `subject`, it is its end user, else the session. */
export async function newSession(
  ctx: Ctx,
  given: Pick<SessionRow, 'agent_id' | 'end_user_id' | 'inputs'> & Partial<SessionRow>,
): Promise<SessionRow> {
  const now = ctx.now();
  const { id = ctx.newId('ses'), agent_id, end_user_id } = given;
  const subject =
    given.subject === undefined
      ? await subjectOf(agent_id, { end_user_id, session_id: id })
      : given.subject;
  return {
    workspace_id: ctx.workspace_id,
    on_busy: 'reject',
    title: null,
    titled_by: null,
    version: null,
    metadata: {},
    message_seq: 0,
    head_id: null,
    forked_from_message_id: null,
    active_run_id: null,
    active_run_until: 0,
    archived_at: null,
    expires_at: null,
    handled_by: 'agent',
    hand_back_note: null,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
    ...given,
    id,
    subject,
  };
}
