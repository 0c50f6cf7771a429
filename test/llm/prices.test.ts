import { beforeAll, describe, expect, it } from 'vitest';
import type { Ctx } from '../../src/platform/context.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { contextOf, step } from './support.ts';

/** The end of a provider's stream, with usage as its reference documents it. */
interface Fixture {
  readonly model: string;
  readonly events: readonly object[];
  readonly tokens: object;
  /** Nano-USD, calculated by hand: each token in one class, at USD per million of the price table × 1000. */
  readonly cost: number;
  /** Time of the request; noon unless given. */
  readonly at?: number;
}

/** A time of day without a discount in the price table, and one with a discount. */
const noon = Date.UTC(2026, 9, 20, 12);
const night = Date.UTC(2026, 9, 20, 20);

const deepSeekUsage = {
  prompt_tokens: 1000,
  completion_tokens: 200,
  total_tokens: 1200,
  prompt_cache_hit_tokens: 640,
  prompt_cache_miss_tokens: 360,
  completion_tokens_details: { reasoning_tokens: 80 },
};

const chatEvents = (usage: object) => [
  {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: { role: 'assistant', content: 'Hi' }, finish_reason: null }],
  },
  {
    id: 'c1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'm',
    choices: [{ index: 0, delta: {}, finish_reason: 'stop' }],
  },
  { id: 'c1', object: 'chat.completion.chunk', created: 1, model: 'm', choices: [], usage },
];

const item = { type: 'message', id: 'msg_1', status: 'completed', role: 'assistant' };
const responsesEvents = (usage: object) => [
  { type: 'response.created', response: { id: 'resp_1', created_at: 1, model: 'gpt-5-mini' } },
  { type: 'response.output_item.added', output_index: 0, item: { ...item, content: [] } },
  {
    type: 'response.output_text.delta',
    item_id: 'msg_1',
    output_index: 0,
    content_index: 0,
    delta: 'Hi',
  },
  {
    type: 'response.output_item.done',
    output_index: 0,
    item: { ...item, content: [{ type: 'output_text', text: 'Hi', annotations: [] }] },
  },
  {
    type: 'response.completed',
    response: { id: 'resp_1', created_at: 1, model: 'gpt-5-mini', usage },
  },
];

const anthropicEvents = (start: object, end: object) => [
  {
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-sonnet-4-5',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: start,
    },
  },
  { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
  { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: 'Hi' } },
  { type: 'content_block_stop', index: 0 },
  { type: 'message_delta', delta: { stop_reason: 'end_turn', stop_sequence: null }, usage: end },
  { type: 'message_stop' },
];

