import { sql } from 'drizzle-orm';
import { parseConfig, selectAgent, selectVersionFor } from '../agents/index.ts';
import { batch } from '../db/client.ts';
import { isGuardViolation } from '../db/errors.ts';
import { selectRunning } from '../experiments/index.ts';
import { commit } from '../platform/commit.ts';
import type { Ctx } from '../platform/context.ts';
import {
  authorizeAgent,
  authorizeVersion,
  checkInputs,
  endUserOf,
  hostOf,
  mayReadMessages,
  namedAgent,
  type RunVersionRow,
  selectVersionOfCaller,
  sendErasure,
} from '../runs/index.ts';
import { Failure, invalid, notFound, versionNotFound } from '../shared/failure.ts';
import { second } from '../shared/time.ts';
import { authorizeSession, sessionFor } from './authorize-session.ts';
import { dropOtherSummaries } from './background/summary-store.ts';
import { newSession } from './new-session.ts';
import { readableTitles } from './readable.ts';
import {
  type CreateSession,
  type OpenedSession,
  type Session,
  type SessionWithMessages,
  toOpening,
  toSession,
  type UpdateSession,
} from './schema.ts';
import { indexTitle } from './search/index-store.ts';
import { selectMessage } from './store/messages.ts';
import { selectVersionOfSession } from './store/runs.ts';
import {
  deleteSession as deleteSessionRows,
  insertSession,
  type SessionRow,
  selectSession,
  updateSession as updateSessionRow,
} from './store/sessions.ts';
import { readMessages } from './tree/list-messages.ts';
import { branchThrough } from './tree/store.ts';

export async function createSession(
  ctx: Ctx,
  agentName: string,
  input: CreateSession,
): Promise<OpenedSession> {
  authorizeVersion(ctx, input.version);
  const [agents, versions, running] = await batch(ctx.db, [
    selectAgent(ctx.db, ctx.workspace_id, agentName),
    selectVersionFor(ctx.db, ctx.workspace_id, agentName, input.version),
    selectRunning(ctx.db, namedAgent(ctx.workspace_id, agentName)),
  ]);
  const agent = authorizeAgent(ctx, agents);
  if (agent.archived_at !== null)
    throw new Failure('agent_archived', 'The agent is archived. Restore it first.');
  const [version] = versions;
  if (version === undefined) throw invalid('/version', versionNotFound(input.version ?? ''));
  const config = parseConfig(version.config);
  checkInputs(config.inputs, input.inputs);
  const now = ctx.now();
  const end_user_id = endUserOf(ctx, input.end_user_id);
  const { inputs, on_busy, title, metadata, expires_in_s } = input;
  const row = await newSession(ctx, {
    agent_id: agent.id,
    ...{ end_user_id, inputs, on_busy, title, metadata, version: input.version },
    titled_by: title === null ? null : 'person',
    expires_at: expires_in_s === null ? null : now + expires_in_s * second,
  });
  const assigned =
    running.length === 0
      ? undefined
      : await selectVersionOfCaller(ctx.db, ctx.workspace_id, row).get();
  const opening = assigned === undefined ? config : parseConfig(assigned.config);
  const reply = { ...toSession(row, now), ...toOpening(opening) };
  const titled = row.title === null ? [] : indexTitle(ctx.db, ctx.workspace_id, row.id, row.title);
  await commit(ctx, { statements: [insertSession(ctx.db, row), ...titled], reply });
  return reply;
}

/**
 * Returns a session with its newest messages, for callers that may read those; `next_cursor`
 * continues in the list of messages.
 */
export async function getSession(ctx: Ctx, id: string): Promise<SessionWithMessages> {
  if (!mayReadMessages(ctx)) {
    const [sessions, [version]] = await batch(ctx.db, [
      selectSession(ctx.db, ctx.workspace_id, id),
      selectVersionOfSession(ctx.db, ctx.workspace_id, id, null),
    ]);
    return {
      ...sessionFor(ctx, authorizeSession(ctx, sessions)),
      ...openingOf(version),
      messages: null,
    };
  }
  const { session, version, page } = await readMessages(ctx, id, 'active', { limit: 20 }, true);
  const [shown = session] = await readableTitles(ctx, [session]);
  return { ...toSession(shown, ctx.now()), ...openingOf(version), messages: page };
}

