import { createOpenAI } from '@ai-sdk/openai';
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import type { LanguageModelV4, LanguageModelV4StreamPart } from '@ai-sdk/provider';
import { ChatOpenAI } from '@langchain/openai';
import OpenAI from 'openai';
import { describe, expect, expectTypeOf, it } from 'vitest';
import type { ChatChunk } from '../../../src/protocols/openai/chat-chunk.ts';
import type { ChatCompletion } from '../../../src/protocols/openai/chat-schema.ts';
import { chatStream } from '../../../src/protocols/openai/chat-stream.ts';
import { toCompletion } from '../../../src/protocols/openai/completion.ts';
import { finishedResponse } from '../../../src/protocols/openai/response.ts';
import type { ResponseEvent } from '../../../src/protocols/openai/response-events.ts';
import type {
  OpenAiResponse,
  ResponseEcho,
} from '../../../src/protocols/openai/response-object-schema.ts';
import { responsesStream } from '../../../src/protocols/openai/responses-stream.ts';
import type { Embeddings, ModelList } from '../../../src/protocols/openai/schema.ts';
import type { Message, RunEvent } from '../../../src/runs/index.ts';
import { Failure } from '../../../src/shared/failure.ts';
import { newId } from '../../../src/shared/id.ts';

const ids = {
  run_id: newId('run'),
  message_id: newId('msg'),
  version: newId('ver'),
  file: newId('file'),
};
const text = 'Every three months [1], and before a journey [2].';
const call = { tool_call_id: 'call_1', tool_name: 'get_weather' };
const input = { city: 'Zug' };

const citation = (number: number, page: number | null) => ({
  ...{
    number,
    page,
    start: 0,
    end: 5,
    quote: 'Quote',
    ...{ revision: null, page_size: null, boxes: null },
    file_id: ids.file,
    file_name: 'manual.pdf',
    chunk_id: newId('chk'),
  },
});

const runOf = (more: object) => ({
  ...{
    id: ids.run_id,
    status: 'completed',
    finish_reason: 'stop',
    version_id: ids.version,
    ended_at: '2026-11-20T09:30:00.000Z',
  },
  ...{ confidence: 0.8, downgrade: null, error: null, files: [] },
  usage: {
    input_tokens: 9,
    output_tokens: 4,
    cache_read_tokens: 2,
    reasoning_tokens: 1,
    cost_usd: 0.001,
  },
  ...more,
});

const generated = {
  ...{ id: newId('gen'), execution_id: newId('exec'), name: 'a.csv', media_type: 'text/csv' },
  ...{ byte_size: 3, url: '/a', expires_at: '2026-11-20T09:30:00.000Z' },
};

/** Returns a stored answer with the given client tool calls. */
const messageOf = (run: object = {}, calls: readonly object[] = []): Message =>
  ({
    ...{ id: ids.message_id, run_id: ids.run_id, text, run: runOf(run) },
    parts: [{ type: 'text', text }, ...calls],
    citations: [citation(1, 3), citation(2, null)],
  }) as unknown as Message;

