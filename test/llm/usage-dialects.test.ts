import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readUsage } from '../../src/llm/read-usage.ts';
import { listModels, loadPriceTable, openPrice } from '../../src/usage/index.ts';
import { counters, putBudget, run } from '../budgets/support.ts';
import { counted, delta, done, named, openRaw, type RawProvider, sse } from './raw-provider.ts';
import { usageRows } from './support.ts';

const said = 'A whole sentence of an answer.';
const chat = (usage: object) =>
  sse(delta({ role: 'assistant', content: said }), delta({}, 'stop'), counted(usage), done);
const gemini = (usageMetadata: object) =>
  sse({
    candidates: [{ content: { role: 'model', parts: [{ text: said }] }, finishReason: 'STOP' }],
    usageMetadata,
  });
const claude = (start: object, end: object) =>
  named(
    {
      type: 'message_start',
      message: {
        id: 'm1',
        type: 'message',
        role: 'assistant',
        model: 'm',
        content: [],
        usage: start,
      },
    },
    { type: 'content_block_start', index: 0, content_block: { type: 'text', text: '' } },
    { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: said } },
    { type: 'content_block_stop', index: 0 },
    { type: 'message_delta', delta: { stop_reason: 'end_turn' }, usage: end },
    { type: 'message_stop' },
  );
const responses = (usage: object) =>
  named(
    { type: 'response.created', response: { id: 'r1', created_at: 1, model: 'm' } },
    { type: 'response.output_item.added', output_index: 0, item: { type: 'message', id: 'm1' } },
    {
      type: 'response.output_text.delta',
      item_id: 'm1',
      output_index: 0,
      content_index: 0,
      delta: said,
    },
    { type: 'response.output_item.done', output_index: 0, item: { type: 'message', id: 'm1' } },
    { type: 'response.completed', response: { id: 'r1', usage } },
  );

type Counts = readonly [
  input: number,
  read: number | null,
  write: number | null,
  output: number,
  reasoning: number | null,
];

