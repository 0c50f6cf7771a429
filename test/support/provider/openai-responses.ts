import { openaiFailure } from './openai-chat.ts';
import { type Call, namedEvent, type Protocol } from './protocol.ts';
import { argumentText, inPieces, type Round, type Usage, whole } from './script.ts';

/** OpenAI responses, https://platform.openai.com/docs/api-reference/responses-streaming: every event is named and numbered. */
export const openaiResponses: Protocol = {
  request_id_header: 'x-request-id',
  stream: streamResponse,
  answer: (round, call) =>
    responseOf(call, round.finish === 'length' ? 'incomplete' : 'completed', round),
  failure: openaiFailure,
  failureEvent: (call, position) =>
    namedEvent({
      type: 'response.failed',
      ...{ sequence_number: position },
      ...{
        response: {
          ...responseOf(call, 'failed', {}),
          error: { code: 'server_error', message: 'The server had an error.' },
        },
      },
    }),
};

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

/** One output item: how it is announced, what is streamed into it, and what it is in the end. */
interface Item {
  readonly added: object;
  readonly events: (at: { readonly item_id: string; readonly output_index: number }) => Event[];
  readonly done: { readonly id: string };
}

const obfuscation = 'wl1L4ubkZC2';

function streamResponse(round: Round, call: Call): string[] {
  const incomplete = round.finish === 'length' || round.finish === 'content-filter';
  const status = incomplete ? 'incomplete' : 'completed';
  const events: Event[] = [
    { type: 'response.created', response: responseOf(call, 'in_progress', {}) },
    { type: 'response.in_progress', response: responseOf(call, 'in_progress', {}) },
    ...itemsOf(round, call).flatMap(({ added, events: parts, done }, output_index) => [
      { type: 'response.output_item.added', output_index, item: added },
      ...parts({ item_id: done.id, output_index }),
      { type: 'response.output_item.done', output_index, item: done },
    ]),
    { type: `response.${status}`, response: responseOf(call, status, round) },
  ];
  return events.map(({ type, ...fields }, sequence_number) =>
    namedEvent({ type, ...{ sequence_number, ...fields } }),
  );
}

function itemsOf(round: Round, call: Call): Item[] {
  return [
    ...(round.reasoning === undefined ? [] : [reasoningItem(round.reasoning, call)]),
    ...(round.text === undefined ? [] : [messageItem(round.text, call)]),
    ...(round.tool_calls ?? []).map((tool, index): Item => {
      const id = `fc_${call.id}${index}`;
      const item = { id, type: 'function_call', call_id: tool.id, name: tool.name };
      const text = argumentText(tool);
      return {
        added: { ...item, status: 'in_progress', arguments: '' },
        events: (at) => [
          ...inPieces(text).map((delta) => ({
            type: 'response.function_call_arguments.delta',
            ...at,
            delta,
            obfuscation,
          })),
          { type: 'response.function_call_arguments.done', ...at, arguments: text },
        ],
        done: { ...item, ...{ status: 'completed', arguments: text } },
      };
    }),
  ];
}

function reasoningItem(reasoning: readonly string[], call: Call): Item {
  const id = `rs_${call.id}`;
  const part = { type: 'summary_text', text: whole(reasoning) };
  return {
    added: { id, type: 'reasoning', encrypted_content: 'gAAAAAB', summary: [] },
    events: (at) => [
      {
        type: 'response.reasoning_summary_part.added',
        ...at,
        summary_index: 0,
        part: { type: 'summary_text', text: '' },
      },
      ...reasoning.map((delta) => ({
        type: 'response.reasoning_summary_text.delta',
        ...at,
        summary_index: 0,
        delta,
        obfuscation,
      })),
      { type: 'response.reasoning_summary_text.done', ...at, summary_index: 0, text: part.text },
      { type: 'response.reasoning_summary_part.done', ...at, summary_index: 0, part },
    ],
    done: { id, ...{ type: 'reasoning', encrypted_content: 'gAAAAABdone', summary: [part] } },
  };
}

function messageItem(text: readonly string[], call: Call): Item {
  const id = `msg_${call.id}`;
  const part = { type: 'output_text', annotations: [], logprobs: [], text: whole(text) };
  return {
    added: { id, type: 'message', status: 'in_progress', content: [], role: 'assistant' },
    events: (at) => [
      { type: 'response.content_part.added', ...at, content_index: 0, part: { ...part, text: '' } },
      ...text.map((delta) => ({
        type: 'response.output_text.delta',
        ...at,
        content_index: 0,
        delta,
        logprobs: [],
        obfuscation,
      })),
      { type: 'response.output_text.done', ...at, content_index: 0, text: part.text, logprobs: [] },
      { type: 'response.content_part.done', ...at, content_index: 0, part },
    ],
    done: { id, ...{ type: 'message', status: 'completed', content: [part], role: 'assistant' } },
  };
}

const usageOf = ({
  input_tokens,
  output_tokens,
  cache_read_tokens = 0,
  cache_write_tokens,
  reasoning_tokens = 0,
}: Usage) => ({
  input_tokens,
  input_tokens_details: {
    cached_tokens: cache_read_tokens,
    ...(cache_write_tokens === undefined ? {} : { cache_write_tokens }),
  },
  output_tokens,
  output_tokens_details: { reasoning_tokens },
  total_tokens: input_tokens + output_tokens,
});

/** The response object, which the first events and the last one carry. */
function responseOf(call: Call, status: string, round: Round): Record<string, unknown> {
  const { body } = call;
  const reason = round.finish === 'content-filter' ? 'content_filter' : 'max_output_tokens';
  return {
    id: `resp_${call.id}`,
    object: 'response',
    created_at: call.created,
    status,
    background: false,
    error: null,
    incomplete_details: status === 'incomplete' ? { reason } : null,
    instructions: null,
    max_output_tokens: body?.max_output_tokens ?? null,
    model: call.model,
    output: status === 'in_progress' ? [] : itemsOf(round, call).map(({ done }) => done),
    parallel_tool_calls: true,
    previous_response_id: null,
    reasoning: {
      effort: body?.reasoning?.effort ?? null,
      summary: body?.reasoning?.summary ?? null,
    },
    service_tier: status === 'in_progress' ? 'auto' : 'default',
    store: body?.store ?? true,
    temperature: body?.temperature ?? 1,
    text: { format: { type: 'text' }, verbosity: 'medium' },
    tool_choice: body?.tool_choice ?? 'auto',
    tools: body?.tools ?? [],
    top_p: body?.top_p ?? 1,
    truncation: 'disabled',
    usage: round.usage === undefined ? null : usageOf(round.usage),
    user: null,
    metadata: {},
  };
}
