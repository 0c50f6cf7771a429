import type { Ctx } from '../platform/context.ts';
import { oneOffRequest, prepareOneOff, type RunRequest } from '../runs/index.ts';
import { authorizeSession, inNewSession, selectSession, turnRequest } from '../sessions/index.ts';
import { Failure, invalid, notFound } from '../shared/failure.ts';
import type { ScheduleRow } from './store.ts';

/** The fields of a schedule that determine its runs. */
export type ScheduledRun = Pick<
  ScheduleRow,
  'agent_id' | 'message' | 'inputs' | 'session' | 'version' | 'end_user_id' | 'metadata'
>;

/**
 * Returns the request of a scheduled run, checked as that of a caller is. Throws `not_found`,
 * `agent_archived`, `session_closed` and `validation_failed`.
 */
export async function requestRun(ctx: Ctx, run: ScheduledRun, run_id: string): Promise<RunRequest> {
  const { agent_id, message, inputs, session, version, end_user_id } = run;
  if (session !== null && session !== 'new') return requestTurn(ctx, run, session, run_id);
  const metadata = run.metadata as Parameters<typeof prepareOneOff>[2]['metadata'];
  const given = { message, inputs, version, end_user_id, metadata };
  // No person talks to it, so no experiment assigns it.
  const prepared = { ...(await prepareOneOff(ctx, agent_id, given)), run_id, subject: null };
  return session === null
    ? oneOffRequest(prepared)
    : inNewSession(ctx, prepared, { run_id }, { subject: null });
}

async function requestTurn(
  ctx: Ctx,
  { agent_id, message, inputs, version, end_user_id }: ScheduledRun,
  session_id: string,
  run_id: string,
): Promise<RunRequest> {
  const rows = await selectSession(ctx.db, ctx.workspace_id, session_id).all();
  const session = authorizeSession(ctx, rows);
  if (session.agent_id !== agent_id) throw notFound('session');
  if (session.archived_at !== null) throw new Failure('session_closed', 'The session is archived.');
  if (Object.keys(inputs).length > 0)
    throw invalid('/inputs', 'The session has its own inputs. Leave them out.');
  if (end_user_id !== null && end_user_id !== session.end_user_id)
    throw invalid('/end_user_id', 'The session belongs to another end user.');
  return turnRequest(ctx, session_id, { text: message, version, on_busy: 'queue', run_id });
}
