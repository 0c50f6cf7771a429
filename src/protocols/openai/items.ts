import type { LanguageModelV4Message } from '@ai-sdk/provider';
import { referenceOf, toMessage } from '../../runs/index.ts';
import type { MessageRow } from '../../sessions/index.ts';
import type { InputItem } from './input-item-schema.ts';
import { outputOf } from './response.ts';
import type { OutputApproval, OutputCall, OutputMessage } from './response-object-schema.ts';

/** A conversation item as the API returns it. */
export type ResponseItem =
  | OutputMessage
  | OutputCall
  | OutputApproval
  | {
      readonly type: 'mcp_approval_response';
      readonly id: string;
      readonly approval_request_id: string;
      readonly approve: boolean;
      readonly reason: string | null;
    }
  | {
      readonly type: 'message';
      readonly id: string;
      readonly status: 'completed';
      readonly role: string;
      readonly content: unknown[];
    }
  | {
      readonly type: 'function_call_output';
      readonly id: string;
      readonly status: 'completed';
      readonly call_id: string;
      readonly output: unknown;
    };

/** An item of a stored message, with its position in the prompt of that message. */
export interface StoredItem {
  readonly item: ResponseItem;
  readonly row: MessageRow;
  /** null when the item is the text of the message. */
  readonly place: Place | null;
}

interface Place {
  readonly message: number;
  /** Index of the part with a tool call or result; null for the text of the message. */
  readonly part: number | null;
}

/** Returns the items of messages in their order, without erased items. */
export const itemsOf = (rows: readonly MessageRow[]): StoredItem[] =>
  rows.flatMap((row) => (row.role === 'user' ? inputItems(row) : outputItems(row)));

function outputItems(row: MessageRow): StoredItem[] {
  const output = outputOf(toMessage(row, undefined)).filter(
    (item) => item.type !== 'message' || item.content[0]?.text !== '',
  );
  return output.map((item) => ({ item, row, place: null }));
}

function inputItems(row: MessageRow): StoredItem[] {
  if (row.prompt === null) {
    const content = [{ type: 'input_text', text: row.text }];
    return row.text === ''
      ? []
      : [
          {
            item: {
              type: 'message',
              id: itemIdOf(row, 'msg', 0),
              status: 'completed',
              role: 'user',
              content,
            },
            row,
            place: null,
          },
        ];
  }
  return placesIn(row.prompt).flatMap((place, index) => {
    const item = toItem(row, place, index);
    return item === null ? [] : [{ item, row, place }];
  });
}

/** Returns the positions of the items in a prompt, in their order. */
const placesIn = (prompt: readonly LanguageModelV4Message[]): Place[] =>
  prompt.flatMap((message, index): Place[] => {
    if (message.role === 'system' || message.role === 'user')
      return [{ message: index, part: null }];
    const parts = message.content.flatMap((part, place) =>
      isCall(part) ? [{ message: index, part: place }] : [],
    );
    return message.role === 'assistant' && message.content.some(({ type }) => type === 'text')
      ? [{ message: index, part: null }, ...parts]
      : parts;
  });

const isCall = ({ type }: { readonly type: string }) =>
  type === 'tool-call' || type === 'tool-result';

const suffixOf = (id: string): string => id.slice(id.indexOf('_') + 1);

/** Returns the id of an item that was sent without an id. */
const itemIdOf = (row: MessageRow, prefix: string, index: number): string =>
  `${prefix}_${suffixOf(row.id)}_${index}`;

interface Named {
  readonly providerOptions?:
    | Readonly<Record<string, Readonly<Record<string, unknown>>>>
    | undefined;
}

const assignedIdOf = ({ providerOptions }: Named): string | undefined =>
  providerOptions?.agentgrid?.item_id as string | undefined;

function toItem(
  row: MessageRow,
  { message: at, part: place }: Place,
  index: number,
): ResponseItem | null {
  const message = (row.prompt ?? [])[at] as LanguageModelV4Message;
  const status = 'completed' as const;
  if (place === null) {
    const content = contentOf(row, message);
    if (content.length === 0) return null;
    const id = assignedIdOf(message as Named) ?? itemIdOf(row, 'msg', index);
    return { type: 'message', id, status, role: message.role, content };
  }
  const part =
    message.role === 'assistant' || message.role === 'tool' ? message.content[place] : undefined;
  const id = assignedIdOf((part ?? {}) as Named) ?? itemIdOf(row, 'fc', index);
  if (part?.type === 'tool-call')
    return {
      type: 'function_call',
      id,
      status,
      call_id: part.toolCallId,
      name: part.toolName,
      arguments: JSON.stringify(part.input ?? {}),
    };
  if (part?.type !== 'tool-result') return null;
  return {
    type: 'function_call_output',
    id,
    status,
    call_id: part.toolCallId,
    output: 'value' in part.output ? part.output.value : '',
  };
}

