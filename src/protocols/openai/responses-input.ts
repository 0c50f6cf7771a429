import type { LanguageModelV4Message } from '@ai-sdk/provider';
import type { Overrides } from '../../runs/index.ts';
import { unsupported } from './errors.ts';
import { type Conversation, ConversationBuilder, toText } from './input.ts';
import { filePartOf, type GivenFile, sourceOf } from './input-files.ts';
import type { InputItem } from './input-item-schema.ts';
import type { Earlier, Referenced } from './item-references.ts';
import { readFormat } from './output-format.ts';
import type { ResponseEcho } from './response-object-schema.ts';
import { type CreateResponse, functionsOf } from './responses-schema.ts';
import { readTools } from './tool-choice.ts';

type MessageItem = Extract<InputItem, { role: string }>;

/**
 * Converts the items of a request to prompt messages, with referenced items of earlier responses.
 * Throws `validation_failed`.
 */
export function readItems(
  { input }: Pick<CreateResponse, 'input'>,
  { items, calls }: Pick<Earlier, 'items' | 'calls'>,
): Conversation {
  const builder = new ConversationBuilder(calls);
  if (typeof input === 'string') builder.add({ role: 'user', content: [toText(input)] });
  else
    for (const [index, item] of input.entries()) addItem(builder, item, items, `/input/${index}`);
  return builder.done('/input');
}

/**
 * Returns the files of the items, to be stored with `storeFiles` before `readItems`. Throws
 * `validation_failed` for a file in a message that is not the user's.
 */
export function filesOfItems(
  { input }: Pick<CreateResponse, 'input'>,
  base = '/input',
): GivenFile[] {
  if (typeof input === 'string') return [];
  return input.flatMap((item, index) =>
    !('role' in item) || typeof item.content === 'string'
      ? []
      : item.content.flatMap((part, place): GivenFile[] => {
          const at = `${base}/${index}/content/${place}`;
          if (item.role !== 'user' && isFile(part))
            throw unsupported(
              at,
              `\`${part.type}\` is not supported in messages with role \`${item.role}\`.`,
            );
          if (part.type === 'input_image')
            return [
              { part, at, kind: 'image', ...sourceOf(part.image_url ?? ''), file_id: part.file_id },
            ];
          if (part.type !== 'input_file') return [];
          const { file_data: data, file_url: url, file_id, filename: name } = part;
          return [{ part, at, kind: 'file', data, url, file_id, name }];
        }),
  );
}

function addItem(
  builder: ConversationBuilder,
  item: InputItem,
  earlier: Earlier['items'],
  at: string,
): void {
  if ('role' in item) addMessage(builder, item);
  else if (item.type === 'function_call') builder.call(item.call_id, item.name, item.arguments);
  else if (item.type === 'function_call_output') {
    const value =
      typeof item.output === 'string' ? item.output : item.output.map(({ text }) => text).join('');
    builder.result(item.call_id, value, `${at}/call_id`);
  } else if (item.type == null || item.type === 'item_reference')
    addReferenced(builder, earlier.get(item.id), at);
  // Reasoning is ignored: this API never returns it, so it comes from another provider.
}

function addReferenced(
  builder: ConversationBuilder,
  referenced: Referenced | undefined,
  at: string,
): void {
  if (referenced === undefined) return;
  if ('call' in referenced)
    builder.call(referenced.call.id, referenced.call.name, referenced.call.arguments);
  else if ('result' in referenced)
    builder.result(referenced.result.call.id, referenced.result.value, at);
  else for (const message of referenced.messages) builder.add(message);
}

function addMessage(builder: ConversationBuilder, { role, content }: MessageItem): void {
  const text =
    typeof content === 'string'
      ? content
      : content
          .map((part) => ('text' in part ? part.text : 'refusal' in part ? part.refusal : ''))
          .join('');
  if (role === 'user') builder.add({ role, content: toUserParts(content) });
  else if (role === 'assistant') builder.add({ role, content: [toText(text)] });
  else builder.add({ role: 'system', content: text });
}

const isFile = ({ type }: { readonly type: string }): boolean =>
  type === 'input_image' || type === 'input_file';

type UserParts = Extract<LanguageModelV4Message, { role: 'user' }>['content'];

function toUserParts(content: MessageItem['content']): UserParts {
  if (typeof content === 'string') return [toText(content)];
  return content.flatMap((part): UserParts => {
    if (part.type === 'input_image' || part.type === 'input_file') return [filePartOf(part)];
    if ('text' in part) return [toText(part.text)];
    return 'refusal' in part ? [toText(part.refusal)] : [];
  });
}

/** Returns the settings of a request that override those of the agent. Throws `validation_failed`. */
export function readResponseOverrides(body: CreateResponse): Overrides {
  const { temperature, top_p, max_output_tokens, instructions } = body;
  return {
    instructions: instructions ?? null,
    settings: {
      ...(temperature == null ? {} : { temperature }),
      ...(top_p == null ? {} : { top_p }),
      ...(max_output_tokens == null ? {} : { max_output_tokens }),
      ...(body.reasoning?.effort == null ? {} : { reasoning_effort: body.reasoning.effort }),
    },
    ...readFormat(body.text?.format ?? null, '/text/format/schema'),
    ...readTools(functionsOf(body), choiceOf(body)),
    ...(body.parallel_tool_calls === false ? { max_calls: 1 } : {}),
    // A run of an unstored response cannot be resumed.
    has_approvals: body.store !== false,
    can_ask: false,
  };
}

function choiceOf({ tool_choice: choice }: Pick<CreateResponse, 'tool_choice'>) {
  if (choice == null || typeof choice === 'string') return choice ?? null;
  return choice.type === 'function'
    ? choice
    : { mode: choice.mode, names: choice.tools.map(({ name }) => name) };
}

/** Returns the request parameters that the response repeats. */
export const echoOf = (body: CreateResponse, model: string): ResponseEcho => ({
  model,
  instructions: body.instructions ?? null,
  previous_response_id: body.previous_response_id ?? null,
  conversation:
    body.conversation == null
      ? null
      : { id: typeof body.conversation === 'string' ? body.conversation : body.conversation.id },
  background: body.background ?? false,
  store: body.store ?? true,
  temperature: body.temperature ?? null,
  top_p: body.top_p ?? null,
  max_output_tokens: body.max_output_tokens ?? null,
  tools: functionsOf(body).map(({ tool: { type, name, description, parameters, strict } }) => ({
    ...{
      type,
      name,
      description: description ?? null,
      parameters: parameters ?? null,
      strict: strict ?? false,
    },
  })),
  tool_choice: body.tool_choice ?? 'auto',
  parallel_tool_calls: body.parallel_tool_calls ?? true,
  text: { format: formatOf(body) },
  reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
  truncation: body.truncation ?? 'disabled',
  user: body.user ?? null,
  metadata: body.metadata ?? {},
});

function formatOf({ text }: CreateResponse): ResponseEcho['text']['format'] {
  if (text?.format == null) return { type: 'text' };
  if (text.format.type !== 'json_schema') return text.format;
  const { description, strict, ...format } = text.format;
  return { ...format, ...(description == null ? {} : { description }), strict: strict ?? false };
}