const fixtures: Readonly<Record<string, Fixture>> = {
  'OpenAI chat': {
    model: 'openai-chat/gpt-5-mini',
    events: chatEvents({
      prompt_tokens: 2006,
      completion_tokens: 300,
      total_tokens: 2306,
      prompt_tokens_details: { cached_tokens: 1920, audio_tokens: 0 },
      completion_tokens_details: {
        reasoning_tokens: 192,
        audio_tokens: 0,
        accepted_prediction_tokens: 0,
        rejected_prediction_tokens: 0,
      },
    }),
    tokens: {
      input_tokens: 2006,
      cache_read_tokens: 1920,
      output_tokens: 300,
      reasoning_tokens: 192,
    },
    cost: 86 * 250 + 1920 * 25 + 300 * 2000,
  },
  'OpenAI responses': {
    model: 'openai/gpt-5-mini',
    events: responsesEvents({
      input_tokens: 1500,
      input_tokens_details: { cached_tokens: 1024 },
      output_tokens: 400,
      output_tokens_details: { reasoning_tokens: 256 },
      total_tokens: 1900,
    }),
    tokens: {
      input_tokens: 1500,
      cache_read_tokens: 1024,
      output_tokens: 400,
      reasoning_tokens: 256,
    },
    cost: 476 * 250 + 1024 * 25 + 400 * 2000,
  },
  // input_tokens excludes tokens read from and written to the cache.
  Anthropic: {
    model: 'anthropic/claude-sonnet-4-5',
    events: anthropicEvents(
      {
        input_tokens: 50,
        cache_creation_input_tokens: 1000,
        cache_read_input_tokens: 2000,
        output_tokens: 1,
        service_tier: 'standard',
      },
      { output_tokens: 300 },
    ),
    tokens: {
      input_tokens: 3050,
      cache_read_tokens: 2000,
      cache_write_tokens: 1000,
      output_tokens: 300,
    },
    cost: 50 * 3000 + 2000 * 300 + 1000 * 3750 + 300 * 15_000,
  },
  // candidatesTokenCount excludes reasoning, promptTokenCount includes cached tokens.
  Google: {
    model: 'google/gemini-2.5-flash',
    events: [
      { candidates: [{ content: { parts: [{ text: 'Hi' }], role: 'model' }, index: 0 }] },
      {
        candidates: [
          { content: { parts: [{ text: '' }], role: 'model' }, finishReason: 'STOP', index: 0 },
        ],
        usageMetadata: {
          promptTokenCount: 1000,
          cachedContentTokenCount: 600,
          candidatesTokenCount: 100,
          thoughtsTokenCount: 250,
          totalTokenCount: 1350,
        },
      },
    ],
    tokens: {
      input_tokens: 1000,
      cache_read_tokens: 600,
      output_tokens: 350,
      reasoning_tokens: 250,
    },
    cost: 400 * 300 + 600 * 30 + 350 * 2500,
  },
  DeepSeek: {
    model: 'deepseek/deepseek-chat',
    events: chatEvents(deepSeekUsage),
    tokens: {
      input_tokens: 1000,
      cache_read_tokens: 640,
      output_tokens: 200,
      reasoning_tokens: 80,
    },
    cost: 360 * 270 + 640 * 70 + 200 * 1100,
  },
  'DeepSeek at night': {
    model: 'deepseek/deepseek-chat',
    events: chatEvents(deepSeekUsage),
    tokens: {
      input_tokens: 1000,
      cache_read_tokens: 640,
      output_tokens: 200,
      reasoning_tokens: 80,
    },
    cost: 360 * 135 + 640 * 35 + 200 * 550,
    at: night,
  },
  'Workers AI': {
    model: 'workers-ai/@cf/zai-org/glm-5.2',
    events: [
      { response: 'Hi' },
      {
        response: '',
        usage: {
          prompt_tokens: 700,
          completion_tokens: 50,
          total_tokens: 750,
          prompt_tokens_details: { cached_tokens: 200 },
        },
      },
    ],
    tokens: { input_tokens: 700, cache_read_tokens: 200, output_tokens: 50 },
    cost: 500 * 1400 + 200 * 260 + 50 * 4400,
  },
};

const bodyOf = (events: readonly object[]) =>
  `${events.map((event) => `${'type' in event ? `event: ${event.type}\n` : ''}data: ${JSON.stringify(event)}\n\n`).join('')}data: [DONE]\n\n`;

