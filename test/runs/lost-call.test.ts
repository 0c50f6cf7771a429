import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newChat, readFrames, runOf, textOf } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';

const words = Array.from({ length: 60 }, (_, index) => `w${index} `);

describe('a run whose host dies', () => {
  it('meters its call up to the last token and settles its hold (R52)', async () => {
    const long: Round = { text: words, fault: { kind: 'drip', bytes: 300, ms: 100 } };
    const { workspace, session, stream, send } = await newChat({
      rounds: [long, { text: ['Here.'], usage: { input_tokens: 1, output_tokens: 1 } }],
    });
    const price = { model: 'openai-compatible/scripted', input: 10, output: 20 };
    expect((await workspace.put('/prices', { overrides: [price] })).status).toBe(200);
    const budget = {
      name: 'All',
      scope: 'workspace',
      period: 'total',
      limit_usd: 100,
      action: 'block',
    };
    expect((await workspace.post('/budgets', budget)).status).toBe(201);
    const run = runOf(
      await readFrames(await stream({ message: 'Hello? '.repeat(100) }), (seen) =>
        textOf(seen).includes('w25'),
      ),
    );
    await abortAllDurableObjects();
    await workspace.get(`/sessions/${session}/messages`);
    expect((await send({ message: 'Again?' })).status).toBe(200);
    const rows = async () =>
      (await workspace.get('/usage')).body.data.filter(
        (row: { run_id: string; status: string }) => row.run_id === run,
      );
    const [row, ...others] = await rows();
    expect(others).toEqual([]);
    expect(row).toMatchObject({
      operation: 'answer',
      model: 'scripted',
      is_estimated: true,
      status: 'aborted',
    });
    expect(row.input_tokens).toBeGreaterThan(150);
    expect(row.output_tokens).toBeGreaterThan(5);
    expect(row.cost_usd).toBeCloseTo((row.input_tokens * 10 + row.output_tokens * 20) / 1e6, 9);
    const { body } = await workspace.get(`/runs/${run}`);
    expect(body).toMatchObject({
      status: 'interrupted',
      error: { code: 'run_interrupted' },
      usage: { cost_usd: row.cost_usd },
    });
    const { results } = await env.DB.prepare(
      'select state, cost_nano_usd from budget_holds where run_id = ?',
    )
      .bind(run)
      .all();
    expect(results).toEqual([{ state: 'settled', cost_nano_usd: Math.round(row.cost_usd * 1e9) }]);
    const [counter] = (
      await env.DB.prepare('select * from budget_counters where workspace_id = ?')
        .bind(workspace.id)
        .all()
    ).results;
    expect(counter).toMatchObject({ held_nano_usd: 0 });
    const spent = (await workspace.get('/usage')).body.data.reduce(
      (sum: number, one: { cost_usd: number }) => sum + one.cost_usd,
      0,
    );
    expect(counter?.spent_nano_usd).toBe(Math.round(spent * 1e9));
  });
});