/** One event of each type. A new type does not compile until it is added here. */
const events: { readonly [Kind in RunEvent['type']]: Extract<RunEvent, { type: Kind }> } = {
  start: {
    type: 'start',
    run_id: ids.run_id,
    message_id: ids.message_id,
    user_message_id: newId('msg'),
    version: { id: ids.version, number: 7 },
  },
  resume: {
    type: 'resume',
    run_id: ids.run_id,
    message_id: ids.message_id,
    user_message_id: newId('msg'),
    version: { id: ids.version, number: 7 },
  },
  'requires-action': { type: 'requires-action', message: messageOf() },
  retrieval: { type: 'retrieval', hits: 2, confidence: 0.8, latency_ms: 3 },
  'start-step': { type: 'start-step', ordinal: 0 },
  'reasoning-delta': { type: 'reasoning-delta', delta: 'Let me think.' },
  'text-delta': { type: 'text-delta', delta: text },
  'tool-input-start': { type: 'tool-input-start', ...call },
  'tool-input-delta': {
    type: 'tool-input-delta',
    tool_call_id: 'call_1',
    delta: JSON.stringify(input),
  },
  'tool-input-available': { type: 'tool-input-available', ...call, input },
  'tool-output-available': {
    type: 'tool-output-available',
    tool_call_id: 'call_other',
    output: 4,
    latency_ms: 1,
  },
  file: { type: 'file', file: generated },
  'tool-output-error': {
    type: 'tool-output-error',
    tool_call_id: 'call_other',
    error: 'Failed.',
    latency_ms: 1,
  },
  'tool-progress': {
    ...{ type: 'tool-progress', tool_call_id: 'call_other' },
    ...{ progress: 1, total: null, message: 'Reading' },
  },
  'approval-response': {
    type: 'approval-response',
    tool_call_id: 'call_other',
    approval_id: newId('apr'),
    approved: true,
    reason: null,
  },
  'tool-output-denied': { type: 'tool-output-denied', tool_call_id: 'call_other' },
  finish: { type: 'finish', message: messageOf() },
  error: {
    ...{
      type: 'error',
      code: 'provider_error',
      detail: 'The provider failed.',
      retry_after_s: null,
    },
    run: runOf({ status: 'failed', finish_reason: 'error' }) as never,
  },
};

const { start, retrieval, error } = events;
const spoken = [
  start,
  retrieval,
  events['start-step'],
  events['reasoning-delta'],
  events['text-delta'],
];
const asked = [
  events['tool-input-start'],
  events['tool-input-delta'],
  events['tool-input-available'],
];
const others = [events['tool-output-available'], events['tool-output-error']];
const calls = [{ type: 'tool-call', ...call, input }];

const endings: readonly (readonly [string, readonly RunEvent[]])[] = [
  ['an answer', [...spoken, ...others, events.finish]],
  [
    'an answer with a call',
    [
      ...spoken,
      ...asked,
      { type: 'finish', message: messageOf({ finish_reason: 'tool-calls' }, calls) },
    ],
  ],
  [
    'an answer cut at its length',
    [...spoken, { type: 'finish', message: messageOf({ finish_reason: 'length' }) }],
  ],
  [
    'an answer that a limit ended',
    [
      ...spoken,
      {
        type: 'finish',
        message: messageOf({ status: 'limit_exceeded', finish_reason: 'limit_exceeded' }),
      },
    ],
  ],
  [
    'an answer that was filtered',
    [...spoken, { type: 'finish', message: messageOf({ finish_reason: 'content-filter' }) }],
  ],
  [
    'an answer that was cancelled',
    [
      ...spoken,
      { type: 'finish', message: messageOf({ status: 'cancelled', finish_reason: 'cancelled' }) },
    ],
  ],
  ['an answer without its events', [events.finish]],
];

const echo: ResponseEcho = {
  ...{
    model: 'support',
    instructions: 'Be brief.',
    previous_response_id: null,
    background: false,
    store: true,
    temperature: 0.5,
    top_p: null,
  },
  tools: [
    {
      type: 'function',
      name: 'get_weather',
      description: null,
      parameters: { type: 'object' },
      strict: true,
    },
  ],
  tool_choice: {
    type: 'allowed_tools',
    mode: 'auto',
    tools: [{ type: 'function', name: 'get_weather' }],
  },
  text: {
    format: { type: 'json_schema', name: 'answer', schema: { type: 'object' }, strict: false },
  },
  ...{
    max_output_tokens: null,
    parallel_tool_calls: true,
    reasoning: { effort: 'low', summary: null },
    truncation: 'disabled',
  },
  ...{ user: 'customer-1', metadata: { team: 'a' } },
};
const origin = 'https://agentgrid.test';
const kinds = {
  chat: {
    protocol: chatStream,
    options: { model: 'support', include_usage: true, tools: ['get_weather'], origin },
  },
  responses: { protocol: responsesStream, options: { echo, tools: ['get_weather'] } },
};
type Kind = keyof typeof kinds;

