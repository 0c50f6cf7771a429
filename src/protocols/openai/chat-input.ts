import type { Overrides } from '../../runs/index.ts';
import type { ChatMessage, CreateChatCompletion } from './chat-schema.ts';
import { type Conversation, ConversationBuilder, toText } from './input.ts';
import { filePartOf, type GivenFile, sourceOf } from './input-files.ts';
import { readFormat } from './output-format.ts';
import { readTools } from './tool-choice.ts';

/** Converts the messages of a chat completion request to prompt messages. Throws `validation_failed`. */
export function readChat({ messages }: Pick<CreateChatCompletion, 'messages'>): Conversation {
  const builder = new ConversationBuilder();
  for (const [index, message] of messages.entries())
    addMessage(builder, message, `/messages/${index}`);
  return builder.done('/messages');
}

type TextPart = { readonly type: string; readonly text?: string; readonly refusal?: string };

/** Returns the files of the messages, to be stored with `storeFiles` before `readChat`. */
export const filesOfChat = ({ messages }: Pick<CreateChatCompletion, 'messages'>): GivenFile[] =>
  messages.flatMap((message, index) =>
    message.role !== 'user' || typeof message.content === 'string'
      ? []
      : message.content.flatMap((part, place): GivenFile[] => {
          const at = `/messages/${index}/content/${place}`;
          if (part.type === 'file') {
            const { file_data: data, file_id, filename: name } = part.file;
            return [{ part, at: `${at}/file`, kind: 'file', data, file_id, name }];
          }
          return part.type === 'image_url'
            ? [{ part, at: `${at}/image_url/url`, kind: 'image', ...sourceOf(part.image_url.url) }]
            : [];
        }),
  );

/** Returns the text of a content. Parts without text, such as reasoning, are omitted. */
const textOf = (content: string | readonly TextPart[]): string =>
  typeof content === 'string'
    ? content
    : content.map(({ text, refusal }) => text ?? refusal ?? '').join('');

function addMessage(builder: ConversationBuilder, message: ChatMessage, at: string): void {
  switch (message.role) {
    case 'system':
    case 'developer':
      builder.add({ role: 'system', content: textOf(message.content) });
      break;
    case 'user':
      builder.add({ role: 'user', content: toUserParts(message.content) });
      break;
    case 'tool':
      builder.result(message.tool_call_id, textOf(message.content), `${at}/tool_call_id`);
      break;
    case 'assistant': {
      const text = textOf(message.content ?? message.refusal ?? '');
      if (text !== '' || (message.tool_calls ?? []).length === 0)
        builder.add({ role: 'assistant', content: [toText(text)] });
      else builder.add({ role: 'assistant', content: [] });
      for (const { id, function: called } of message.tool_calls ?? [])
        builder.call(id, called.name, called.arguments);
    }
  }
}

function toUserParts(content: Extract<ChatMessage, { role: 'user' }>['content']) {
  if (typeof content === 'string') return [toText(content)];
  return content.map((part) => (part.type === 'text' ? toText(part.text) : filePartOf(part)));
}

/** Returns the settings of a request that override those of the agent. Throws `validation_failed`. */
export function readChatOverrides(body: CreateChatCompletion): Overrides {
  const {
    temperature,
    top_p,
    stop,
    reasoning_effort,
    seed,
    frequency_penalty,
    presence_penalty,
    response_format,
  } = body;
  const max_output_tokens = body.max_completion_tokens ?? body.max_tokens;
  const format =
    response_format?.type === 'json_schema'
      ? { type: response_format.type, ...response_format.json_schema }
      : response_format;
  return {
    settings: {
      ...(temperature == null ? {} : { temperature }),
      ...(top_p == null ? {} : { top_p }),
      ...(max_output_tokens == null ? {} : { max_output_tokens }),
      ...(stop == null ? {} : { stop: typeof stop === 'string' ? [stop] : stop }),
      ...(reasoning_effort == null ? {} : { reasoning_effort }),
    },
    options: {
      ...(seed == null ? {} : { seed }),
      ...(frequency_penalty == null ? {} : { frequencyPenalty: frequency_penalty }),
      ...(presence_penalty == null ? {} : { presencePenalty: presence_penalty }),
    },
    ...readFormat(format ?? null, '/response_format/json_schema/schema'),
    ...readTools(
      (body.tools ?? []).map(({ function: tool }, index) => ({
        at: `/tools/${index}/function`,
        tool,
      })),
      choiceOf(body),
    ),
    ...(body.parallel_tool_calls === false ? { max_calls: 1 } : {}),
    has_approvals: false,
    can_ask: false,
  };
}

function choiceOf({ tool_choice: choice }: Pick<CreateChatCompletion, 'tool_choice'>) {
  if (choice == null || typeof choice === 'string') return choice ?? null;
  if (choice.type === 'function') return choice.function;
  const { mode, tools } = choice.allowed_tools;
  return { mode, names: tools.map((tool) => tool.function.name) };
}
