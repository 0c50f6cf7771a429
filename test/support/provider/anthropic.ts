import { type Call, namedEvent, type Protocol } from './protocol.ts';
import {
  argumentText,
  argumentValue,
  inPieces,
  type Round,
  type ToolCall,
  type Usage,
  whole,
} from './script.ts';

/** Anthropic messages, https://docs.anthropic.com/en/api/messages-streaming. */
export const anthropic: Protocol = {
  request_id_header: 'request-id',
  stream: streamMessage,
  answer: answerMessage,
  failure: anthropicFailure,
  failureEvent: (call) =>
    namedEvent({ type: 'error', ...{ error: anthropicFailure(529, call).error } }),
};

const types: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  429: 'rate_limit_error',
  529: 'overloaded_error',
};

function anthropicFailure(status: number, call: Call) {
  const message = `The request failed with ${status}; key ${call.body?.credential ?? ''}.`;
  return {
    type: 'error',
    error: { type: types[status] ?? 'api_error', message },
    request_id: `req_${call.id}`,
  };
}

const stopOf = ({ finish, tool_calls }: Round): string =>
  finish === 'length'
    ? 'max_tokens'
    : finish === 'content-filter'
      ? 'refusal'
      : tool_calls === undefined
        ? 'end_turn'
        : 'tool_use';

/** The service's `input_tokens` are those that no cache had a part in. */
const inputUsage = ({ input_tokens, cache_read_tokens = 0, cache_write_tokens = 0 }: Usage) => ({
  input_tokens: input_tokens - cache_read_tokens - cache_write_tokens,
  cache_creation_input_tokens: cache_write_tokens,
  cache_read_input_tokens: cache_read_tokens,
});

const outputUsage = ({ output_tokens, reasoning_tokens }: Usage) => ({
  output_tokens,
  ...(reasoning_tokens === undefined
    ? {}
    : { output_tokens_details: { thinking_tokens: reasoning_tokens } }),
});

const startUsage = (usage: Usage) => ({
  ...inputUsage(usage),
  cache_creation: {
    ephemeral_5m_input_tokens: usage.cache_write_tokens ?? 0,
    ephemeral_1h_input_tokens: 0,
  },
  output_tokens: 1,
  service_tier: 'standard',
});

const messageOf = (call: Call) => ({
  model: call.model,
  id: `msg_${call.id}`,
  type: 'message',
  role: 'assistant',
});

function streamMessage(round: Round, call: Call): string[] {
  const blocks = [
    ...(round.reasoning === undefined ? [] : [thinkingBlock(round.reasoning)]),
    ...(round.text === undefined ? [] : [textBlock(round.text)]),
    ...(round.tool_calls ?? []).map(toolBlock),
  ];
  const { usage } = round;
  const start = { ...messageOf(call), content: [], stop_reason: null, stop_sequence: null };
  const stop = { stop_reason: stopOf(round), stop_sequence: null };
  return [
    namedEvent({
      type: 'message_start',
      ...{ message: { ...start, ...(usage === undefined ? {} : { usage: startUsage(usage) }) } },
    }),
    ...blocks.flatMap(({ content_block, deltas }, index) => [
      namedEvent({ type: 'content_block_start', ...{ index, content_block } }),
      ...(index === 0 ? [namedEvent({ type: 'ping' })] : []),
      ...deltas.map((delta) => namedEvent({ type: 'content_block_delta', ...{ index, delta } })),
      namedEvent({ type: 'content_block_stop', ...{ index } }),
    ]),
    namedEvent({
      type: 'message_delta',
      ...{
        delta: stop,
        ...(usage === undefined ? {} : { usage: { ...inputUsage(usage), ...outputUsage(usage) } }),
      },
    }),
    namedEvent({ type: 'message_stop' }),
  ];
}

const thinkingBlock = (reasoning: readonly string[]) => ({
  content_block: { type: 'thinking', thinking: '', signature: '' },
  deltas: [
    ...reasoning.map((thinking) => ({ type: 'thinking_delta', thinking })),
    { type: 'signature_delta', signature: 'EvQBCkYICxgCKkAx' },
  ],
});

const textBlock = (text: readonly string[]) => ({
  content_block: { type: 'text', text: '' },
  deltas: text.map((piece) => ({ type: 'text_delta', text: piece })),
});

const toolBlock = (tool: ToolCall) => ({
  content_block: { type: 'tool_use', id: tool.id, name: tool.name, input: {} },
  deltas: ['', ...inPieces(argumentText(tool))].map((partial_json) => ({
    type: 'input_json_delta',
    partial_json,
  })),
});

function answerMessage(round: Round, call: Call): unknown {
  return {
    ...messageOf(call),
    content: [
      ...(round.reasoning === undefined
        ? []
        : [{ type: 'thinking', thinking: whole(round.reasoning), signature: 'EvQBCkYICxgCKkAx' }]),
      ...(round.text === undefined ? [] : [{ type: 'text', text: whole(round.text) }]),
      ...(round.tool_calls ?? []).map((tool) => ({
        type: 'tool_use',
        id: tool.id,
        name: tool.name,
        input: argumentValue(tool),
      })),
    ],
    stop_reason: stopOf(round),
    stop_sequence: null,
    ...(round.usage === undefined
      ? {}
      : { usage: { ...startUsage(round.usage), ...outputUsage(round.usage) } }),
  };
}
