import { describe, expect, it } from 'vitest';
import { embed, rerank, streamModelCall } from '../../src/llm/index.ts';
import { Account } from '../../src/usage/index.ts';
import { contextOf, question, step } from '../llm/support.ts';
import { newWorkspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import type { Round } from '../support/provider/script.ts';
import { counters, holdsOf, putBudget, run, spentOf } from './support.ts';

const usage = { input_tokens: 100, output_tokens: 50 };
const answer: Round = { text: ['Hello ', 'there.'], usage };

/** A workspace with a scripted model at a thousand nano-dollars a token in and out. */
async function priced(
  rounds: readonly Round[] = [answer],
  models = ['openai-compatible/large', 'openai-compatible/small'],
) {
  const workspace = await newWorkspace();
  const scripted = await playScript({ rounds, repeat: true });
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.compatible,
  });
  const overrides = models.map((model) => ({
    model,
    input: model.endsWith('small') ? 0.1 : 1,
    output: model.endsWith('small') ? 0.1 : 1,
  }));
  expect((await workspace.put('/prices', { overrides })).status).toBe(200);
  return { workspace, scripted, ctx: contextOf(workspace) };
}

const ask = { options: { ...question('Hello?'), maxOutputTokens: 100 } };

describe('a model call', () => {
  it('is held in advance and settled at its actual cost with its usage rows', async () => {
    const { workspace, ctx } = await priced();
    await putBudget(ctx, { limit_nano_usd: 1_000_000 });
    const { result } = await step(ctx, ['openai-compatible/large'], ask);
    expect(result).toMatchObject({ failure: null, cost_nano_usd: 150_000 });
    const [before] = await counters(workspace.id);
    expect(before?.held).toBeGreaterThan(100_000);
    await run(ctx, result.usage);
    await run(ctx, result.usage);
    expect(await counters(workspace.id)).toMatchObject([{ spent: 150_000, held: 0 }]);
    expect(await spentOf(workspace.id)).toBe(150_000);
  });

  it('takes no round trip without budgets, and one with budgets', async () => {
    const { ctx } = await priced();
    const trips = async () => {
      const before = ctx.meter.db.trips;
      await step(ctx, ['openai-compatible/large'], ask);
      return ctx.meter.db.trips - before;
    };
    await trips();
    expect(await trips()).toBe(0);
    await putBudget(ctx, { limit_nano_usd: 10_000_000 });
    await trips();
    expect(await trips()).toBe(1);
  });

  it('is refused before any provider is called, without trying other models', async () => {
    const reranker = 'workers-ai/@cf/baai/bge-reranker-base';
    const embedder = 'openai/text-embedding-3-small';
    const { workspace, ctx, scripted } = await priced(
      [answer],
      ['openai-compatible/large', reranker, embedder],
    );
    await workspace.put('/providers/openai', {
      api_key: scripted.api_key,
      base_url: scripted.base_url.openai,
    });
    await putBudget(ctx, { limit_nano_usd: 1, name: 'Tiny' });
    const { result } = await step(ctx, ['openai-compatible/large', 'builtin/extractive'], ask);
    expect(result.failure).toMatchObject({
      code: 'budget_exceeded',
      status: 402,
      options: { extra: { budget: { name: 'Tiny' } } },
    });
    expect(result.usage).toEqual([]);
    const call_key = crypto.randomUUID();
    const refused = { code: 'budget_exceeded' };
    await expect(
      embed(ctx, { values: ['text'], operation: 'embed_query', call_key, model: embedder }),
    ).rejects.toMatchObject(refused);
    const own = { ...ctx, models: { workersAi: {} as Ai } };
    const documents = { query: 'a', documents: ['b'] };
    await expect(
      rerank(own, { ...documents, operation: 'rerank', call_key, model: reranker }),
    ).rejects.toMatchObject(refused);
    expect(await scripted.requests()).toEqual([]);
  });

  it('costs nothing when the provider refuses it, and is charged when it breaks off', async () => {
    const { workspace, ctx } = await priced([
      { fault: { kind: 'status', status: 400 } },
      { ...answer, fault: { kind: 'cut', events: 3 } },
    ]);
    await putBudget(ctx, { limit_nano_usd: 1_000_000 });
    const refused = await step(ctx, ['openai-compatible/large'], ask);
    await run(ctx, refused.result.usage);
    expect(await counters(workspace.id)).toMatchObject([{ spent: 0, held: 0 }]);
    const cut = await step(ctx, ['openai-compatible/large'], ask);
    expect(cut.result.failure).not.toBeNull();
    expect(cut.text).not.toBe('');
    await run(ctx, cut.result.usage);
    const [counter] = await counters(workspace.id);
    expect(counter).toMatchObject({ held: 0, spent: await spentOf(workspace.id) });
    expect(counter?.spent).toBeGreaterThan(0);
  });

  it('increases its hold for a more expensive fallback model', async () => {
    const { workspace, ctx } = await priced([{ fault: { kind: 'status', status: 400 } }, answer]);
    await putBudget(ctx, { limit_nano_usd: 1_000_000 });
    const { result } = await step(ctx, ['openai-compatible/small', 'openai-compatible/large'], ask);
    expect(result.model).toBe('openai-compatible/large');
    expect(await holdsOf(workspace.id)).toHaveLength(2);
    await run(ctx, result.usage);
    expect(await counters(workspace.id)).toMatchObject([{ spent: 150_000, held: 0 }]);
    expect((await holdsOf(workspace.id)).map(({ state, cost }) => [state, cost])).toEqual([
      ['settled', 150_000],
      ['released', 0],
    ]);
  });

  it.each([
    ['block', 402],
    ['allow', null],
  ] as const)('at an unknown price: %s', async (unknown_price, status) => {
    const { workspace, ctx } = await priced();
    await putBudget(ctx, { limit_nano_usd: 1_000_000, unknown_price });
    const { result } = await step(ctx, ['openai-compatible/nobody-knows'], ask);
    expect(result.failure?.status ?? null).toBe(status);
    await run(ctx, result.usage);
    expect(await counters(workspace.id)).toMatchObject(
      status === null ? [{ spent: 0, held: 0, unpriced_calls: 1 }] : [],
    );
  });

  it('is allowed by a budget with the action warn', async () => {
    const { workspace, ctx } = await priced();
    await putBudget(ctx, { limit_nano_usd: 10, action: 'warn' });
    const { result } = await step(ctx, ['openai-compatible/large'], ask);
    await run(ctx, result.usage);
    expect(await counters(workspace.id)).toMatchObject([{ spent: 150_000, held: 0 }]);
  });

  it('is charged when its reader stops (R52, R54)', async () => {
    const { workspace, ctx } = await priced([
      { ...answer, text: Array(50).fill('word '), fault: { kind: 'drip', bytes: 300, ms: 20 } },
    ]);
    await putBudget(ctx, { limit_nano_usd: 1_000_000 });
    const deferred: Promise<unknown>[] = [];
    const call = {
      models: ['openai-compatible/large'],
      operation: 'answer',
      call_key: crypto.randomUUID(),
      signal: new AbortController().signal,
      ...ask,
    };
    for await (const _ of streamModelCall(
      { ...ctx, defer: (work) => void deferred.push(work) },
      call,
    ))
      break;
    await Promise.all(deferred);
    const [counter] = await counters(workspace.id);
    expect(counter).toMatchObject({ held: 0, spent: await spentOf(workspace.id) });
    expect(counter?.spent).toBeGreaterThan(0);
  });
});