describe('prices', () => {
  let workspace: Workspace;
  beforeAll(async () => {
    workspace = await newWorkspace();
    for (const provider of ['openai', 'openai-chat', 'anthropic', 'google', 'deepseek'])
      await workspace.put(`/providers/${provider}`, { api_key: 'sk-0123456789abcdef' });
  });

  /** A context in which every provider answers with these events. */
  function answering(events: readonly object[]): Ctx {
    const ctx = contextOf(workspace);
    const respond = async () =>
      new Response(bodyOf(events), { headers: { 'content-type': 'text/event-stream' } });
    const workersAi = { run: async () => (await respond()).body } as unknown as Ai;
    return {
      ...ctx,
      egress: { ...ctx.egress, providerFetch: () => respond },
      models: { workersAi },
    };
  }

  it.each(Object.entries(fixtures))(
    'count cached and reasoning tokens once: %s',
    async (_name, { model, events, tokens, cost, at = noon }) => {
      const { result } = await step({ ...answering(events), now: () => at }, [model]);
      expect(result.failure).toBeNull();
      expect(result.tokens).toMatchObject(tokens);
      expect(result.cost_nano_usd).toBe(cost);
    },
  );

  it('apply to estimated tokens without usage and are unknown, not 0, for unlisted models (R53)', async () => {
    const without = await step(answering(chatEvents({}).slice(0, 2)), ['openai-chat/gpt-5-mini']);
    expect([without.result.failure, without.result.cost_nano_usd]).toEqual([
      null,
      expect.any(Number),
    ]);
    const none = await step(answering([{ response: 'Hi' }, { response: '' }]), [
      'workers-ai/@cf/zai-org/glm-5.2',
    ]);
    expect(none.result.cost_nano_usd).toBeGreaterThan(0);
    const { events } = fixtures['OpenAI chat'] as Fixture;
    const unknown = await step(answering(events), ['openai-chat/a-model-of-tomorrow']);
    expect([unknown.result.failure, unknown.result.cost_nano_usd]).toEqual([null, null]);
  });

  it('are listed with price overrides applied', async () => {
    const own = await newWorkspace();
    const find = async (model: string) => {
      const { body } = await own.get(`/prices?limit=100&provider=${model.split('/')[0]}`);
      return body.data.find((price: { model: string }) => price.model === model);
    };
    expect(await find('openai/gpt-5-mini')).toMatchObject({
      source: 'table',
      prices: { input: 0.25, output: 2, cache_read: 0.025 },
    });
    const overrides = [
      { model: 'openai/gpt-5-mini', input: 0.2, output: 1.6, cache_read: null, cache_write: null },
      { model: 'ollama/llama3.2', input: 0, output: 0, cache_read: null, cache_write: null },
    ];
    expect((await own.put('/prices', { overrides })).status).toBe(200);
    const { body } = await own.get('/prices?source=override');
    expect(body.data.map(({ model }: { model: string }) => model)).toEqual([
      'ollama/llama3.2',
      'openai/gpt-5-mini',
    ]);
    const table = await own.get('/prices?source=table&provider=openai&limit=100');
    expect(table.body.data).not.toContainEqual(
      expect.objectContaining({ model: 'openai/gpt-5-mini' }),
    );
    expect(await find('openai/gpt-5-mini')).toMatchObject({
      source: 'override',
      prices: { input: 0.2, output: 1.6 },
      table_prices: { input: 0.25 },
    });
    expect(await find('ollama/llama3.2')).toMatchObject({ source: 'override', table_prices: null });
    await own.put('/prices', { overrides: [] });
    expect(await find('openai/gpt-5-mini')).toMatchObject({ source: 'table' });
    expect(await find('ollama/llama3.2')).toBeUndefined();
    const bad = await own.put('/prices', {
      overrides: [
        { model: 'nobody/x', input: 1, output: 1 },
        { model: 'builtin/extractive', input: 1, output: 1 },
      ],
    });
    expect(bad.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual([
      '/overrides/0/model',
      '/overrides/1/model',
    ]);
    expect((await (await own.withRole('editor')).put('/prices', { overrides: [] })).status).toBe(
      403,
    );
  });
});

describe('models', () => {
  const ids = (body: { data: { id: string }[] }) => body.data.map(({ id }) => id);

  it('lists the models that the workspace can call, with prices and capabilities', async () => {
    const own = await newWorkspace();
    const before = (await own.get('/models?limit=100')).body;
    expect(ids(before)).toEqual(['builtin/extractive']);
    await own.put('/providers/anthropic', { api_key: 'sk-0123456789abcdef' });
    const { body } = await own.get('/models?limit=100');
    expect(ids(body)).toContain('anthropic/claude-sonnet-4-5');
    expect(
      body.data.find(({ id }: { id: string }) => id === 'anthropic/claude-sonnet-4-5'),
    ).toMatchObject({
      provider: 'anthropic',
      context_window: 200_000,
      price_source: 'table',
      prices: { input: 3, output: 15, cache_read: 0.3, cache_write: 3.75 },
      capabilities: { tools: true, images: true, structured_output: true, reasoning: true },
    });
    expect(body.data.find(({ id }: { id: string }) => id === 'builtin/extractive')).toMatchObject({
      prices: { input: 0, output: 0 },
      price_source: 'free',
    });
  });

  it('filters and pages the list', async () => {
    const own = await newWorkspace();
    await own.put('/providers/openai', { api_key: 'sk-0123456789abcdef' });
    expect(ids((await own.get('/models?provider=builtin')).body)).toEqual(['builtin/extractive']);
    const reasoning = (await own.get('/models?limit=100&reasoning=true&q=gpt-5')).body;
    expect(ids(reasoning)).toContain('openai/gpt-5-mini');
    expect(ids(reasoning).every((id) => id.includes('gpt-5'))).toBe(true);
    const all = ids((await own.get('/models?limit=100')).body);
    const first = (await own.get('/models?limit=3')).body;
    const second = (await own.get(`/models?limit=3&cursor=${first.next_cursor}`)).body;
    expect([...ids(first), ...ids(second)]).toEqual(all.slice(0, 6));
    expect((await own.get('/models?provider=nobody')).status).toBe(422);
  });

  it('lists language models only and accepts no others for an agent', async () => {
    const own = await newWorkspace();
    for (const provider of ['openai', 'openai-chat', 'google', 'groq', 'mistral'])
      await own.put(`/providers/${provider}`, { api_key: 'sk-0123456789abcdef' });
    const price = { input: 1, output: 1, cache_read: null, cache_write: null };
    await own.put('/prices', {
      overrides: ['openai/text-embedding-3-small', 'openai/ft:gpt-4o:acme::1'].map((model) => ({
        model,
        ...price,
      })),
    });
    const listed: string[] = [];
    for (let cursor = ''; ; ) {
      const { body } = await own.get(`/models?limit=100${cursor}`);
      listed.push(...ids(body));
      if (body.next_cursor === null) break;
      cursor = `&cursor=${body.next_cursor}`;
    }
    const wrong =
      /tts|transcribe|realtime|audio|image|embed|whisper|moderation|live|ocr|\.ft-|ft:gpt-4o$|google\/claude|davinci|gpt-3\.5-turbo-instruct$/;
    expect(listed.filter((id) => wrong.test(id) && id !== 'openai/ft:gpt-4o:acme::1')).toEqual([]);
    expect(listed).toEqual(
      expect.arrayContaining([
        'builtin/extractive',
        'openai/gpt-5-mini',
        'openai/gpt-4o',
        'openai/ft:gpt-4o:acme::1',
        'openai-chat/o3',
        'google/gemini-2.5-flash',
        'groq/openai/gpt-oss-120b',
        'groq/llama-3.1-8b-instant',
        'mistral/mistral-small-latest',
        'mistral/pixtral-large',
      ]),
    );
    for (const model of [
      'openai/text-embedding-3-small',
      'openai/text-embedding-9',
      'openai/gpt-4o-mini-tts',
      'openai-chat/gpt-realtime',
      'openai/gpt-image-1',
      'openai/whisper-1',
      'google/claude-sonnet-4-5',
      'google/gemini-embedding-001',
      'ollama/nomic-embed-text',
      'workers-ai/@cf/baai/bge-m3',
      'builtin/lexical',
    ]) {
      const { status, body } = await own.post('/agents', { name: 'A', config: { model } });
      expect([status, body.errors?.[0]?.pointer], model).toEqual([422, '/config/model']);
    }
    for (const model of [
      'openai/ft:gpt-4o:acme::1',
      'openai-compatible/my-image-reader',
      'openai/alive-1',
      'mistral/mistral-small-latest',
    ])
      expect((await own.post('/agents', { name: 'A', config: { model } })).status, model).toBe(201);
  });

  it('validates provider and unsupported settings when a version is created', async () => {
    const own = await newWorkspace();
    const make = (config: object) => own.post('/agents', { name: 'A', config });
    const pointers = (body: { errors?: { pointer: string }[] }) =>
      body.errors?.map(({ pointer }) => pointer);
    expect((await make({ model: 'openai/a-model-of-tomorrow' })).status).toBe(201);
    expect(
      (await make({ model: 'openai/gpt-5-mini', settings: { reasoning_effort: 'low' } })).status,
    ).toBe(201);
    for (const [config, pointer] of [
      [{ model: 'nobody/nothing' }, '/config/model'],
      [{ model: 'builtin/nothing' }, '/config/model'],
      [{ fallback_models: ['openai/gpt-5-mini', 'nobody/x'] }, '/config/fallback_models/1'],
      [
        { model: 'openai/gpt-5-mini', settings: { temperature: 0.5 } },
        '/config/settings/temperature',
      ],
      [{ model: 'openai/o3-mini', settings: { top_p: 0.5 } }, '/config/settings/top_p'],
      [
        { model: 'openai/gpt-4o', settings: { reasoning_effort: 'high' } },
        '/config/settings/reasoning_effort',
      ],
    ] as const) {
      const { status, body } = await make(config);
      expect([status, pointers(body)], JSON.stringify(config)).toEqual([422, [pointer]]);
    }
  });
});