/** The usage of the same call as each service reports it. */
const dialects: readonly (readonly [
  name: string,
  provider: RawProvider,
  body: string,
  expected: Counts,
])[] = [
  [
    'OpenAI chat',
    'openai-chat',
    chat({
      prompt_tokens: 100,
      completion_tokens: 60,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 50 },
    }),
    [100, 40, null, 60, 50],
  ],
  [
    'OpenAI responses',
    'openai',
    responses({
      input_tokens: 100,
      output_tokens: 60,
      total_tokens: 160,
      input_tokens_details: { cached_tokens: 40 },
      output_tokens_details: { reasoning_tokens: 50 },
    }),
    [100, 40, null, 60, 50],
  ],
  [
    'Anthropic',
    'anthropic',
    claude(
      {
        input_tokens: 50,
        cache_read_input_tokens: 40,
        cache_creation_input_tokens: 10,
        output_tokens: 1,
      },
      { output_tokens: 60 },
    ),
    [100, 40, 10, 60, null],
  ],
  [
    'Google',
    'google',
    gemini({
      promptTokenCount: 100,
      candidatesTokenCount: 10,
      thoughtsTokenCount: 50,
      cachedContentTokenCount: 40,
      totalTokenCount: 160,
    }),
    [100, 40, null, 60, 50],
  ],
  [
    'Groq',
    'groq',
    sse(
      delta({ content: said }),
      {
        ...delta({}, 'stop'),
        x_groq: {
          id: 'g',
          usage: {
            prompt_tokens: 100,
            completion_tokens: 60,
            total_tokens: 160,
            prompt_tokens_details: { cached_tokens: 40 },
          },
        },
      },
      done,
    ),
    [100, 40, null, 60, null],
  ],
  [
    'DeepSeek',
    'deepseek',
    chat({
      prompt_tokens: 100,
      completion_tokens: 60,
      total_tokens: 160,
      prompt_cache_hit_tokens: 40,
      prompt_cache_miss_tokens: 60,
      completion_tokens_details: { reasoning_tokens: 50 },
    }),
    [100, 40, null, 60, 50],
  ],
  [
    'DeepSeek behind an OpenAI-compatible server',
    'openai-compatible',
    chat({
      prompt_tokens: 100,
      completion_tokens: 60,
      total_tokens: 160,
      prompt_cache_hit_tokens: 40,
    }),
    [100, 40, null, 60, 0],
  ],
  [
    'Mistral',
    'mistral',
    chat({ prompt_tokens: 100, completion_tokens: 60, total_tokens: 160, num_cached_tokens: 40 }),
    [100, 40, null, 60, null],
  ],
  [
    'xAI, reasoning beside the answer',
    'xai',
    chat({
      prompt_tokens: 100,
      completion_tokens: 10,
      total_tokens: 160,
      prompt_tokens_details: { cached_tokens: 40 },
      completion_tokens_details: { reasoning_tokens: 50 },
    }),
    [100, 40, null, 60, 50],
  ],
  [
    'Kimi',
    'openai-compatible',
    chat({ prompt_tokens: 100, completion_tokens: 60, total_tokens: 160, cached_tokens: 40 }),
    [100, 40, null, 60, 0],
  ],
  [
    'OpenRouter',
    'openrouter',
    chat({
      prompt_tokens: 100,
      completion_tokens: 60,
      total_tokens: 160,
      cost: 0.0021,
      prompt_tokens_details: { cached_tokens: 40, cache_write_tokens: 10 },
      completion_tokens_details: { reasoning_tokens: 50 },
    }),
    [100, 40, 10, 60, 50],
  ],
  [
    'Gemini by its OpenAI-compatible endpoint',
    'openai-compatible',
    chat({ prompt_tokens: 100, completion_tokens: 10, total_tokens: 160 }),
    [100, 0, null, 60, 50],
  ],
  [
    'a gateway that excludes the cache from the input',
    'openai-compatible',
    chat({
      prompt_tokens: 50,
      completion_tokens: 60,
      total_tokens: 160,
      cache_read_input_tokens: 40,
      cache_creation_input_tokens: 10,
    }),
    [100, 40, 10, 60, 0],
  ],
  [
    'vLLM',
    'openai-compatible',
    chat({
      prompt_tokens: 100,
      completion_tokens: 60,
      total_tokens: 160,
      prompt_tokens_details: null,
    }),
    [100, 0, null, 60, 0],
  ],
  [
    'Ollama',
    'ollama',
    chat({ prompt_tokens: 100, completion_tokens: 60, total_tokens: 160 }),
    [100, 0, null, 60, 0],
  ],
  [
    'llama.cpp',
    'openai-compatible',
    sse(
      delta({ content: said }),
      delta({}, 'stop', {
        usage: { prompt_tokens: 100, completion_tokens: 60, total_tokens: 160 },
        timings: { prompt_n: 100 },
      }),
      done,
    ),
    [100, 0, null, 60, 0],
  ],
  [
    'counts as strings',
    'openai-compatible',
    chat({
      prompt_tokens: '100',
      completion_tokens: '60',
      total_tokens: '160',
      completion_tokens_details: { reasoning_tokens: '50' },
    }),
    [100, 0, null, 60, 50],
  ],
  [
    'counts with a fraction',
    'anthropic',
    claude({ input_tokens: 99.6, output_tokens: 1 }, { output_tokens: 60.4 }),
    [100, 0, 0, 60, null],
  ],
];

it.each(dialects)(
  'reads tokens of %s',
  async (_name, provider, body, [input, read, write, output, reasoning]) => {
    const { ctx, ask } = await openRaw(provider, body);
    const { text, result } = await ask();
    expect([result.failure, text]).toEqual([null, said]);
    const [row] = await usageRows(ctx, result);
    expect(row).toMatchObject({
      input_tokens: input,
      cache_read_tokens: read,
      cache_write_tokens: write,
      output_tokens: output,
      is_estimated: 0,
    });
    expect(row?.reasoning_tokens ?? null).toBe(reasoning);
  },
);

const useless: readonly (readonly [name: string, provider: RawProvider, body: string])[] = [
  [
    '0 and 0',
    'openai-compatible',
    chat({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }),
  ],
  [
    '0 of Anthropic',
    'anthropic',
    claude({ input_tokens: 0, output_tokens: 0 }, { output_tokens: 0 }),
  ],
  [
    '0 of Google',
    'google',
    gemini({ promptTokenCount: 0, candidatesTokenCount: 0, totalTokenCount: 0 }),
  ],
  [
    '0 of the Responses API',
    'openai',
    responses({ input_tokens: 0, output_tokens: 0, total_tokens: 0 }),
  ],
  [
    'below 0',
    'openai-compatible',
    chat({ prompt_tokens: -5, completion_tokens: -1, total_tokens: -6 }),
  ],
  [
    'beyond all measure',
    'openai-chat',
    chat({ prompt_tokens: 1e18, completion_tokens: 9e15, total_tokens: 1e18 }),
  ],
  [
    'no numbers',
    'mistral',
    chat({ prompt_tokens: 'many', completion_tokens: null, total_tokens: [] }),
  ],
  ['nothing', 'groq', sse(delta({ content: said }), delta({}, 'stop'), done)],
];

