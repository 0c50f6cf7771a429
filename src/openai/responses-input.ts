import type { Overrides } from '../sessions/index.ts';
import type { ClientCall } from './answer.ts';
import { type Conversation, toClientTools, toImage, toOutputSchema, toText, toToolChoice, Writer } from './input.ts';
import type { CreateResponse, InputItem, ResponseEcho } from './responses-schema.ts';

type MessageItem = Extract<InputItem, { role: string }>;

/** The items of a request; `open` are calls of the response before it, whose results may be among them. Throws `validation_failed`. */
export function readItems({ input }: Pick<CreateResponse, 'input'>, open: readonly ClientCall[]): Conversation {
  const writer = new Writer(open);
  if (typeof input === 'string') writer.add({ role: 'user', content: [toText(input)] });
  else for (const [index, item] of input.entries()) addItem(writer, item, `/input/${index}`);
  return writer.done('/input');
}

function addItem(writer: Writer, item: InputItem, at: string): void {
  if ('role' in item) addMessage(writer, item, at);
  else if (item.type === 'function_call') writer.call(item.call_id, item.name, item.arguments);
  else if (item.type === 'function_call_output') {
    const value = typeof item.output === 'string' ? item.output : item.output.map(({ text }) => text).join('');
    writer.result(item.call_id, value, `${at}/call_id`);
  }
  // What a model thought is not shown here, so what comes back of it is somebody else's.
}

function addMessage(writer: Writer, { role, content }: MessageItem, at: string): void {
  const text =
    typeof content === 'string'
      ? content
      : content.map((part) => ('text' in part ? part.text : 'refusal' in part ? part.refusal : '')).join('');
  if (role === 'user') writer.add({ role, content: toUserParts(content, at) });
  else if (role === 'assistant') writer.add({ role, content: [toText(text)] });
  else writer.add({ role: 'system', content: text });
}

function toUserParts(content: MessageItem['content'], at: string) {
  if (typeof content === 'string') return [toText(content)];
  return content.map((part, index) => {
    if (part.type === 'input_image') return toImage(part.image_url, `${at}/content/${index}/image_url`);
    return toText(part.type === 'refusal' ? part.refusal : part.text);
  });
}

/** What the request asks for besides the agent's own settings. Throws `validation_failed`. */
export function readResponseOverrides(body: CreateResponse): Overrides {
  const { temperature, top_p, max_output_tokens, instructions } = body;
  const tools = toClientTools((body.tools ?? []).map((tool, index) => ({ at: `/tools/${index}`, tool })));
  const output_schema = toOutputSchema(body.text?.format ?? null, '/text/format/schema');
  return {
    instructions: instructions ?? null,
    settings: {
      ...(temperature == null ? {} : { temperature }),
      ...(top_p == null ? {} : { top_p }),
      ...(max_output_tokens == null ? {} : { max_output_tokens }),
      ...(body.reasoning?.effort == null ? {} : { reasoning_effort: body.reasoning.effort }),
    },
    ...(output_schema === undefined ? {} : { output_schema }),
    tools,
    ...(body.tool_choice == null ? {} : { tool_choice: toToolChoice(body.tool_choice, tools) }),
    ...(body.parallel_tool_calls === false ? { most_calls: 1 } : {}),
  };
}

/** What the response tells again of its request. */
export const echoOf = (body: CreateResponse, model: string): ResponseEcho => ({
  model,
  instructions: body.instructions ?? null,
  previous_response_id: body.previous_response_id ?? null,
  background: body.background ?? false,
  store: body.store ?? true,
  temperature: body.temperature ?? null,
  top_p: body.top_p ?? null,
  max_output_tokens: body.max_output_tokens ?? null,
  tools: (body.tools ?? []).map((tool) => ({ ...tool, parameters: tool.parameters ?? null, strict: tool.strict ?? false })),
  tool_choice: body.tool_choice ?? 'auto',
  parallel_tool_calls: body.parallel_tool_calls ?? true,
  text: { format: body.text?.format ?? { type: 'text' } },
  reasoning: { effort: body.reasoning?.effort ?? null, summary: null },
  truncation: body.truncation ?? 'disabled',
  user: body.user ?? null,
  metadata: body.metadata ?? {},
});
