import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { Ctx } from '../../platform/context.ts';
import {
  type AttachmentRow,
  bringAttached,
  type ReferencedMessage,
  readBranchTo,
  readReferenced,
} from '../../sessions/index.ts';
import type { ClientCall } from './answer.ts';
import { unknownItem } from './errors.ts';
import { readItemId } from './ids.ts';
import { toText } from './input.ts';
import type { InputItem } from './input-item-schema.ts';
import { itemsOf, objectsIn, type StoredItem } from './items.ts';
import type { ResponseEcho } from './response-object-schema.ts';
import type { CreateResponse } from './responses-schema.ts';

/** What an `item_reference` stands for: messages, none where the conversation has them already, a call, or its result. */
export type Referenced =
  | { readonly messages: readonly LanguageModelV4Message[] }
  | { readonly call: ClientCall }
  | { readonly result: { readonly call: Pick<ClientCall, 'id' | 'name'>; readonly value: string } };

/** What the items of a request refer to: items of earlier responses, with their files, and open calls. */
export interface Earlier {
  readonly items: ReadonlyMap<string, Referenced>;
  readonly calls: readonly ClientCall[];
  /** As if the request had brought them. */
  readonly files: readonly AttachmentRow[];
}

/** The response that a request goes on from. */
export interface Chain {
  readonly session_id: string;
  /** Its answer. */
  readonly message_id: string;
  /** Calls of its answer. */
  readonly calls: readonly ClientCall[];
}

type Given = Pick<CreateResponse, 'input' | 'user' | 'safety_identifier'>;
type Items = Exclude<CreateResponse['input'], string>;

/**
 * Resolves what a request refers to: `item_reference` items, by ids of what stored responses were asked and answered, and
 * calls of earlier responses of the chain whose results come only now. `waiting` are items that the conversation reads
 * anyway. Throws `not_found` for an item that does not exist, was not stored, or is of a session that the key may not
 * read or of another end user.
 */
export async function readEarlier(
  ctx: Ctx,
  { input, user, safety_identifier }: Given,
  chain: Chain | null,
  waiting: readonly string[] = [],
): Promise<Earlier> {
  const items = typeof input === 'string' ? [] : input;
  const ids = items.flatMap((item) => (isReference(item) ? [item.id] : []));
  const isLate = chain !== null && hasUnknownResult(items, chain.calls);
  if (ids.length === 0 && !isLate)
    return { items: new Map(), calls: chain?.calls ?? [], files: [] };
  const branch = chain === null ? [] : await readBranchTo(ctx, chain.session_id, chain.message_id);
  const calls = [
    ...branch.flatMap(({ prompt }) => (prompt ?? []).flatMap(callsIn)),
    ...(chain?.calls ?? []),
  ];
  const held = new Set([
    ...waiting,
    ...branch.map(({ id }) => id),
    ...itemsOf(branch).map(({ item }) => item.id),
  ]);
  const found = await findItems(ctx, ids, held, user ?? safety_identifier ?? null);
  const files = await filesOf(ctx, [...found.values()]);
  const referenced = ids.map((id) => [id, toReferenced(found.get(id) ?? null)] as const);
  return { items: new Map(referenced), calls, files };
}

/** An `item_reference`, which needs no type. */
export const isReference = (
  item: InputItem,
): item is Extract<InputItem, { type?: 'item_reference' | null | undefined }> & { id: string } =>
  'id' in item && !('role' in item) && (item.type == null || item.type === 'item_reference');

function hasUnknownResult(items: Items, open: readonly ClientCall[]): boolean {
  const known = new Set(open.map(({ id }) => id));
  for (const item of items) {
    if ('type' in item && item.type === 'function_call') known.add(item.call_id);
    if ('type' in item && item.type === 'function_call_output' && !known.has(item.call_id))
      return true;
  }
  return false;
}

const callsIn = (message: LanguageModelV4Message): ClientCall[] =>
  message.role !== 'assistant'
    ? []
    : message.content.flatMap((part) =>
        part.type === 'tool-call'
          ? [
              {
                id: part.toolCallId,
                name: part.toolName,
                arguments: JSON.stringify(part.input ?? {}),
              },
            ]
          : [],
      );

/** Items of stored responses by their ids, but for those that are `held` already and those without content. */
export async function findItems(
  ctx: Ctx,
  ids: readonly string[],
  held: ReadonlySet<string>,
  user: string | null,
): Promise<Map<string, StoredItem>> {
  const places = new Map(ids.filter((id) => !held.has(id)).map((id) => [id, readItemId(id)]));
  const wanted = [...new Set([...places.values()].flatMap((message_id) => message_id ?? []))];
  const found = wanted.length === 0 ? [] : await readReferenced(ctx, wanted);
  const byId = new Map(
    found.filter((one) => isStored(one) && isOf(one, user)).map(({ row }) => [row.id, row]),
  );
  return new Map(
    [...places].flatMap(([id, message_id]) => {
      const row = byId.get(message_id ?? '');
      const stored =
        row === undefined ? undefined : itemsOf([row]).find(({ item }) => item.id === id);
      if (stored !== undefined) return [[id, stored] as const];
      // An answer without a word is an item of its response, too.
      if (row?.role !== 'assistant' || row.id !== id) throw unknownItem(id);
      return [];
    }),
  );
}

/** Of a response, and one that was to be stored. */
const isStored = ({ run }: ReferencedMessage): boolean =>
  (run.metadata?.openai as ResponseEcho | undefined)?.store === true;

/** What one end user has said is not put before another. */
const isOf = ({ session }: ReferencedMessage, user: string | null): boolean =>
  user === null || session.end_user_id === null || session.end_user_id === user;

function toReferenced(stored: StoredItem | null): Referenced {
  if (stored === null) return { messages: [] };
  const { item, row, place } = stored;
  if (item.type === 'function_call')
    return { call: { id: item.call_id, name: item.name, arguments: item.arguments } };
  const message = place === null ? undefined : row.prompt?.[place.message];
  if (item.type === 'function_call_output') {
    const part = message?.role === 'tool' ? message.content[place?.part ?? -1] : undefined;
    const name = part?.type === 'tool-result' ? part.toolName : '';
    return { result: { call: { id: item.call_id, name }, value: String(item.output) } };
  }
  if (message?.role === 'system')
    return { messages: [{ role: 'system', content: message.content }] };
  if (message?.role === 'user') return { messages: [{ role: 'user', content: message.content }] };
  const text =
    message?.role === 'assistant'
      ? message.content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')
      : row.text;
  return {
    messages: [
      {
        role: row.role === 'user' && message === undefined ? 'user' : 'assistant',
        content: [toText(text)],
      },
    ],
  };
}

async function filesOf(ctx: Ctx, items: readonly StoredItem[]): Promise<AttachmentRow[]> {
  const files = await Promise.all(
    items.map((stored) => bringAttached(ctx, stored.row.session_id, objectsIn(stored))),
  );
  return files.flat();
}
