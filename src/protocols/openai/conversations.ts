import { batch } from '../../db/client.ts';
import { hasRoleFor } from '../../identity/index.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coveredAgents } from '../../platform/context.ts';
import { isWaiting, type RunRow, selectRun } from '../../runs/index.ts';
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

/** Returns the id of the session of a conversation. */
export const sessionOf = (conversation_id: string): string =>
  conversation_id.replace('conv_', 'ses_');

export interface FoundConversation {
  readonly row: ConversationRow;
  /** null until the first response. */
  readonly branch: Branch | null;
  /** Items that were added and that no response has read yet. */
  readonly waiting: readonly WaitingItemRow[];
}

/**
 * Returns a conversation with its messages and waiting items. Until the first response it belongs to no agent: only the
 * key that created it and keys that may read all agents can see it. Afterwards the access of its session applies.
 * Throws `not_found`.
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
  if (row === undefined || !isReadable(ctx, row, branch)) throw unknownConversation(param);
  return { row, branch, waiting };
}

function isReadable(ctx: Ctx, row: ConversationRow, branch: Branch | null): boolean {
  if (row.created_by === actorId(ctx.actor)) return true;
  return hasRoleFor(ctx, 'agents:read') && (branch !== null || coveredAgents(ctx.actor) === null);
}

/** Returns the run of a conversation that waits for approvals. */
export async function findWaitingRun(
  ctx: Ctx,
  { branch }: Pick<FoundConversation, 'branch'>,
): Promise<RunRow | null> {
  if (branch === null) return null;
  const { active_run_id, active_run_until } = branch.session;
  if (active_run_id === null || active_run_until <= ctx.now()) return null;
  const run = await selectRun(ctx.db, ctx.workspace_id, active_run_id).get();
  return run !== undefined && isWaiting(run) ? run : null;
}

/** Creates a conversation. Throws `validation_failed` or `not_found` for items that a response cannot read. */
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

/** Erases a conversation with its session, messages, files and items. Usage and cost are kept. Throws `not_found`. */
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

/** Maximum number of conversations that one run of the task erases. */
const sweepLimit = 500;

/**
 * Erases conversations without a session that exceeded the retention of their workspace. Returns
 * how many were due.
 */
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
