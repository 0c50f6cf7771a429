import { isGuardViolation } from '../../db/errors.ts';
import { commit } from '../../platform/commit.ts';
import type { Ctx } from '../../platform/context.ts';
import { eraseFromMessage } from '../../sessions/index.ts';
import { Failure } from '../../shared/failure.ts';
import {
  type FoundConversation,
  findConversation,
  findWaitingRun,
  toConversation,
} from './conversations.ts';
import type { Conversation, CreateItems, ItemQuery } from './conversations-schema.ts';
import {
  deleteItem as deleteWaiting,
  insertItem,
  type WaitingItemRow,
} from './conversations-store.ts';
import { type CursorPage, toCursorPage } from './cursor-page.ts';
import { unknownConversation, unknownConversationItem, unsupported } from './errors.ts';
import type { InputItem } from './input-item-schema.ts';
import {
  itemsOf,
  objectsIn,
  type ResponseItem,
  type StoredItem,
  sentItem,
  withoutItem,
} from './items.ts';
import { approvalsOf } from './response-part.ts';
import { toWaitable, toWaitingRows } from './waiting-items.ts';

/** Maximum number of items that wait for a response. */
const maxWaiting = 200;

const toWaiting = ({ id, item }: WaitingItemRow): ResponseItem | null =>
  sentItem(id, item as InputItem);

/** Calls that wait for approval follow the stored messages; their answer is stored once it is complete. */
const allItems = async (ctx: Ctx, found: FoundConversation): Promise<ResponseItem[]> => [
  ...itemsOf(found.branch?.rows ?? []).map(({ item }) => item),
  ...approvalsOf(await findWaitingRun(ctx, found)),
  ...found.waiting.flatMap((row) => toWaiting(row) ?? []),
];

export const listItems = async (
  ctx: Ctx,
  id: string,
  query: ItemQuery,
): Promise<CursorPage<ResponseItem>> =>
  pageOfItems(await allItems(ctx, await findConversation(ctx, id)), query);

/** Returns one page of items. Throws `validation_failed` when `after` is not the id of one of the items. */
export function pageOfItems(
  items: readonly ResponseItem[],
  { after, limit = 20, order = 'desc' }: ItemQuery,
): CursorPage<ResponseItem> {
  const ordered = order === 'desc' ? items.toReversed() : items;
  const start = after === undefined ? 0 : ordered.findIndex((item) => item.id === after) + 1;
  if (after !== undefined && start === 0)
    throw unsupported('?after', `Item ${after} does not exist in this list.`);
  return toCursorPage(ordered.slice(start, start + limit), ordered.length > start + limit);
}

/** Adds items that the next response reads. Throws `not_found` and `validation_failed`. */
export async function createItems(
  ctx: Ctx,
  id: string,
  { items }: CreateItems,
): Promise<CursorPage<ResponseItem>> {
  const found = await findConversation(ctx, id);
  const { waiting } = found;
  const rows = toWaitingRows(ctx, id, await toWaitable(ctx, items, found));
  if (waiting.length + rows.length > maxWaiting)
    throw unsupported(
      '/items',
      `More than ${maxWaiting} waiting items are not supported. Create a response first.`,
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
  const items = await allItems(ctx, await findConversation(ctx, id));
  const item = items.find((one) => one.id === item_id);
  if (item === undefined) throw unknownConversationItem();
  return item;
}

/**
 * Erases an item; later responses do not read it. Throws `not_found`, or `session_busy` while a
 * response is in progress.
 */
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
      'A response of this conversation is in progress. Wait for it or cancel it.',
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
    contentWithout(stored),
    objectsIn(stored).filter((object_id) => !kept.has(object_id)),
  );
}

/** Returns the content of a message without one of its items. */
function contentWithout({ row, place, item }: StoredItem) {
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
    // The prompt of an answer with tool calls contains the text, too.
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
