import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { Ctx } from '../../platform/context.ts';
import {
  type AttachmentRow,
  filesOfSession,
  type ReferencedMessage,
  readBranchTo,
  readReferenced,
} from '../../sessions/index.ts';
import type { ClientCall } from './answer.ts';
import { unknownItem } from './errors.ts';
import { isOfApproval, readItemId } from './ids.ts';
import { toText } from './input.ts';
import type { InputItem } from './input-item-schema.ts';
import { itemsOf, objectsIn, type StoredItem } from './items.ts';
import type { ResponseEcho } from './response-object-schema.ts';
import type { CreateResponse } from './responses-schema.ts';

/**
 * The content of an `item_reference`: a tool call, its result, or messages. The list is empty if
 * the conversation already contains them.
 */
export type Referenced =
  | { readonly messages: readonly LanguageModelV4Message[] }
  | { readonly call: ClientCall }
  | { readonly result: { readonly call: Pick<ClientCall, 'id' | 'name'>; readonly value: string } };

/** Items of earlier responses that a request references, with their files, and tool calls without a result. */
export interface Earlier {
  readonly items: ReadonlyMap<string, Referenced>;
  readonly calls: readonly ClientCall[];
  /** The files of the referenced items, to be stored with the message of the request. */
  readonly files: readonly AttachmentRow[];
}

/** The response that a request continues. */
export interface Chain {
  readonly session_id: string;
  /** The id of its answer. */
  readonly message_id: string;
  /** The client tool calls of its answer. */
  readonly calls: readonly ClientCall[];
}

type Given = Pick<CreateResponse, 'input' | 'user' | 'safety_identifier'>;
type Items = Exclude<CreateResponse['input'], string>;

/**
 * Resolves the references of a request: `item_reference` items, by the ids of input and output items of stored responses,
 * and tool calls of earlier responses of the chain whose results are in this request. `waiting` has the ids of items that
 * the conversation contains already. Throws `not_found` for an item that does not exist, was not stored, belongs to
 * another end user, or belongs to a session that the key may not read.
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

/** Returns true for an `item_reference`, whose `type` is optional, except to an approval, which no model reads. */
export const isReference = (
  item: InputItem,
): item is Extract<InputItem, { type?: 'item_reference' | null | undefined }> & { id: string } =>
  'id' in item &&
  !('role' in item) &&
  (item.type == null || item.type === 'item_reference') &&
  !isOfApproval(item.id);

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

/**
 * Returns items of stored responses by id, without the items in `held` and without empty answers. Throws `not_found` for an
 * item that does not exist, was not stored, or that the key or the end user may not read.
 */
export async function findItems(
  ctx: Ctx,
  ids: readonly string[],
  held: ReadonlySet<string>,
  user: string | null,
): Promise<Map<string, StoredItem>> {
  const isHeld = (id: string) => held.has(id) || held.has(readItemId(id) ?? '');
  const places = new Map(ids.filter((id) => !isHeld(id)).map((id) => [id, readItemId(id)]));
  const wanted = [...new Set([...places.values()].flatMap((message_id) => message_id ?? []))];
  const found = wanted.length === 0 ? [] : await readReferenced(ctx, wanted);
  const byId = new Map(
    found.filter((one) => isStored(one) && isVisibleTo(one, user)).map(({ row }) => [row.id, row]),
  );
  const texts = new Set<string>();
  return new Map(
    [...places].flatMap(([id, message_id]) => {
      const row = byId.get(message_id ?? '');
      if (row === undefined) throw unknownItem(id);
      const isText = row.role === 'assistant' && id.startsWith('msg_');
      // Each response of a run that has waited has an item with a part of one stored text.
      if (isText && texts.has(row.id)) return [];
      if (isText) texts.add(row.id);
      const own = isText ? row.id : id;
      const stored = itemsOf([row]).find(({ item }) => item.id === own);
      if (stored !== undefined) return [[id, stored] as const];
      // An empty answer is a valid item of its response.
      if (!isText) throw unknownItem(id);
      return [];
    }),
  );
}

/** Returns true for a message of a response with `store: true`. */
const isStored = ({ run }: ReferencedMessage): boolean =>
  (run.metadata?.openai as ResponseEcho | undefined)?.store === true;

/** Returns true when the end user may read the message: users cannot reference the items of other users. */
const isVisibleTo = ({ session }: ReferencedMessage, user: string | null): boolean =>
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
    items.map((stored) => filesOfSession(ctx, stored.row.session_id, objectsIn(stored))),
  );
  return files.flat();
}
