import { parseConfig } from '../../agents/index.ts';
import { isGuardViolation } from '../../db/errors.ts';
import type { MessageAuthor } from '../../db/schema/sessions.ts';
import { endHandOver, noteReply, requestHandOver } from '../../hand-overs/index.ts';
import { hasRoleFor } from '../../identity/index.ts';
import { runTask, summaryTask } from '../../llm/index.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, auditedId, type Ctx } from '../../platform/context.ts';
import { hostOf, type Message, stopRun, toMessage } from '../../runs/index.ts';
import { Failure, invalid } from '../../shared/failure.ts';
import { findWorkspace } from '../../workspaces/index.ts';
import { markUsed, takeFiles } from '../attachments/send.ts';
import { authorizeSession, sessionFor } from '../authorize-session.ts';
import type { Session } from '../schema.ts';
import { indexMessages } from '../search/index-store.ts';
import { headOf, selectPath } from '../store/messages.ts';
import { selectVersionOfSession } from '../store/runs.ts';
import { type SessionRow, selectSession } from '../store/sessions.ts';
import { appendMessage } from './messages-store.ts';
import type { CreateReply, HandBack, HandOver } from './schema.ts';

/** Maximum number of messages that the summary of a hand-back covers. */
const maxSummarized = 200;
const maxSummaryTokens = 400;

const readSession = async ({ db, workspace_id }: Ctx, id: string) =>
  selectSession(db, workspace_id, id).all();

const targetOf = (target_id: string) => ({ target_type: 'session', target_id });

/**
 * Hands a session over to a person, and cancels its active run. Does nothing for a session that a person handles.
 * Throws `forbidden` for a caller that the version does not allow to, and `session_closed`.
 */
export async function handOverSession(
  ctx: Ctx,
  id: string,
  { reason, note }: HandOver,
): Promise<Session> {
  const session = authorizeSession(ctx, await readSession(ctx, id));
  if (session.archived_at !== null) throw new Failure('session_closed', 'The session is archived.');
  const isMember = hasRoleFor(ctx, 'hand_overs:manage');
  if (!isMember) await requirePermission(ctx, id);
  const reply = handedOver(ctx, session);
  const request = {
    ...{ session_id: id, agent_id: session.agent_id, end_user_id: session.end_user_id },
    ...{ reason, note, run_id: null, requested_by_id: auditedId(ctx.actor) },
    requested_by: isMember ? ('member' as const) : ('end_user' as const),
  };
  const audit = [{ action: 'session.hand_over', ...targetOf(id) }];
  await requestHandOver(ctx, request, { reply, audit });
  await hostOf(ctx, id).invalidate();
  const { active_run_id } = session;
  if (active_run_id !== null) await stopRun(ctx, active_run_id);
  return reply;
}

async function requirePermission(ctx: Ctx, id: string): Promise<void> {
  const version = await selectVersionOfSession(ctx.db, ctx.workspace_id, id, null).get();
  if (version !== undefined && parseConfig(version.config).hand_over.by_end_user) return;
  throw new Failure(
    'forbidden',
    'Only keys with the role editor or admin may hand a session over. The version allows end users to with `hand_over.by_end_user`.',
  );
}

const handedOver = (ctx: Ctx, session: SessionRow): Session =>
  sessionFor(ctx, {
    ...session,
    handled_by: 'human',
    active_run_id: null,
    updated_at: session.handled_by === 'human' ? session.updated_at : ctx.now(),
  });