describe('a budget that runs low', () => {
  const rule = { from_percent: 50, model: 'openai-compatible/small', max_output_tokens: 20 };

  it('selects the cheaper model and the shorter answer, and reports it', async () => {
    const { workspace, ctx, scripted } = await priced();
    const id = await putBudget(ctx, {
      limit_nano_usd: 400_000,
      action: 'downgrade',
      downgrade: rule,
    });
    const models: string[] = [];
    for (let turn = 0; turn < 4; turn += 1) {
      const account = new Account();
      const { result } = await step(ctx, ['openai-compatible/large'], { ...ask, account });
      await run(ctx, result.usage);
      models.push(result.model);
      expect(account.downgrade).toEqual(result.downgrade);
      if (turn === 3)
        expect(result.downgrade).toEqual({
          budget_id: id,
          model: rule.model,
          max_output_tokens: 20,
        });
    }
    expect(models).toEqual(
      ['large', 'large', 'small', 'small'].map((name) => `openai-compatible/${name}`),
    );
    const sent = (await scripted.requests()).map(({ body }) => [
      body.model,
      body.max_tokens ?? body.max_completion_tokens,
    ]);
    expect(sent.at(-1)).toEqual(['small', 20]);
    expect(await counters(workspace.id)).toMatchObject([{ spent: 330_000, held: 0 }]);
  });

  it('refuses a call that does not fit after the downgrade', async () => {
    const { ctx } = await priced();
    await putBudget(ctx, { limit_nano_usd: 100, action: 'downgrade', downgrade: rule });
    const { result } = await step(ctx, ['openai-compatible/large'], ask);
    expect(result.failure?.code).toBe('budget_exceeded');
  });
});