const openingOf = (version: RunVersionRow | null | undefined) =>
  toOpening(version == null ? null : parseConfig(version.config));

/**
 * Throws `validation_failed` for form values that the version which the session would use now does
 * not accept.
 */
async function checkNewInputs(ctx: Ctx, id: string, { inputs }: UpdateSession): Promise<void> {
  if (inputs === undefined) return;
  const version = await selectVersionOfSession(ctx.db, ctx.workspace_id, id, null).get();
  if (version !== undefined) checkInputs(parseConfig(version.config).inputs, inputs);
}

/**
 * Renames or archives a session, or selects another branch. Throws `session_busy` while a run is
 * active on the branch that is left.
 */
export async function updateSession(ctx: Ctx, id: string, input: UpdateSession): Promise<Session> {
  const session = authorizeSession(ctx, await selectSession(ctx.db, ctx.workspace_id, id).all());
  await checkNewInputs(ctx, id, input);
  let row: SessionRow | undefined;
  try {
    row = await applyUpdate(ctx, id, input);
  } catch (error) {
    const leftover = isGuardViolation(error, 'sessions.updated_at')
      ? await runInTheWay(ctx, session, input)
      : error;
    if (leftover !== null) throw leftover;
    row = await applyUpdate(ctx, id, input);
  }
  await hostOf(ctx, id).invalidate();
  if (row === undefined) throw notFound('session');
  const [shown = row] = await readableTitles(ctx, [row]);
  return toSession(shown, ctx.now());
}

async function applyUpdate(
  ctx: Ctx,
  id: string,
  { archived, active_message_id, ...input }: UpdateSession,
) {
  const { db, workspace_id } = ctx;
  const now = ctx.now();
  const { title } = input;
  const changes = {
    ...input,
    ...(title === undefined ? {} : { titled_by: title === null ? null : ('person' as const) }),
    ...(archived === undefined
      ? {}
      : { archived_at: archived ? sql`coalesce(archived_at, ${now})` : null }),
    ...(active_message_id === undefined
      ? { updated_at: now }
      : branchThrough(workspace_id, id, active_message_id, now)),
  };
  const statements = [
    updateSessionRow(db, workspace_id, id, changes),
    ...(title === undefined ? [] : indexTitle(db, workspace_id, id, title)),
    ...(active_message_id === undefined ? [] : [dropOtherSummaries(db, workspace_id, id)]),
  ] as const;
  const [[row]] = await commit(ctx, { statements });
  return row;
}

/**
 * Returns the failure that keeps a branch from being selected; null when the obstacle is gone, such
 * as a run without a host.
 */
async function runInTheWay(
  ctx: Ctx,
  { id }: SessionRow,
  { active_message_id }: UpdateSession,
): Promise<Failure | null> {
  const find = () => selectSession(ctx.db, ctx.workspace_id, id).get();
  const run_id = (await find())?.active_run_id;
  if (run_id == null) {
    const message = await selectMessage(ctx.db, ctx.workspace_id, active_message_id ?? '').get();
    return message?.session_id === id
      ? null
      : invalid('/active_message_id', 'This message does not exist in this session.');
  }
  await hostOf(ctx, id).recover(run_id);
  if ((await find())?.active_run_id == null) return null;
  const detail = 'The session has an active run. Wait for it or cancel it.';
  return new Failure('session_busy', detail, { retryAfter: 1, extra: { run_id } });
}

/**
 * Erases a session with its messages, runs and traces. Its cost stays counted, without any text.
 */
export async function deleteSession(ctx: Ctx, id: string): Promise<void> {
  const session = authorizeSession(ctx, await selectSession(ctx.db, ctx.workspace_id, id).all());
  await hostOf(ctx, id).erase();
  const [erased] = await commit(ctx, {
    statements: deleteSessionRows(ctx.db, ctx.workspace_id, session.id, ctx.now()),
    audit: [{ action: 'session.delete', target_type: 'session', target_id: session.id }],
  });
  sendErasure(ctx, erased);
}
