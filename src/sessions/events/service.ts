import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx } from '../../platform/context.ts';
import { Failure, notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { authorizeSession } from '../authorize-session.ts';
import { selectSession } from '../store/sessions.ts';
import {
  type CreateSessionEvent,
  type SessionEvent,
  type SessionEventRow,
  type SessionEventsQuery,
  toSessionEvent,
} from './schema.ts';
import { insertEvent, selectEvents } from './store.ts';

const maxEvents = 1000;

const findSession = async (ctx: Ctx, id: string) =>
  authorizeSession(ctx, await selectSession(ctx.db, ctx.workspace_id, id).all());

/** Stores an event of a session. Throws `not_found`, and `conflict` when the session has too many. */
export async function createEvent(
  ctx: Ctx,
  session_id: string,
  input: CreateSessionEvent,
): Promise<SessionEvent> {
  const { agent_id } = await findSession(ctx, session_id);
  const row: SessionEventRow = {
    id: ctx.newId('sev'),
    workspace_id: ctx.workspace_id,
    ...{ agent_id, session_id },
    ...input,
    created_by: actorId(ctx.actor),
    created_at: ctx.now(),
  };
  const reply = toSessionEvent(row);
  try {
    await commit(ctx, { statements: [insertEvent(ctx.db, row, maxEvents)], reply });
  } catch (error) {
    if (isGuardViolation(error, 'session_events.session_id')) throw notFound('session');
    if (!isGuardViolation(error, 'session_events.name')) throw error;
    throw new Failure('conflict', `The session has ${maxEvents} events, which is the maximum.`);
  }
  return reply;
}

export async function listEvents(
  ctx: Ctx,
  session_id: string,
  { name, ...query }: SessionEventsQuery,
): Promise<Page<SessionEvent>> {
  const { db, workspace_id, config } = ctx;
  await findSession(ctx, session_id);
  return readPage(
    {
      ...{ secret: config.signing_secret, workspace_id },
      ...{ list: `session_events:${session_id}`, filters: { name } },
    },
    query,
    (after, limit) => selectEvents(db, workspace_id, session_id, name, after, limit).all(),
    ({ id }) => id,
    toSessionEvent,
  );
}
