import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { Ctx } from '../platform/context.ts';
import { type ReferencedMessage, readBranchTo, readReferenced } from '../sessions/index.ts';
import { type ClientCall, clientCallsOf } from './answer.ts';
import { unknownItem } from './errors.ts';
import { readItemId } from './ids.ts';
import { toText } from './input.ts';
import type { CreateResponse, InputItem, ResponseEcho } from './responses-schema.ts';

/** What an `item_reference` stands for: messages, a call, or nothing where the conversation has it already. */
export type Referenced =
  | { readonly messages: readonly LanguageModelV4Message[] }
  | { readonly call: ClientCall }
  | { readonly messages: readonly [] };

/** What the items of a request refer to: items of earlier responses, and open calls. */
export interface Earlier {
  readonly items: ReadonlyMap<string, Referenced>;
  readonly calls: readonly ClientCall[];
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
 * Resolves what a request refers to: `item_reference` items, by ids of items of stored responses, and calls of earlier
 * responses of the chain whose results come only now. Throws `not_found` for an item that does not exist, was not
 * stored, or is of a session that the key may not read or of another end user.
 */
export async function readEarlier(ctx: Ctx, { input, user, safety_identifier }: Given, chain: Chain | null): Promise<Earlier> {
  const items = typeof input === 'string' ? [] : input;
  const ids = items.flatMap((item) => (isReference(item) ? [item.id] : []));
  const isLate = chain !== null && hasUnknownResult(items, chain.calls);
  if (ids.length === 0 && !isLate) return { items: new Map(), calls: chain?.calls ?? [] };
  const branch = chain === null ? [] : await readBranchTo(ctx, chain.session_id, chain.message_id);
  const calls = branch.flatMap(({ prompt }) => (prompt ?? []).flatMap(callsIn));
  const held = new Set(branch.map(({ id }) => id));
  return { items: await resolve(ctx, ids, held, user ?? safety_identifier ?? null), calls: [...calls, ...(chain?.calls ?? [])] };
}

const isReference = (item: InputItem): item is Extract<InputItem, { type?: 'item_reference' | null | undefined }> & { id: string } =>
  'id' in item && !('role' in item) && (item.type == null || item.type === 'item_reference');

function hasUnknownResult(items: Items, open: readonly ClientCall[]): boolean {
  const known = new Set(open.map(({ id }) => id));
  for (const item of items) {
    if ('type' in item && item.type === 'function_call') known.add(item.call_id);
    if ('type' in item && item.type === 'function_call_output' && !known.has(item.call_id)) return true;
  }
  return false;
}

const callsIn = (message: LanguageModelV4Message): ClientCall[] =>
  message.role !== 'assistant'
    ? []
    : message.content.flatMap((part) =>
        part.type === 'tool-call' ? [{ id: part.toolCallId, name: part.toolName, arguments: JSON.stringify(part.input ?? {}) }] : [],
      );

async function resolve(ctx: Ctx, ids: readonly string[], held: ReadonlySet<string>, user: string | null): Promise<Map<string, Referenced>> {
  const places = new Map(ids.map((id) => [id, readItemId(id)]));
  const wanted = [...new Set([...places.values()].flatMap((place) => (place === null ? [] : [place.message_id])))];
  const found = wanted.length === 0 ? [] : await readReferenced(ctx, wanted);
  const byId = new Map(found.filter((one) => isStored(one) && isOf(one, user)).map((one) => [one.row.id, one]));
  return new Map(
    [...places].map(([id, place]) => {
      const one = place === null ? undefined : byId.get(place.message_id);
      const referenced = one === undefined || place === null ? undefined : contentOf(one, place.call);
      if (one === undefined || referenced === undefined) throw unknownItem(id);
      return [id, held.has(one.row.id) ? { messages: [] } : referenced];
    }),
  );
}

/** Of a response, and one that was to be stored. */
const isStored = ({ run }: ReferencedMessage): boolean => (run.metadata?.openai as ResponseEcho | undefined)?.store === true;

/** What one end user has said is not put before another. */
const isOf = ({ session }: ReferencedMessage, user: string | null): boolean =>
  user === null || session.end_user_id === null || session.end_user_id === user;

function contentOf({ message, row }: ReferencedMessage, call: number | null): Referenced | undefined {
  if (call !== null) {
    const found = clientCallsOf(message)[call];
    return found === undefined ? undefined : { call: found };
  }
  if (row.role === 'user') return { messages: row.prompt ?? [{ role: 'user', content: [toText(row.text)] }] };
  return { messages: [{ role: 'assistant', content: [toText(row.text)] }] };
}
