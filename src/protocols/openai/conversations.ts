import { batch } from '../../db/client.ts';
import { hasRoleFor } from '../../identity/index.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coveredAgents } from '../../platform/context.ts';
import { type Branch, deleteSession, readBranch } from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { isId } from '../../shared/id.ts';
import type {
  Conversation,
  CreateConversation,
  UpdateConversation,
} from './conversations-schema.ts';
import {
  type ConversationRow,
  deleteConversation as deleteRows,
  insertConversation,
  insertItem,
  selectConversation,
  selectDueConversations,
  selectItems,
  updateConversation as updateRow,
  type WaitingItemRow,
} from './conversations-store.ts';
import { unknownConversation } from './errors.ts';
import { toWaitable, toWaitingRows } from './waiting-items.ts';

export const sessionOf = (conversation_id: string): string =>
  conversation_id.replace('conv_', 'ses_');

export interface FoundConversation {
  readonly row: ConversationRow;
  /** null until its first response. */
  readonly branch: Branch | null;
  /** Added, and not read by a response yet. */
  readonly waiting: readonly WaitingItemRow[];
}

/**
 * A conversation with what was said in it. Until its first response it is of no agent, and seen by who sees all agents
 * and by the key that made it; then by who sees its session. Throws `not_found`.
 */
export async function findConversation(
  ctx: Ctx,
  id: string,
  param: string | null = null,
): Promise<FoundConversation> {
  if (!isId('conv', id)) throw unknownConversation(param);
  const [[[row], waiting], branch] = await Promise.all([
    batch(ctx.db, [
      selectConversation(ctx.db, ctx.workspace_id, id),
      selectItems(ctx.db, ctx.workspace_id, id),
    ]),
    readBranch(ctx, sessionOf(id)).catch((error: unknown) => {
      throw error instanceof Failure && error.code === 'not_found'
        ? unknownConversation(param)
        : error;
    }),
  ]);
  if (row === undefined || !maySee(ctx, row, branch)) throw unknownConversation(param);
  return { row, branch, waiting };
}

function maySee(ctx: Ctx, row: ConversationRow, branch: Branch | null): boolean {
  if (row.created_by === actorId(ctx.actor)) return true;
  return hasRoleFor(ctx, 'agents:read') && (branch !== null || coveredAgents(ctx.actor) === null);
}

/** Throws `validation_failed` for items that could not be sent with a response. */
export async function createConversation(
  ctx: Ctx,
  { items, metadata }: CreateConversation,
): Promise<Conversation> {
  const row: ConversationRow = {
    id: ctx.newId('conv'),
    workspace_id: ctx.workspace_id,
    metadata: metadata ?? {},
    created_by: actorId(ctx.actor),
    created_at: ctx.now(),
  };
  const reply = toConversation(row);
  const added = toWaitingRows(
    ctx,
    row.id,
    await toWaitable(ctx, items ?? [], { branch: null, waiting: [] }),
  );
  const statements = [
    insertConversation(ctx.db, row),
    ...added.map((item) => insertItem(ctx.db, item)),
  ];
  await commit(ctx, {
    statements,
    audit: [{ action: 'conversation.create', target_type: 'conversation', target_id: row.id }],
    reply,
  });
  return reply;
}

export const getConversation = async (ctx: Ctx, id: string): Promise<Conversation> =>
  toConversation((await findConversation(ctx, id)).row);

export async function updateConversation(
  ctx: Ctx,
  id: string,
  { metadata }: UpdateConversation,
): Promise<Conversation> {
  const { row } = await findConversation(ctx, id);
  const reply = toConversation({ ...row, metadata: metadata ?? {} });
  await commit(ctx, {
    statements: [updateRow(ctx.db, ctx.workspace_id, id, metadata ?? {})],
    reply,
  });
  return reply;
}

/** Erases everything of a conversation: its session, messages, files and items. What it cost stays counted. */
export async function deleteConversation(
  ctx: Ctx,
  id: string,
): Promise<{ id: string; object: 'conversation.deleted'; deleted: true }> {
  const { branch } = await findConversation(ctx, id);
  if (branch !== null) await deleteSession(ctx, branch.session.id);
  await commit(ctx, {
    statements: deleteRows(ctx.db, ctx.workspace_id, id),
    audit: [{ action: 'conversation.delete', target_type: 'conversation', target_id: id }],
  });
  return { id, object: 'conversation.deleted', deleted: true };
}

/** Conversations that a tick erases. */
const sweepLimit = 500;

/** Erases conversations without a session, which nothing else erases when their time is over. */
export async function eraseDueConversations(ctx: Ctx): Promise<number> {
  const due = await selectDueConversations(ctx.db, ctx.now(), sweepLimit);
  for (const { id, workspace_id } of due)
    await commit({ ...ctx, workspace_id }, { statements: deleteRows(ctx.db, workspace_id, id) });
  return due.length;
}

export const toConversation = ({ id, created_at, metadata }: ConversationRow): Conversation => ({
  id,
  object: 'conversation',
  created_at: Math.floor(created_at / 1000),
  metadata,
});
