import { sql } from 'drizzle-orm';
import { parseConfig, selectAgent, selectVersionFor } from '../agents/index.ts';
import { batch } from '../db/client.ts';
import { allows } from '../http/access.ts';
import { commit } from '../platform/commit.ts';
import { actorId, type Ctx } from '../platform/context.ts';
import { Failure, invalid, notFound } from '../shared/failure.ts';
import { type Page, type PageQuery, readPage } from '../shared/page.ts';
import { second } from '../shared/time.ts';
import { sendErasure } from './attachments-extract.ts';
import type { FeedbackRow } from './feedback-store.ts';
import { hostOf } from './host-client.ts';
import { checkInputs } from './instructions.ts';
import { ownAgent, ownSession } from './own-session.ts';
import {
  type CreateSession,
  type Message,
  type Session,
  type SessionWithMessages,
  toMessage,
  toSession,
  type UpdateSession,
} from './schema.ts';
import { indexTitle } from './search-store.ts';
import {
  deleteSession as deleteSessionRows,
  headOf,
  insertSession,
  type MessageRow,
  type RunRow,
  type SessionRow,
  selectFeedbackOfPath,
  selectPath,
  selectRunsOfPath,
  selectSession,
  updateSession as updateSessionRow,
} from './store.ts';

export async function createSession(ctx: Ctx, agentName: string, input: CreateSession): Promise<Session> {
  const [agents, versions] = await batch(ctx.db, [
    selectAgent(ctx.db, ctx.workspace_id, agentName),
    selectVersionFor(ctx.db, ctx.workspace_id, agentName, input.version),
  ]);
  const agent = ownAgent(ctx, agents);
  if (agent.archived_at !== null) throw new Failure('agent_archived', 'The agent is archived: restore it first.');
  const [version] = versions;
  if (version === undefined) throw invalid('/version', 'The agent has no such version.');
  checkInputs(parseConfig(version.config).inputs, input.inputs);
  const now = ctx.now();
  const row: SessionRow = {
    id: ctx.newId('ses'),
    workspace_id: ctx.workspace_id,
    agent_id: agent.id,
    end_user_id: input.end_user_id,
    kind: 'chat',
    on_busy: input.on_busy,
    title: input.title,
    titled_by: input.title === null ? null : 'person',
    version: input.version,
    inputs: input.inputs,
    metadata: input.metadata,
    message_seq: 0,
    head_id: null,
    forked_from_message_id: null,
    active_run_id: null,
    active_run_until: 0,
    archived_at: null,
    expires_at: input.expires_in_s === null ? null : now + input.expires_in_s * second,
    created_by: actorId(ctx.actor),
    created_at: now,
    updated_at: now,
  };
  const reply = toSession(row, now);
  const titled = row.title === null ? [] : indexTitle(ctx.db, ctx.workspace_id, row.id, row.title);
  await commit(ctx, { statements: [insertSession(ctx.db, row), ...titled], reply });
  return reply;
}

/** With its newest messages, for callers that may read those; `next_cursor` goes on in the list of messages. */
export async function getSession(ctx: Ctx, id: string): Promise<SessionWithMessages> {
  if (ctx.actor.type !== 'api_key' || !allows(ctx.actor.role, 'messages:read')) {
    const session = ownSession(ctx, await selectSession(ctx.db, ctx.workspace_id, id).all());
    return { ...toSession(session, ctx.now()), messages: null };
  }
  const { session, page } = await readMessages(ctx, id, { limit: 20 });
  return { ...toSession(session, ctx.now()), messages: page };
}

export async function updateSession(ctx: Ctx, id: string, { archived, ...input }: UpdateSession): Promise<Session> {
  const session = ownSession(ctx, await selectSession(ctx.db, ctx.workspace_id, id).all());
  const now = ctx.now();
  const archived_at = archived === undefined ? session.archived_at : archived ? (session.archived_at ?? now) : null;
  const titled_by = input.title === undefined ? session.titled_by : input.title === null ? null : 'person';
  const [rows] = await commit(ctx, {
    statements: [
      updateSessionRow(ctx.db, ctx.workspace_id, id, { ...input, titled_by, archived_at, updated_at: now }),
      ...(input.title === undefined ? [] : indexTitle(ctx.db, ctx.workspace_id, id, input.title)),
    ],
  });
  await hostOf(ctx, id).forget();
  const [row] = rows as SessionRow[];
  if (row === undefined) throw notFound();
  return toSession(row, now);
}

/** Erases a session with its messages, runs and traces. What it cost stays counted, without a word of it. */
export async function deleteSession(ctx: Ctx, id: string): Promise<void> {
  const session = ownSession(ctx, await selectSession(ctx.db, ctx.workspace_id, id).all());
  await hostOf(ctx, id).forget(true);
  const [erased] = await commit(ctx, {
    statements: deleteSessionRows(ctx.db, ctx.workspace_id, session.id, ctx.now()),
    audit: [{ action: 'session.delete', target_type: 'session', target_id: session.id }],
  });
  sendErasure(ctx, erased);
}

/** The branch that is shown, newest first, so that the first page is what a chat window shows. */
export async function listMessages(ctx: Ctx, session_id: string, query: PageQuery): Promise<Page<Message>> {
  return (await readMessages(ctx, session_id, query)).page;
}

interface Read {
  readonly session: SessionRow;
  readonly runs: ReadonlyMap<string, RunRow>;
  readonly feedback: ReadonlyMap<string, FeedbackRow[]>;
}

/** A page of messages and the session they are of, in one trip; a cursor is the message to go on from. */
async function readMessages(ctx: Ctx, session_id: string, query: PageQuery): Promise<{ session: SessionRow; page: Page<Message> }> {
  let read: Read | undefined;
  const page = await readPage(
    { secret: ctx.config.signing_secret, workspace_id: ctx.workspace_id, list: `messages:${session_id}` },
    query,
    async (after, count) => {
      const from = after === null ? headOf(ctx.workspace_id, session_id) : sql`(select parent_id from messages where id = ${after})`;
      const [sessions, rows, runs, feedback] = await batch(ctx.db, [
        selectSession(ctx.db, ctx.workspace_id, session_id),
        selectPath(ctx.db, ctx.workspace_id, session_id, from, count),
        selectRunsOfPath(ctx.db, ctx.workspace_id, session_id, from, count),
        selectFeedbackOfPath(ctx.db, ctx.workspace_id, session_id, from, count),
      ]);
      read = {
        session: ownSession(ctx, sessions),
        runs: new Map(runs.map((run) => [run.id, run])),
        feedback: Map.groupBy(feedback, (row) => row.message_id),
      };
      return rows;
    },
    (row: MessageRow) => row.id,
    (row) => toMessage(row, read?.runs.get(row.run_id), read?.feedback.get(row.id)),
  );
  if (read === undefined) throw notFound();
  return { session: read.session, page };
}
