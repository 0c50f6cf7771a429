import { type Call, dataEvent, type Protocol } from './protocol.ts';
import { argumentText, inPieces, type Round, type ToolCall, type Usage, whole } from './script.ts';

/** OpenAI chat completions, https://platform.openai.com/docs/api-reference/chat, as api.openai.com and as compatible servers send it. */
export const openaiChat = (options: { readonly compatible: boolean }): Protocol => ({
  request_id_header: 'x-request-id',
  stream: (round, call) => streamChat(round, call, options.compatible),
  answer: (round, call) => answerChat(round, call, options.compatible),
  failure: openaiFailure,
  failureEvent: (call) => dataEvent(openaiFailure(500, call)),
});

const codes: Readonly<Record<number, readonly [type: string, code: string | null]>> = {
  401: ['invalid_request_error', 'invalid_api_key'],
  403: ['invalid_request_error', 'model_not_found'],
  429: ['requests', 'rate_limit_exceeded'],
};

/** A body that repeats the caller's key, as some servers do: nothing of it may get further. */
export function openaiFailure(status: number, call: Call): unknown {
  const [type, code] = codes[status] ?? ['server_error', null];
  return {
    error: {
      message: `The request failed with ${status}; key ${call.body?.credential ?? ''}.`,
      type,
      param: null,
      code,
    },
  };
}

const finishOf = (round: Round): string =>
  round.finish === undefined
    ? round.tool_calls === undefined
      ? 'stop'
      : 'tool_calls'
    : round.finish === 'content-filter'
      ? 'content_filter'
      : round.finish;

const usageOf = ({
  input_tokens,
  output_tokens,
  cache_read_tokens = 0,
  cache_write_tokens,
  reasoning_tokens = 0,
}: Usage) => ({
  prompt_tokens: input_tokens,
  completion_tokens: output_tokens,
  total_tokens: input_tokens + output_tokens,
  prompt_tokens_details: {
    cached_tokens: cache_read_tokens,
    audio_tokens: 0,
    ...(cache_write_tokens === undefined ? {} : { cache_write_tokens }),
  },
  completion_tokens_details: {
    reasoning_tokens,
    audio_tokens: 0,
    accepted_prediction_tokens: 0,
    rejected_prediction_tokens: 0,
  },
});

function streamChat(round: Round, call: Call, compatible: boolean): string[] {
  const requested = call.body?.stream_options?.include_usage === true;
  const fields = {
    id: `chatcmpl-${call.id}`,
    object: 'chat.completion.chunk',
    created: call.created,
    model: call.model,
    ...(compatible ? {} : { service_tier: 'default' }),
    system_fingerprint: compatible ? 'fp_compatible' : 'fp_1827dd0c55',
  };
  const chunk = (delta: object, finish_reason: string | null = null) =>
    dataEvent({
      ...fields,
      choices: [{ index: 0, delta, logprobs: null, finish_reason }],
      ...(requested && !compatible ? { usage: null } : {}),
      ...(compatible ? {} : { obfuscation: 'wl1L4ubkZC2' }),
    });
  const hasText = round.text !== undefined;
  return [
    chunk({
      role: 'assistant',
      content: hasText || round.tool_calls === undefined ? '' : null,
      ...(compatible ? {} : { refusal: null }),
    }),
    ...(compatible ? (round.reasoning ?? []) : []).map((reasoning_content) =>
      chunk({ reasoning_content }),
    ),
    ...(round.text ?? []).map((content) => chunk({ content })),
    ...(round.tool_calls ?? []).flatMap((tool, index) =>
      toolDeltas(tool, index, compatible).map((delta) => chunk({ tool_calls: [delta] })),
    ),
    chunk({}, finishOf(round)),
    ...(requested && round.usage !== undefined
      ? [dataEvent({ ...fields, choices: [], usage: usageOf(round.usage) })]
      : []),
    'data: [DONE]\n\n',
  ];
}

/** api.openai.com names the function and streams its arguments; compatible servers mostly send a call whole. */
function toolDeltas(tool: ToolCall, index: number, compatible: boolean): object[] {
  const { id, name } = tool;
  const text = argumentText(tool);
  if (compatible) return [{ index, id, type: 'function', function: { name, arguments: text } }];
  return [
    { index, id, type: 'function', function: { name, arguments: '' } },
    ...inPieces(text).map((piece) => ({ index, function: { arguments: piece } })),
  ];
}

function answerChat(round: Round, call: Call, compatible: boolean): unknown {
  const tool_calls = round.tool_calls?.map((tool) => ({
    id: tool.id,
    type: 'function',
    function: { name: tool.name, arguments: argumentText(tool) },
  }));
  const message = {
    role: 'assistant',
    content: round.text === undefined ? null : whole(round.text),
    ...(compatible && round.reasoning !== undefined
      ? { reasoning_content: whole(round.reasoning) }
      : {}),
    ...(tool_calls === undefined ? {} : { tool_calls }),
    ...(compatible ? {} : { refusal: null, annotations: [] }),
  };
  return {
    id: `chatcmpl-${call.id}`,
    object: 'chat.completion',
    created: call.created,
    model: call.model,
    choices: [{ index: 0, message, logprobs: null, finish_reason: finishOf(round) }],
    ...(round.usage === undefined ? {} : { usage: usageOf(round.usage) }),
    system_fingerprint: compatible ? 'fp_compatible' : 'fp_1827dd0c55',
  };
}
