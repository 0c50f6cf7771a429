import { batch } from '../../db/client.ts';
import { isGuardViolation } from '../../db/errors.ts';
import { hasRoleFor } from '../../identity/index.ts';
import { commit } from '../../platform/commit.ts';
import { actorId, type Ctx, coveredAgents } from '../../platform/context.ts';
import { type Branch, deleteSession, eraseFromMessage, readBranch } from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import { isId } from '../../shared/id.ts';
import type {
  Conversation,
  CreateConversation,
  CreateItems,
  ItemQuery,
  UpdateConversation,
} from './conversations-schema.ts';
import {
  type ConversationRow,
  deleteConversation as deleteRows,
  deleteItem as deleteWaiting,
  insertConversation,
  insertItem,
  selectConversation,
  selectDueConversations,
  selectItems,
  updateConversation as updateRow,
  type WaitingItemRow,
} from './conversations-store.ts';
import { type CursorPage, toCursorPage } from './cursor-page.ts';
import { unknownConversation, unknownConversationItem, unsupported } from './errors.ts';
import {
  itemsOf,
  objectsIn,
  type ResponseItem,
  type StoredItem,
  sentItem,
  withoutItem,
} from './items.ts';
import type { InputItem } from './responses-schema.ts';
import { toWaitable } from './waiting-items.ts';

/** Characters of one item; a row of the database has 2 MB. */
const maxItem = 500_000;
/** Items that may wait for a response. */
const maxWaiting = 200;

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
  const added = toRows(
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

const prefixes: Readonly<Record<string, string>> = {
  function_call: 'fc',
  function_call_output: 'fco',
};

function toRows(ctx: Ctx, conversation_id: string, items: readonly InputItem[]): WaitingItemRow[] {
  return items.flatMap((item, index) => {
    const at = `/items/${index}`;
    if (JSON.stringify(item).length > maxItem)
      throw unsupported(
        at,
        `Items of more than ${maxItem} characters are not supported: upload files to /v1/files.`,
      );
    if (sentItem('', item) === null) return [];
    const id = ctx.newId('msg').replace('msg', prefixes[item.type ?? ''] ?? 'msg');
    return [
      {
        id,
        workspace_id: ctx.workspace_id,
        conversation_id,
        position: 0,
        item: { ...item },
        created_at: ctx.now(),
      },
    ];
  });
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

const toWaiting = ({ id, item }: WaitingItemRow): ResponseItem | null =>
  sentItem(id, item as InputItem);

const all = ({ branch, waiting }: FoundConversation): ResponseItem[] => [
  ...itemsOf(branch?.rows ?? []).map(({ item }) => item),
  ...waiting.flatMap((row) => toWaiting(row) ?? []),
];

export const listItems = async (
  ctx: Ctx,
  id: string,
  query: ItemQuery,
): Promise<CursorPage<ResponseItem>> => pageOfItems(all(await findConversation(ctx, id)), query);

/** Throws `validation_failed` for an `after` that is not among them. */
export function pageOfItems(
  items: readonly ResponseItem[],
  { after, limit = 20, order = 'desc' }: ItemQuery,
): CursorPage<ResponseItem> {
  const ordered = order === 'desc' ? items.toReversed() : items;
  const start = after === undefined ? 0 : ordered.findIndex((item) => item.id === after) + 1;
  if (after !== undefined && start === 0)
    throw unsupported('?after', `There is no item ${after} in this list.`);
  return toCursorPage(ordered.slice(start, start + limit), ordered.length > start + limit);
}

/** Adds items that the next response reads. Throws `not_found`, `validation_failed`. */
export async function createItems(
  ctx: Ctx,
  id: string,
  { items }: CreateItems,
): Promise<CursorPage<ResponseItem>> {
  const found = await findConversation(ctx, id);
  const { waiting } = found;
  const rows = toRows(ctx, id, await toWaitable(ctx, items, found));
  if (waiting.length + rows.length > maxWaiting)
    throw unsupported(
      '/items',
      `More than ${maxWaiting} items before a response are not supported.`,
    );
  const reply = toCursorPage(
    rows.flatMap((row) => toWaiting(row) ?? []),
    false,
  );
  try {
    await commit(ctx, { statements: rows.map((row) => insertItem(ctx.db, row)), reply });
  } catch (error) {
    if (isGuardViolation(error, 'conversation_items.conversation_id')) throw unknownConversation();
    throw error;
  }
  return reply;
}

export async function getItem(ctx: Ctx, id: string, item_id: string): Promise<ResponseItem> {
  const item = all(await findConversation(ctx, id)).find((one) => one.id === item_id);
  if (item === undefined) throw unknownConversationItem();
  return item;
}

/** Takes an item out: no later response reads it. Throws `not_found`, `session_busy`. */
export async function deleteItem(ctx: Ctx, id: string, item_id: string): Promise<Conversation> {
  const found = await findConversation(ctx, id);
  if (found.waiting.some((row) => row.id === item_id))
    await commit(ctx, { statements: [deleteWaiting(ctx.db, ctx.workspace_id, id, item_id)] });
  else await eraseItem(ctx, found, item_id);
  return toConversation(found.row);
}

async function eraseItem(ctx: Ctx, { branch }: FoundConversation, item_id: string): Promise<void> {
  const items = itemsOf(branch?.rows ?? []);
  const stored = items.find(({ item }) => item.id === item_id);
  if (stored === undefined || branch === null) throw unknownConversationItem();
  const { active_run_id, active_run_until } = branch.session;
  if (active_run_id !== null && active_run_until > ctx.now())
    throw new Failure(
      'session_busy',
      'The conversation is answering; wait for that response or cancel it.',
      {
        retryAfter: 1,
        extra: { run_id: active_run_id },
      },
    );
  const kept = new Set(items.filter((one) => one !== stored).flatMap(objectsIn));
  await eraseFromMessage(
    ctx,
    branch.session,
    stored.row,
    leftOf(stored),
    objectsIn(stored).filter((object_id) => !kept.has(object_id)),
  );
}

/** What a message is without one of its items. */
function leftOf({ row, place, item }: StoredItem) {
  if (row.role === 'assistant' && item.type === 'function_call') {
    const prompt = (row.prompt ?? []).map((message) =>
      message.role === 'assistant'
        ? {
            ...message,
            content: message.content.filter(
              (part) => part.type !== 'tool-call' || part.toolCallId !== item.call_id,
            ),
          }
        : message,
    );
    return { text: row.text, prompt, citations: row.citations };
  }
  if (row.role === 'assistant') {
    // What it said stands in the prompt, too, where it called a tool.
    const prompt = row.prompt?.map((message) =>
      message.role === 'assistant'
        ? {
            ...message,
            content: message.content.filter(({ type }) => type !== 'text' && type !== 'reasoning'),
          }
        : message,
    );
    return { text: '', prompt: prompt ?? null, citations: [] };
  }
  if (place === null) return { text: '', prompt: [], citations: [] };
  const prompt = withoutItem(row, place);
  const isQuestion = row.prompt?.findLastIndex(({ role }) => role === 'user') === place.message;
  return { text: isQuestion ? '' : row.text, prompt, citations: [] };
}

const toConversation = ({ id, created_at, metadata }: ConversationRow): Conversation => ({
  id,
  object: 'conversation',
  created_at: Math.floor(created_at / 1000),
  metadata,
});
