import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { contextOf, question, step } from '../llm/support.ts';
import { newWorkspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import type { Round } from '../support/provider/script.ts';
import { counters, putBudget, run } from './support.ts';

const model = (name: string) => `openai-compatible/${name}`;
const prices = { mid: 1, dear: 20, cheap: 0.1 };
const ask = { options: { ...question('Hello?'), maxOutputTokens: 100 } };

/** A workspace with a budget that runs low from the first call on: its calls are to become `other`. */
async function low(
  other: string,
  budget: { limit_nano_usd?: number; unknown_price?: 'block' | 'allow'; most?: number } = {},
  before: readonly Round[] = [],
) {
  const workspace = await newWorkspace();
  const answer = { text: ['Hello.'], usage: { input_tokens: 100, output_tokens: 50 } };
  const scripted = await playScript({ rounds: [...before, answer], repeat: true });
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.compatible,
  });
  const overrides = Object.entries(prices).map(([name, price]) => ({
    model: model(name),
    input: price,
    output: price,
  }));
  expect((await workspace.put('/prices', { overrides })).status).toBe(200);
  const ctx = contextOf(workspace);
  const { most = null, ...row } = budget;
  const downgrade = { from_percent: 1, model: model(other), max_output_tokens: most };
  const id = await putBudget(ctx, {
    limit_nano_usd: 1_000_000,
    action: 'downgrade',
    downgrade,
    ...row,
  });
  const spent = env.DB.prepare(
    `insert into budget_counters (budget_id, subject, period_start, workspace_id, spent_nano_usd, held_nano_usd, updated_at)
     values (?, '', 0, ?, 300000, 0, 1)`,
  );
  await spent.bind(id, workspace.id).run();
  return { workspace, ctx, id };
}

const holdRows = async (id: string) =>
  (
    await env.DB.prepare(
      'select model, state, amount_nano_usd as amount from budget_holds where budget_id = ? order by id',
    )
      .bind(id)
      .all()
  ).results as { model: string; state: string; amount: number }[];

describe('a call within a budget that runs low', () => {
  it('is held and explained at the price of the called model', async () => {
    const { workspace, ctx, id } = await low('cheap');
    const { result } = await step(ctx, [model('mid')], ask);
    expect(result).toMatchObject({
      model: model('cheap'),
      downgrade: { budget_id: id, model: model('cheap') },
      cost_nano_usd: 15_000,
    });
    const [held] = await holdRows(id);
    expect(held).toMatchObject({ model: model('cheap'), state: 'open' });
    expect(held?.amount).toBeLessThan(50_000);
    expect(await counters(workspace.id)).toMatchObject([{ spent: 300_000, held: held?.amount }]);
    const explained = (await workspace.get(`/budgets/${id}/explain`)).body;
    expect(explained.open_holds).toMatchObject([
      { model: model('cheap'), held_usd: (held?.amount ?? 0) / 1e9 },
    ]);
    await run(ctx, result.usage);
    expect(await counters(workspace.id)).toMatchObject([{ spent: 315_000, held: 0 }]);
  });

  it('keeps its model when the other one is more expensive', async () => {
    const { workspace, ctx } = await low('dear');
    const { result } = await step(ctx, [model('mid')], ask);
    await run(ctx, result.usage);
    expect(result).toMatchObject({ model: model('mid'), downgrade: null });
    expect(await counters(workspace.id)).toMatchObject([{ spent: 450_000, held: 0 }]);
  });

  it('tries the fallback models when the cheaper model fails', async () => {
    const broken: Round = { fault: { kind: 'status', status: 500 } };
    const { workspace, ctx } = await low('cheap', { limit_nano_usd: 10_000_000, most: 40 }, [
      broken,
      broken,
      broken,
    ]);
    const { result } = await step(ctx, [model('mid'), model('dear')], ask);
    await run(ctx, result.usage);
    expect(result).toMatchObject({ failure: null, model: model('dear') });
    expect(await counters(workspace.id)).toMatchObject([
      { spent: 300_000 + 150 * 20_000, held: 0 },
    ]);
  });

  it('is not downgraded to its own model', async () => {
    const { ctx } = await low('mid');
    const { result } = await step(ctx, [model('mid')], ask);
    expect(result).toMatchObject({ model: model('mid'), downgrade: null });
  });

  it('applies only the shorter answer when the model does not save cost', async () => {
    const { ctx, id } = await low('dear', { most: 20 });
    const { result } = await step(ctx, [model('mid')], ask);
    expect(result).toMatchObject({
      model: model('mid'),
      downgrade: { budget_id: id, model: null, max_output_tokens: 20 },
    });
  });

  it.each([
    ['block', 'mid'],
    ['allow', 'nobody-knows'],
  ] as const)('with a downgrade to a model of unknown price: %s', async (unknown_price, called) => {
    const { workspace, ctx, id } = await low('nobody-knows', { unknown_price });
    const { result } = await step(ctx, [model('mid')], ask);
    await run(ctx, result.usage);
    expect(result.model).toBe(model(called));
    expect(await holdRows(id)).toMatchObject([{ model: model(called), state: 'settled' }]);
    expect(await counters(workspace.id)).toMatchObject([
      { held: 0, unpriced_calls: unknown_price === 'allow' ? 1 : 0 },
    ]);
  });

  it.each([
    [1_000_000, 'cheap', 'settled'],
    [300_001, 'nobody-knows', 'settled'],
  ] as const)(
    'with a downgrade from a model of unknown price needs room first, of %i',
    async (limit_nano_usd, called, state) => {
      const { workspace, ctx, id } = await low('cheap', { unknown_price: 'allow', limit_nano_usd });
      const { result } = await step(ctx, [model('nobody-knows')], ask);
      await run(ctx, result.usage);
      expect(result.model).toBe(model(called));
      expect((await holdRows(id)).at(-1)).toMatchObject({ model: model(called), state });
      expect((await counters(workspace.id))[0]?.held).toBe(0);
    },
  );
});