it.each(useless)(
  'estimates tokens, keeps the answer and settles the budget when usage is %s',
  async (_name, provider, body) => {
    const { workspace, ctx, ask } = await openRaw(provider, body);
    await workspace.put('/prices', {
      overrides: [{ model: `${provider}/m`, input: 10, output: 20 }],
    });
    await putBudget(ctx, { limit_nano_usd: 1_000_000_000 });
    const { text, result } = await ask();
    expect([result.failure, text]).toEqual([null, said]);
    await run(ctx, result.usage);
    const row = await env.DB.prepare('select * from usage where workspace_id = ?')
      .bind(workspace.id)
      .first<Record<string, number>>();
    expect(row).toMatchObject({ is_estimated: 1, status: 'ok' });
    for (const count of [row?.input_tokens, row?.output_tokens, row?.cost_nano_usd])
      expect(count).toBeGreaterThan(0);
    expect(await counters(workspace.id)).toMatchObject([{ held: 0, spent: row?.cost_nano_usd }]);
  },
);

describe('token counts', () => {
  it('are integers, not negative and parts of their wholes for every usage of a provider', () => {
    const number = fc.oneof(
      fc.integer(),
      fc.double(),
      fc.constant(null),
      fc.string(),
      fc.nat(1000),
    );
    const part = fc.record(
      { total: number, cacheRead: number, cacheWrite: number, reasoning: number },
      { requiredKeys: [] },
    );
    const raw = fc.record(
      { total_tokens: number, cached_tokens: number, cache_creation_input_tokens: number },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(part, part, raw, fc.boolean(), (inputTokens, outputTokens, said_too, isEmpty) => {
        const tokens = readUsage({ inputTokens, outputTokens, raw: said_too } as never, isEmpty);
        for (const count of Object.values(tokens))
          expect(count === null || (Number.isSafeInteger(count) && count >= 0)).toBe(true);
        const {
          input_tokens,
          cache_read_tokens,
          cache_write_tokens,
          output_tokens,
          reasoning_tokens,
        } = tokens;
        if (input_tokens !== null)
          expect((cache_read_tokens ?? 0) + (cache_write_tokens ?? 0)).toBeLessThanOrEqual(
            input_tokens,
          );
        if (output_tokens !== null)
          expect(reasoning_tokens ?? 0).toBeLessThanOrEqual(output_tokens);
      }),
    );
  });

  it('written to a cache for an hour are charged at the one-hour price', async () => {
    const tokens = {
      input_tokens: 1000,
      cache_read_tokens: 0,
      cache_write_tokens: 800,
      output_tokens: 0,
      reasoning_tokens: 0,
    };
    const model = { price_id: 'anthropic', model: 'claude-sonnet-4-5', override: null };
    const priceOf = await openPrice(model);
    const price = (more: object) => priceOf({ ...tokens, ...more }, Date.UTC(2026, 10, 1));
    // 200 × 3000 + 800 × 3750, and 200 × 3000 + 300 × 6000 + 500 × 3750 nano-USD
    expect([price({}), price({ cache_write_1h_tokens: 300 })]).toEqual([3_600_000, 4_275_000]);
    const usage = {
      inputTokens: { total: 1000, cacheRead: 0, cacheWrite: 800 },
      outputTokens: { total: 5 },
      raw: { cache_creation: { ephemeral_1h_input_tokens: 300 } },
    };
    expect(readUsage(usage as never, false)).toMatchObject({
      cache_write_tokens: 800,
      cache_write_1h_tokens: 300,
    });
  });

  it('are charged at the price listed for each minute of a day', async () => {
    const tokens = {
      input_tokens: 1_000_000,
      cache_read_tokens: 0,
      cache_write_tokens: 0,
      output_tokens: 0,
      reasoning_tokens: 0,
    };
    const table = await loadPriceTable();
    const opened = await Promise.all(
      listModels(table, 'deepseek', 0).map(
        async ({ model }) =>
          [model, await openPrice({ price_id: 'deepseek', model, override: null })] as const,
      ),
    );
    const priceOf = new Map(opened);
    const seen = new Set<number>();
    for (let minute = 0; minute < 24 * 60; minute += 1) {
      const at = Date.UTC(2026, 10, 1, 0, minute);
      for (const { model, prices } of listModels(table, 'deepseek', at)) {
        if (prices === null) continue;
        const billed = priceOf.get(model)?.(tokens, at);
        expect([model, minute, billed]).toEqual([
          model,
          minute,
          Math.round(prices.input * 1_000_000),
        ]);
        seen.add(prices.input);
      }
    }
    // Some prices change within the day.
    expect(seen.size).toBeGreaterThan(
      new Set(
        listModels(table, 'deepseek', Date.UTC(2026, 10, 1)).map(({ prices }) => prices?.input),
      ).size,
    );
  });
});