function bodyOf(kind: Kind, turn: readonly RunEvent[]): string {
  const { protocol, options } = kinds[kind];
  const made = protocol.make(options);
  return turn.flatMap((event) => made.frames(event)).join('') + made.end();
}

const answering = (body: string, type = 'text/event-stream') => ({
  ...{ apiKey: 'key', baseURL: `${origin}/v1` },
  fetch: async () => new Response(body, { headers: { 'content-type': type } }),
});
const client = (body: string, type?: string) =>
  new OpenAI({ ...answering(body, type), maxRetries: 0, dangerouslyAllowBrowser: true });
const aiSdk: readonly (readonly [
  string,
  Kind,
  (body: string, type?: string) => LanguageModelV4,
])[] = [
  [
    '@ai-sdk/openai',
    'responses',
    (...given) => createOpenAI(answering(...given)).responses('support'),
  ],
  ['@ai-sdk/openai', 'chat', (...given) => createOpenAI(answering(...given)).chat('support')],
  [
    '@ai-sdk/openai-compatible',
    'chat',
    (...given) =>
      createOpenAICompatible({ name: 'own', ...answering(...given) }).chatModel('support'),
  ],
];
const prompt = [
  { role: 'user' as const, content: [{ type: 'text' as const, text: 'How often?' }] },
];

async function partsOf(
  stream: ReadableStream<LanguageModelV4StreamPart>,
): Promise<LanguageModelV4StreamPart[]> {
  const parts: LanguageModelV4StreamPart[] = [];
  for await (const part of stream) parts.push(part);
  return parts;
}
const textIn = (parts: readonly LanguageModelV4StreamPart[]) =>
  parts.flatMap((part) => (part.type === 'text-delta' ? [part.delta] : [])).join('');

/** A type after JSON serialization: fields that are `undefined` are omitted. */
type Sent<Value> = Value extends object
  ? { [Name in keyof Value]: Sent<Exclude<Value[Name], undefined>> }
  : Value;

/** The response type of the package without two fields that it omits and the API sends as null. */
type OfPackage = Omit<OpenAI.Responses.Response, 'output_text' | 'usage' | 'user'>;
type WithoutResponse<Event> = Event extends { readonly response: unknown } ? never : Event;

describe('replies and events', () => {
  it('have the types of the openai package', () => {
    expectTypeOf<Sent<ChatCompletion>>().toExtend<OpenAI.ChatCompletion>();
    expectTypeOf<Sent<ChatChunk>>().toExtend<OpenAI.ChatCompletionChunk>();
    expectTypeOf<Sent<OpenAiResponse>>().toExtend<OfPackage>();
    expectTypeOf<NonNullable<OpenAiResponse['usage']>>().toExtend<OpenAI.Responses.ResponseUsage>();
    expectTypeOf<WithoutResponse<ResponseEvent>>().toExtend<OpenAI.Responses.ResponseStreamEvent>();
    expectTypeOf<ResponseEvent['type']>().toExtend<OpenAI.Responses.ResponseStreamEvent['type']>();
    expectTypeOf<ModelList['data'][number]>().toExtend<OpenAI.Model>();
    expectTypeOf<Omit<Embeddings, 'data'>>().toExtend<
      Omit<OpenAI.CreateEmbeddingResponse, 'data'>
    >();
  });
});

