import { selectAgent } from '../../agents/index.ts';
import { selectHandOver, selectInbox, updateHandOver } from '../../hand-overs/index.ts';
import { commit } from '../../platform/commit.ts';
import { type Ctx, coveredAgents, coversAgent } from '../../platform/context.ts';
import { authorizeAgent, mayReadMessages } from '../../runs/index.ts';
import { notFound } from '../../shared/failure.ts';
import { type Page, readPage } from '../../shared/page.ts';
import { toWireTime, toWireTimeOrNull } from '../../shared/time.ts';
import type { InboxItem, InboxQuery, UpdateInboxItem } from './schema.ts';

type InboxRow = Awaited<ReturnType<typeof selectInbox>>[number];

const toItem = (ctx: Ctx, { row, ...session }: InboxRow): InboxItem => {
  const isReader = mayReadMessages(ctx);
  const { title, titled_by, last_role, last_text, message_count } = session;
  return {
    session_id: row.session_id,
    agent_id: row.agent_id,
    end_user_id: row.end_user_id,
    title: isReader || titled_by === 'person' ? title : null,
    reason: isReader ? row.reason : null,
    note: isReader ? row.note : null,
    requested_by: row.requested_by,
    run_id: row.run_id,
    assigned_to: row.assigned_to,
    unread_count: row.unread_count,
    waiting_since: toWireTimeOrNull(row.waiting_since),
    last_message:
      isReader && last_role !== null ? { role: last_role, text: last_text ?? '' } : null,
    message_count,
    closed_at: toWireTimeOrNull(row.closed_at),
    handed_over_at: toWireTime(row.created_at),
  };
};

/** Lists the sessions that people handle, the oldest hand-over first. */
export async function listInbox(
  ctx: Ctx,
  { agent, assigned_to, unread, closed, ...query }: InboxQuery,
): Promise<Page<InboxItem>> {
  const filter = {
    agent_id:
      agent === undefined
        ? undefined
        : authorizeAgent(ctx, await selectAgent(ctx.db, ctx.workspace_id, agent).all()).id,
    agent_ids: coveredAgents(ctx.actor),
    assigned_to,
    is_unread: unread,
    is_closed: closed,
  };
  const filters = { agent: filter.agent_id, assigned_to, unread, closed };
  const { workspace_id } = ctx;
  return readPage(
    { secret: ctx.config.signing_secret, workspace_id, list: 'inbox', filters },
    query,
    (after, limit) => selectInbox(ctx.db, workspace_id, filter, after, limit).all(),
    ({ row }) => row.id,
    (row) => toItem(ctx, row),
  );
}

/** Assigns, marks as read, closes or opens a session of the inbox. Throws `not_found` for one that the agent handles. */
export async function updateInboxItem(
  ctx: Ctx,
  session_id: string,
  { assigned_to, read, closed }: UpdateInboxItem,
): Promise<InboxItem> {
  const { db, workspace_id } = ctx;
  const row = await selectHandOver(db, workspace_id, session_id).get();
  if (row === undefined || !coversAgent(ctx.actor, row.agent_id)) throw notFound('session');
  const now = ctx.now();
  const changes = {
    ...(assigned_to === undefined ? {} : { assigned_to }),
    ...(read === undefined ? {} : { unread_count: 0 }),
    ...(closed === undefined ? {} : { closed_at: closed ? (row.closed_at ?? now) : null }),
    updated_at: now,
  };
  await commit(ctx, {
    statements: [updateHandOver(db, workspace_id, session_id, changes)],
    audit: [
      {
        action: 'inbox.update',
        ...{ target_type: 'session', target_id: session_id },
        detail: { assigned_to, read, closed },
      },
    ],
  });
  const filter = { agent_ids: coveredAgents(ctx.actor), session_id };
  const item = await selectInbox(db, workspace_id, filter, null, 1).get();
  if (item === undefined) throw notFound('session');
  return toItem(ctx, item);
}