function contentOf(row: MessageRow, message: LanguageModelV4Message): unknown[] {
  if (message.role === 'system') return [{ type: 'input_text', text: message.content }];
  if (message.role === 'assistant')
    return message.content.flatMap((part) =>
      part.type === 'text'
        ? [{ type: 'output_text', text: part.text, annotations: [], logprobs: [] }]
        : [],
    );
  if (message.role !== 'user') return [];
  return message.content.map((part) => {
    if (part.type === 'text') return { type: 'input_text', text: part.text };
    const object_id = referenceOf(part);
    const file = row.attachments.find((one) => one.object_id === object_id);
    // A file of `/v1/files` keeps the id that it has there.
    const file_id = object_id?.startsWith('upl_') === true ? object_id : (file?.id ?? null);
    if (part.mediaType.startsWith('image/'))
      return { type: 'input_image', image_url: null, file_id, detail: 'auto' };
    return { type: 'input_file', file_id, filename: part.filename ?? file?.name ?? null };
  });
}

/** Returns the object ids of the files of an item. */
export function objectsIn({ row, place }: StoredItem): string[] {
  const message = place === null ? undefined : row.prompt?.[place.message];
  return message?.role === 'user' ? message.content.flatMap((part) => referenceOf(part) ?? []) : [];
}

/** Returns the prompt with the given ids assigned to its first items. */
export function withItemIds(
  prompt: readonly LanguageModelV4Message[],
  names: readonly string[],
): LanguageModelV4Message[] {
  const places = placesIn(prompt);
  return prompt.map((message, at) => {
    const own = places.flatMap((place, index) =>
      place.message === at && names[index] !== undefined ? [[place, names[index]] as const] : [],
    );
    return own.reduce((named, [{ part }, name]) => withName(named, part, name), message);
  });
}

function withName(
  message: LanguageModelV4Message,
  part: number | null,
  item_id: string,
): LanguageModelV4Message {
  const providerOptions = { agentgrid: { item_id } };
  if (part === null || typeof message.content === 'string')
    return { ...message, providerOptions } as LanguageModelV4Message;
  const content = message.content.map((one, index) =>
    index === part ? { ...one, providerOptions } : one,
  );
  return { ...message, content } as LanguageModelV4Message;
}

/** Returns the prompt of a message without one of its items. The other items keep their ids. */
export function withoutItem(
  row: MessageRow,
  { message: at, part }: Place,
): LanguageModelV4Message[] {
  const names = placesIn(row.prompt ?? []).map(
    (place, index) => toItem(row, place, index)?.id ?? '',
  );
  return withItemIds(row.prompt ?? [], names).flatMap(
    (message, index): LanguageModelV4Message[] => {
      if (index !== at) return [message];
      if (message.role === 'system' || message.role === 'user') return [];
      const content = message.content.filter((one, place) =>
        part === null ? isCall(one) : place !== part,
      );
      return content.length === 0 ? [] : [{ ...message, content } as LanguageModelV4Message];
    },
  );
}

/** Returns an item of a request in the form that lists return; null for an ignored item. */
export function sentItem(id: string, item: InputItem): ResponseItem | null {
  const status = 'completed' as const;
  if ('role' in item) {
    const parts =
      typeof item.content === 'string'
        ? [{ type: 'text' as const, text: item.content }]
        : item.content;
    const content = parts.flatMap((part) => sentPart(part, item.role === 'assistant'));
    return { type: 'message', id, status, role: item.role, content };
  }
  if (item.type === 'function_call') {
    const { call_id, name, arguments: text } = item;
    return { type: 'function_call', id, status, call_id, name, arguments: text };
  }
  return item.type === 'function_call_output'
    ? { type: 'function_call_output', id, status, call_id: item.call_id, output: item.output }
    : null;
}

type SentPart = Exclude<Extract<InputItem, { role: string }>['content'], string>[number];

/** Returns a content part with the type that OpenAI's lists use. Reasoning is omitted. */
function sentPart(part: SentPart, isAnswer: boolean): object[] {
  switch (part.type) {
    case 'text':
    case 'input_text':
    case 'output_text':
      return isAnswer
        ? [{ type: 'output_text', text: part.text, annotations: [], logprobs: [] }]
        : [{ type: 'input_text', text: part.text }];
    case 'input_image':
      return [{ ...part, detail: part.detail ?? 'auto' }];
    case 'input_file':
    case 'refusal':
      return [part];
    default:
      return [];
  }
}