describe.each(endings)('%s', (_name, turn) => {
  const message = turn.flatMap((event) =>
    event.type === 'finish' ? [event.message] : [],
  )[0] as Message;
  const hasCall = message.parts.some(({ type }) => type === 'tool-call');
  const whole = {
    chat: toCompletion(message, 'support', origin),
    responses: finishedResponse(message, echo),
  };

  it('is accumulated from the stream by the openai package to the same object as without streaming', async () => {
    const completion = await client(bodyOf('chat', turn))
      .chat.completions.stream({ model: 'support', messages: [] })
      .finalChatCompletion();
    const { finish_reason, message: expected } = whole.chat
      .choices[0] as ChatCompletion['choices'][number];
    expect(completion.choices[0]).toMatchObject({
      finish_reason,
      message: { content: expected.content, annotations: expected.annotations },
    });
    expect(completion.usage).toEqual(whole.chat.usage);
    const response = await client(bodyOf('responses', turn))
      .responses.stream({ model: 'support', input: 'Hi' })
      .finalResponse();
    expect(JSON.parse(JSON.stringify({ ...response, output: [] }))).toMatchObject({
      ...whole.responses,
      output: [],
    });
    expect(response.output).toMatchObject(whole.responses.output);
  });

  it.each(aiSdk)(
    'is read by %s as %s, with and without streaming',
    async (_package, kind, open) => {
      const { stream } = await open(bodyOf(kind, turn)).doStream({
        prompt,
        includeRawChunks: false,
      });
      const parts = await partsOf(stream);
      expect(parts.filter(({ type }) => type === 'error')).toEqual([]);
      expect(textIn(parts)).toBe(text);
      expect(parts.filter(({ type }) => type === 'tool-call')).toHaveLength(hasCall ? 1 : 0);
      const end = parts.at(-1);
      const { content, finishReason } = await open(
        JSON.stringify(whole[kind]),
        'application/json',
      ).doGenerate({ prompt });
      expect(end?.type === 'finish' && end.finishReason.unified).toBe(finishReason.unified);
      expect(content.flatMap((part) => (part.type === 'text' ? [part.text] : [])).join('')).toBe(
        text,
      );
    },
  );

  it.each(['chat', 'responses'] as const)(
    'is read by @langchain/openai as %s, with and without streaming',
    async (kind) => {
      const open = (body: string, type?: string) =>
        new ChatOpenAI({
          ...{
            model: 'support',
            apiKey: 'key',
            maxRetries: 0,
            useResponsesApi: kind === 'responses',
          },
          configuration: { ...answering(body, type), dangerouslyAllowBrowser: true },
        });
      let streamed = '';
      for await (const chunk of await open(bodyOf(kind, turn)).stream('How often?'))
        streamed += chunk.text;
      const answer = await open(JSON.stringify(whole[kind]), 'application/json').invoke(
        'How often?',
      );
      expect([streamed, answer.text]).toEqual([text, text]);
      expect(answer.tool_calls ?? []).toHaveLength(hasCall ? 1 : 0);
    },
  );
});

describe('a failure in a stream', () => {
  const turn = [...spoken, error];

  it('is thrown by the openai package for a completion and returned in a failed response', async () => {
    const chat = client(bodyOf('chat', turn)).chat.completions.stream({
      model: 'support',
      messages: [],
    });
    await expect(chat.finalChatCompletion()).rejects.toThrow('The provider failed.');
    const response = await client(bodyOf('responses', turn))
      .responses.stream({ model: 'support', input: 'Hi' })
      .finalResponse();
    expect(response).toMatchObject({ status: 'failed', error: { code: 'server_error' } });
  });

  it.each(aiSdk)('becomes an error part in %s as %s', async (_package, kind, open) => {
    const parts = await partsOf((await open(bodyOf(kind, turn)).doStream({ prompt })).stream);
    expect(textIn(parts)).toBe(text);
    expect(JSON.stringify(parts.filter(({ type }) => type === 'error'))).toMatch(
      kind === 'chat' ? /provider/i : /./,
    );
    expect(parts.at(-1)).toMatchObject({ type: 'finish', finishReason: { unified: 'error' } });
  });

  it.each(['chat', 'responses'] as const)(
    'is sent as an error event when it occurs before the stream starts (%s)',
    async (kind) => {
      const { protocol, options } = kinds[kind];
      const body = protocol
        .make(options)
        .refuse(new Failure('session_busy', 'The session is busy.'));
      const open = aiSdk.find(([, of]) => of === kind)?.[2];
      // The package throws when the first event is an error.
      await expect(
        open?.(body)
          .doStream({ prompt })
          .then(({ stream }) => partsOf(stream)),
      ).rejects.toThrow('The session is busy.');
    },
  );
});
