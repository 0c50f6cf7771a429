import { describe, expect, it } from 'vitest';
import {
  counted,
  delta,
  done,
  named,
  openRaw,
  type RawProvider,
  sse,
  stepWith,
} from './raw-provider.ts';
import { usageRows } from './support.ts';

const usage = { prompt_tokens: 12, completion_tokens: 3, total_tokens: 15 };
const end = [delta({}, 'stop'), counted(usage), done];
const text = [delta({ role: 'assistant', content: 'Whole ' }), delta({ content: 'answer.' })];
const answered = { text: 'Whole answer.', finish: 'stop', calls: [] as unknown[] };
const called = { text: '', finish: 'tool-calls', calls: [['lookup', { q: 'tea' }]] };
const lookup = { name: 'lookup', arguments: '{"q":"tea"}' };

const chat: readonly (readonly [name: string, body: string, expected: typeof answered])[] = [
  [
    'usage in a chunk without choices',
    sse(...text, delta({}, 'stop'), { id: 'c1', usage }, done),
    answered,
  ],
  [
    'usage in a chunk whose choices are null',
    sse(...text, delta({}, 'stop'), { ...counted(usage), choices: null }, done),
    answered,
  ],
  [
    'keep-alive lines',
    sse(
      ': waiting\n\n',
      'data: ping\n\n',
      'event: ping\ndata: {"type":"ping"}\n\n',
      text[0] as object,
      'data:\n\n',
      text[1] as object,
      ...end,
    ),
    answered,
  ],
  [
    'numeric ids and times as strings',
    sse(...text.map((one) => ({ ...one, id: 7, created: '12' })), ...end),
    answered,
  ],
  ['no finish reason before the end', sse(...text, counted(usage), done), answered],
  ['usage instead of an end', sse(...text, counted(usage)), answered],
  [
    'an empty finish reason in each chunk',
    sse(
      ...text.map((one) => ({ ...one, choices: [{ ...one.choices[0], finish_reason: '' }] })),
      ...end,
    ),
    answered,
  ],
  [
    'another role',
    sse(
      delta({ role: 'model', content: 'Whole ' }),
      delta({ role: null, content: 'answer.' }),
      ...end,
    ),
    answered,
  ],
  [
    'a message instead of a delta',
    sse(
      {
        ...delta({}),
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Whole answer.' },
            finish_reason: 'stop',
          },
        ],
      },
      counted(usage),
      done,
    ),
    answered,
  ],
  [
    'the whole message after its deltas',
    sse(
      ...text,
      {
        ...delta({}),
        choices: [
          {
            index: 0,
            message: { role: 'assistant', content: 'Whole answer.' },
            finish_reason: 'stop',
          },
        ],
      },
      counted(usage),
      done,
    ),
    answered,
  ],
  [
    'a legacy function call',
    sse(delta({ function_call: lookup }), delta({}, 'function_call'), counted(usage), done),
    called,
  ],
  [
    'arguments that are not a string',
    sse(
      delta({
        tool_calls: [
          { id: 9, type: 'function', function: { name: 'lookup', arguments: { q: 'tea' } } },
        ],
      }),
      delta({}, 'tool_calls'),
      counted(usage),
      done,
    ),
    called,
  ],
  [
    'calls without an id, and no finish reason',
    sse(delta({ tool_calls: [{ index: 0, function: lookup }] }), counted(usage), done),
    called,
  ],
  [
    'a document instead of a stream',
    JSON.stringify({
      id: 'c1',
      object: 'chat.completion',
      created: 1,
      model: 'm',
      choices: [
        {
          index: 0,
          message: { role: 'assistant', content: 'Whole answer.' },
          finish_reason: 'stop',
        },
      ],
      usage,
    }),
    answered,
  ],
  [
    'a document with a tool call',
    JSON.stringify({
      id: 'c1',
      choices: [
        {
          message: {
            role: 'assistant',
            content: null,
            tool_calls: [{ id: 'a', type: 'function', function: lookup }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage,
    }),
    called,
  ],
  [
    'CRLF and no blank line at the end',
    sse(...text, delta({}, 'stop'), counted(usage))
      .replaceAll('\n', '\r\n')
      .trimEnd(),
    answered,
  ],
];

const read = async (provider: RawProvider, body: string) => {
  const { result, text: said, ctx, requests } = await withContext(provider, body);
  const calls = result.content.flatMap((part) =>
    part.type === 'tool-call' ? [[part.toolName, JSON.parse(part.input)]] : [],
  );
  const [row] = await usageRows(ctx, result);
  return {
    failure: result.failure?.message ?? null,
    text: said,
    finish: result.finish_reason,
    calls,
    requests,
    row,
  };
};

async function withContext(provider: RawProvider, body: string) {
  const { ctx, ask } = await openRaw(provider, body);
  return { ctx, ...(await ask()) };
}

describe.each(['openai-compatible', 'openai-chat', 'groq', 'deepseek', 'mistral'] as const)(
  'an answer of %s is read with',
  (provider) => {
    it.each(chat)('%s', async (_name, body, expected) => {
      const { row, ...seen } = await read(provider, body);
      expect(seen).toEqual({ failure: null, requests: 1, ...expected });
      expect(row).toMatchObject({
        input_tokens: 12,
        output_tokens: 3,
        is_estimated: 0,
        status: 'ok',
      });
    });
  },
);

const errors: readonly (readonly [
  name: string,
  provider: RawProvider,
  body: string,
  code: string,
  requests: number,
])[] = [
  [
    'a rejected key',
    'openai-compatible',
    '{"error":{"message":"Invalid API key","type":"authentication_error"}}',
    'provider_auth',
    1,
  ],
  [
    'a numeric code',
    'openrouter',
    '{"error":{"code":402,"message":"Insufficient credits"}}',
    'provider_auth',
    1,
  ],
  [
    'an error of vLLM',
    'openai-compatible',
    '{"object":"error","message":"max tokens is too large","code":400}',
    'provider_error',
    1,
  ],
  ['an error as a string', 'ollama', '{"error":"model \\"m\\" not found"}', 'provider_error', 1],
  [
    'an error event',
    'openai-compatible',
    'event: error\ndata: {"message":"invalid request","code":"invalid_request_error"}\n\n',
    'provider_error',
    1,
  ],
  [
    'an overloaded service, in a list',
    'google',
    '[{"error":{"code":400,"message":"bad","status":"INVALID_ARGUMENT"}}]',
    'provider_error',
    1,
  ],
  [
    'an error of Anthropic',
    'anthropic',
    '{"type":"error","error":{"type":"invalid_request_error","message":"no"}}',
    'provider_error',
    1,
  ],
  [
    'a limit, which may pass',
    'openai-compatible',
    '{"error":{"message":"slow down","type":"rate_limit_error"}}',
    'rate_limited',
    3,
  ],
];

describe('an error with a success status is a failure of the provider, retried only when that can help', () => {
  it.each(errors)('%s', async (_name, provider, body, code, requests) => {
    for (const reply of [{}, { headers: { 'content-type': 'application/json' } }]) {
      const { result, requests: made } = await stepWith(provider, body, reply);
      expect([result.failure?.code, made]).toEqual([code, requests]);
      expect(result.content).toEqual([]);
    }
  });
});

it('does not retry an unreadable answer', async () => {
  const { result, requests } = await stepWith(
    'openai-compatible',
    sse('data: {"id":"c1","choices":[{"del\n\n', ...end),
  );
  expect([result.failure?.code, requests]).toEqual(['provider_error', 1]);
});

it('keeps the text before an error and does not retry', async () => {
  const seen = await stepWith(
    'openai-compatible',
    sse(...text, { error: { message: 'boom', code: 500 } }),
  );
  expect(seen).toMatchObject({
    text: 'Whole answer.',
    requests: 1,
    result: { failure: { code: 'provider_error' } },
  });
});

const start = {
  type: 'message_start',
  message: {
    id: 'm1',
    type: 'message',
    role: 'assistant',
    model: 'm',
    content: [],
    stop_reason: null,
    usage: { input_tokens: 12, output_tokens: 1 },
  },
};
const block = (index: number, content_block: object, ...deltas: object[]) => [
  { type: 'content_block_start', index, content_block },
  ...deltas.map((one) => ({ type: 'content_block_delta', index, delta: one })),
  { type: 'content_block_stop', index },
];
const says = (index: number) =>
  block(
    index,
    { type: 'text', text: '' },
    { type: 'text_delta', text: 'Whole ' },
    { type: 'text_delta', text: 'answer.' },
  );
const stops = [
  { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: { output_tokens: 3 } },
  { type: 'message_stop' },
];

const messages: readonly (readonly [name: string, body: string])[] = [
  ['events that nobody knows', named(start, { type: 'message_forecast' }, ...says(0), ...stops)],
  [
    'blocks that nobody knows',
    named(
      start,
      ...block(0, { type: 'hologram' }, { type: 'text_delta', text: 'not this' }),
      ...says(1),
      ...stops,
    ),
  ],
  [
    'deltas that nobody knows',
    named(
      start,
      ...block(
        0,
        { type: 'text', text: '' },
        { type: 'mood_delta', mood: 1 },
        { type: 'text_delta', text: 'Whole answer.' },
      ),
      ...stops,
    ),
  ],
  [
    'no stop reason',
    named(
      start,
      ...says(0),
      { type: 'message_delta', delta: {}, usage: { output_tokens: 3 } },
      { type: 'message_stop' },
    ),
  ],
  [
    'blocks that do not say which they are, a text that stands in its beginning, and odd fields',
    named(
      { ...start, message: { ...start.message, container: 'c1', context_management: ['none'] } },
      { type: 'content_block_start', content_block: { type: 'text', text: 'Whole ' } },
      { type: 'content_block_delta', delta: { type: 'text_delta', text: 'answer.' } },
      { type: 'content_block_stop' },
      {
        type: 'message_delta',
        delta: { stop_reason: 'end_turn', container: 7 },
        context_management: 'x',
        usage: { output_tokens: 3 },
      },
      { type: 'message_stop' },
    ),
  ],
  [
    'a document instead of a stream',
    JSON.stringify({
      ...start.message,
      content: [{ type: 'text', text: 'Whole answer.' }],
      stop_reason: 'end_turn',
      usage: { input_tokens: 12, output_tokens: 3 },
    }),
  ],
];

it.each(messages)('an answer of anthropic is read with %s', async (_name, body) => {
  const { result, text: said, requests } = await stepWith('anthropic', body);
  expect(result.failure).toBeNull();
  expect([said, requests]).toEqual(['Whole answer.', 1]);
  expect(result.tokens).toMatchObject({ input_tokens: 12 });
});

it('ignores optional fields of another type from google and openai', async () => {
  const candidate = {
    content: { role: 'model', parts: [{ text: 'Whole answer.' }] },
    finishReason: 'stop',
    groundingMetadata: 'none',
    safetyRatings: {},
    urlContextMetadata: [],
  };
  const usageMetadata = { promptTokenCount: 12, candidatesTokenCount: 3, totalTokenCount: 15 };
  const gemini = await stepWith('google', sse({ candidates: [candidate], usageMetadata }));
  expect(gemini).toMatchObject({
    text: 'Whole answer.',
    requests: 1,
    result: { failure: null, finish_reason: 'stop' },
  });
  const usage = {
    input_tokens: 12,
    output_tokens: 3,
    total_tokens: 15,
    input_tokens_details: [],
    output_tokens_details: 'none',
  };
  const response = {
    id: 7,
    object: 'response',
    created_at: 1.5,
    model: 'm',
    service_tier: 3,
    status: 'in_progress',
    output: [],
  };
  const item = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    status: 'completed',
    content: [],
  };
  const openai = await stepWith(
    'openai',
    named(
      { type: 'response.created', response },
      { type: 'response.output_item.added', output_index: 0, item },
      {
        type: 'response.output_text.delta',
        item_id: 'msg_1',
        output_index: 0,
        content_index: 0,
        delta: 'Whole answer.',
      },
      { type: 'response.output_item.done', output_index: 0, item },
      { type: 'response.completed', response: { ...response, status: 'completed', usage } },
    ),
  );
  expect(openai).toMatchObject({
    text: 'Whole answer.',
    requests: 1,
    result: { failure: null, tokens: { input_tokens: 12, output_tokens: 3 } },
  });
});

it('reads documents instead of a stream from google and openai', async () => {
  const candidate = (part: string, finishReason?: string) => ({
    candidates: [
      { content: { role: 'model', parts: [{ text: part }, { novelty: {} }] }, finishReason },
    ],
    usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 3, totalTokenCount: 15 },
  });
  const gemini = await stepWith(
    'google',
    JSON.stringify([candidate('Whole '), candidate('answer.', 'STOP')]),
  );
  expect(gemini).toMatchObject({
    text: 'Whole answer.',
    requests: 1,
    result: { failure: null, tokens: { input_tokens: 12, output_tokens: 3 } },
  });
  const response = {
    id: 'resp_1',
    object: 'response',
    created_at: 1,
    model: 'm',
    status: 'completed',
    error: null,
    incomplete_details: null,
    output: [
      {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        status: 'completed',
        content: [{ type: 'output_text', text: 'Whole answer.', annotations: [] }],
      },
      { id: 'fc_1', type: 'function_call', call_id: 'call_1', status: 'completed', ...lookup },
    ],
    usage: { input_tokens: 12, output_tokens: 3, total_tokens: 15 },
  };
  const openai = await stepWith('openai', JSON.stringify(response), {
    headers: { 'content-type': 'application/json' },
  });
  expect(openai).toMatchObject({
    text: 'Whole answer.',
    requests: 1,
    result: {
      failure: null,
      finish_reason: 'tool-calls',
      tokens: { input_tokens: 12, output_tokens: 3 },
    },
  });
});

describe('an answer that the model ended with an error is billed once', () => {
  const parts = { content: { role: 'model', parts: [{ text: '' }] } };
  it.each([
    [
      'google',
      sse({
        candidates: [{ ...parts, finishReason: 'MALFORMED_FUNCTION_CALL' }],
        usageMetadata: { promptTokenCount: 12, candidatesTokenCount: 0, totalTokenCount: 12 },
      }),
      'provider_error',
    ],
    [
      'google',
      sse({
        promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
        usageMetadata: { promptTokenCount: 12, totalTokenCount: 12 },
      }),
      null,
    ],
    [
      'deepseek',
      sse(
        delta({ role: 'assistant', content: '' }),
        delta({}, 'insufficient_system_resource'),
        counted(usage),
        done,
      ),
      'provider_error',
    ],
  ] as const)('%s %#', async (provider, body, code) => {
    const { ctx, ask } = await openRaw(provider, body);
    const { result, requests } = await ask();
    expect([result.failure?.code ?? null, requests]).toEqual([code, 1]);
    expect(await usageRows(ctx, result)).toMatchObject([{ input_tokens: 12 }]);
  });
});

it('reads text split at arbitrary bytes without delay', async () => {
  const long = Array.from({ length: 300 }, (_, index) => delta({ content: `Wört ${index} 🌧 ` }));
  const { text: said, result } = await stepWith('openai-compatible', sse(...long, ...end));
  expect(result.failure).toBeNull();
  expect(said).toBe(Array.from({ length: 300 }, (_, index) => `Wört ${index} 🌧 `).join(''));
});