/** Stores the reply of a person in a session that was handed over. Throws `conflict` for any other session. */
export async function createReply(
  ctx: Ctx,
  id: string,
  { text, attachments: ids, author_name }: CreateReply,
): Promise<Message> {
  const session = authorizeSession(ctx, await readSession(ctx, id));
  const message_id = ctx.newId('msg');
  const now = ctx.now();
  const attachments = await takeFiles(ctx, session, message_id, ids);
  if (session.handled_by === 'agent') throw notHandedOver();
  if (session.archived_at !== null) throw new Failure('session_closed', 'The session is archived.');
  // The run that has handed over has ended, unless it waits for something.
  if (session.active_run_id !== null) await stopRun(ctx, session.active_run_id);
  const message = {
    ...{ id: message_id, workspace_id: ctx.workspace_id, session_id: id },
    ...{ role: 'assistant' as const, text, attachments, created_at: now },
    author: authorOf(ctx, author_name),
  };
  const head = await selectPath(
    ctx.db,
    ctx.workspace_id,
    id,
    headOf(ctx.workspace_id, id),
    1,
  ).get();
  const row = {
    ...message,
    seq: session.message_seq + 1,
    parent_id: head?.id ?? null,
    depth: (head?.depth ?? 0) + 1,
    ...{ citations: [], prompt: null, run_id: message_id },
  };
  try {
    await commit(ctx, {
      statements: [
        ...markUsed(ctx, message),
        ...appendMessage(ctx.db, message),
        ...indexMessages(ctx.db, [message]),
        noteReply(ctx.db, ctx.workspace_id, id, now),
      ],
      jobs: [{ type: 'channel.reply', message_id }],
      reply: toMessage(row, undefined),
      audit: [{ action: 'session.reply', ...targetOf(id), detail: { message_id } }],
    });
  } catch (error) {
    if (isGuardViolation(error, 'messages.attachments'))
      throw invalid('/attachments', 'An attachment was deleted concurrently.');
    if (!isGuardViolation(error, 'messages.seq')) throw error;
    throw notHandedOver();
  }
  await hostOf(ctx, id).invalidate();
  return toMessage(row, undefined);
}

const notHandedOver = () =>
  new Failure(
    'conflict',
    'The agent handles this session. Hand it over with `POST /sessions/{session}/hand-over` to reply.',
  );

function authorOf({ actor }: Ctx, name: string | null): MessageAuthor {
  const type = actor.type === 'user' || actor.type === 'root' ? actor.type : 'api_key';
  return { type, id: actorId(actor), name };
}

/** Gives a session back to the agent, with a summary. Does nothing for a session that the agent handles. */
export async function handBackSession(
  ctx: Ctx,
  id: string,
  { summary: given }: HandBack,
): Promise<Session> {
  const session = authorizeSession(ctx, await readSession(ctx, id));
  if (session.handled_by === 'agent') {
    const unchanged = sessionFor(ctx, session);
    await commit(ctx, { statements: [], reply: unchanged });
    return unchanged;
  }
  const now = ctx.now();
  const { text, usage } =
    given === null ? await summarize(ctx, session) : { text: given, usage: [] };
  const ended = { summary: text === '' ? null : text, ended_by: actorId(ctx.actor), now };
  const reply = sessionFor(ctx, { ...session, handled_by: 'agent', updated_at: now });
  await commit(ctx, {
    statements: [
      ...endHandOver(ctx.db, { workspace_id: ctx.workspace_id, session_id: id }, ended),
      ...usage,
    ],
    reply,
    audit: [{ action: 'session.hand_back', ...targetOf(id) }],
  });
  await hostOf(ctx, id).invalidate();
  return reply;
}

/** Summarizes the messages since the hand-over, by the background model or by rule. */
async function summarize(ctx: Ctx, session: SessionRow) {
  const { id, agent_id, end_user_id, head_id } = session;
  const [path, { background_model }] = await Promise.all([
    selectPath(ctx.db, ctx.workspace_id, id, headOf(ctx.workspace_id, id), maxSummarized).all(),
    findWorkspace(ctx),
  ]);
  // The newest messages without runs.
  const end = path.findIndex((row) => row.run_id !== row.id);
  const messages = path.slice(0, end === -1 ? undefined : end).toReversed();
  if (messages.length === 0) return { text: '', usage: [] };
  const input = { previous: '', messages, max_tokens: maxSummaryTokens };
  const { output: text, usage } = await runTask(ctx, summaryTask, input, {
    ...{ agent_id, version_id: null, experiment_id: null, variant_id: null },
    ...{ session_id: id, run_id: null, end_user_id },
    ...{ model: background_model, call_key: `${head_id}:hand_back` },
  });
  return { text, usage };
}
