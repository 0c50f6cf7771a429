import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { newChat } from '../../support/chat.ts';
import { faulty, unreliable } from '../../support/faulty.ts';
import { addOrderTools, asks, deletedAt, remove, says } from '../../support/orders.ts';
import { ended, evaluate, evaluated, hours, newDataset, runStep } from './support.ts';

const contains = { type: 'contains', texts: ['nine'] };
const answer = { text: ['At nine.'], usage: { input_tokens: 1000, output_tokens: 100 } };
const priced = { model: 'openai-compatible/scripted', input: 1, output: 1 };

async function newPriced(cases: number) {
  const chat = await newChat(
    { rounds: [answer], repeat: true },
    { config: { settings: { max_output_tokens: 100 } } },
  );
  expect((await chat.workspace.put('/prices', { overrides: [priced] })).status).toBe(200);
  return { ...chat, dataset: await newDataset(chat.workspace, hours(cases)) };
}

const lapse = (id: string) =>
  env.DB.prepare(
    "update evaluation_results set available_at = 0 where evaluation_id = ? and state <> 'done'",
  )
    .bind(id)
    .run();

const figuresOf = async (id: string) =>
  env.DB.prepare(
    `select count(*) as results, count(distinct r.run_id) as runs, sum(r.state = 'done') as done,
      (select count(*) from usage u where u.run_id in (select x.run_id from evaluation_results x where x.evaluation_id = r.evaluation_id)) as calls,
      (select sum(u.cost_nano_usd) from usage u where u.run_id in (select x.run_id from evaluation_results x where x.evaluation_id = r.evaluation_id)) as cost,
      (select e.spent_nano_usd from evaluations e where e.id = r.evaluation_id) as spent
    from evaluation_results r where r.evaluation_id = ?`,
  )
    .bind(id)
    .first();

it('runs, scores and meters each of 40 cases once, however often its workers die (R64)', async () => {
  const { workspace, agent, dataset } = await newPriced(40);
  const id = await evaluate(workspace, dataset, {
    agent,
    scorers: [contains],
    concurrency: 10,
    max_cost_usd: 0.1,
  });
  const gate = async () => undefined;
  for (const [at, dies] of [
    [20, 'before'],
    [45, 'after'],
  ] as const) {
    await runStep(workspace, id, { DB: unreliable(env.DB, { at, dies, gate }) });
    await lapse(id);
  }
  const evaluation = await ended(workspace, id);
  expect(evaluation).toMatchObject({ status: 'completed', progress: { total: 40, done: 40 } });
  const cost = 40 * 1_100_000;
  expect(await figuresOf(id)).toEqual({
    ...{ results: 40, runs: 40, done: 40, calls: 40 },
    ...{ cost, spent: cost },
  });
  expect(evaluation.summary[0].overall).toMatchObject({ cases: 40, pass_rate: { value: 1 } });
});

it('stops before it costs more than it may, and continues once it may cost more', async () => {
  const { workspace, agent, dataset, provider } = await newPriced(6);
  for (const max_cost_usd of [0, 0.00001]) {
    const refused = await evaluated(workspace, dataset, {
      agent,
      scorers: [contains],
      max_cost_usd,
    });
    const error = { code: 'budget_exceeded' };
    expect(refused).toMatchObject({ status: 'failed', error, cost_usd: 0, progress: { done: 0 } });
  }
  expect(await provider.requests()).toEqual([]);
  const id = await evaluate(workspace, dataset, {
    agent,
    scorers: [contains],
    max_cost_usd: 0.0035,
  });
  const stopped = await ended(workspace, id);
  expect(stopped).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded' } });
  expect(stopped.cost_usd).toBeLessThanOrEqual(0.0035);
  expect(stopped.progress.done).toBeGreaterThan(0);
  expect((await workspace.post(`/evaluations/${id}/resume`, { max_cost_usd: 1 })).status).toBe(202);
  expect(await ended(workspace, id)).toMatchObject({ status: 'completed', cost_usd: 0.0066 });
});

it('survives a fault at each round trip of a step', async () => {
  const { workspace, agent, dataset } = await newPriced(2);
  let trips = 1;
  for (let at = 1; at <= trips && at <= 24; at += 3) {
    for (const mode of ['before', 'after'] as const) {
      const id = await evaluate(workspace, dataset, { agent, scorers: [contains] });
      const { database, trips: count } = faulty(env.DB, { at, mode });
      await runStep(workspace, id, { DB: database });
      trips = Math.max(trips, count());
      await lapse(id);
      expect(await ended(workspace, id)).toMatchObject({ status: 'completed', error: null });
      expect(await figuresOf(id), `${mode} ${at}`).toMatchObject({ runs: 2, done: 2, calls: 2 });
    }
  }
});

it('simulates tools that change something unless it is to execute them, and counts waits as outcomes', async () => {
  const { workspace, agent } = await newChat({ rounds: [asks(remove), says, asks(remove), says] });
  const site = await addOrderTools(workspace);
  await workspace.patch(`/agents/${agent}`, { config: { tools: ['delete_order'] } });
  const dataset = await newDataset(workspace, [
    { input: 'Cancel it.', expected: { tool_calls: [{ name: 'delete_order' }] } },
  ]);
  const body = { agent, scorers: [{ type: 'tool_called' }] };
  const simulated = await evaluated(workspace, dataset, body);
  expect(simulated.summary[0]).toMatchObject({
    outcomes: { completed: 1 },
    overall: { pass_rate: { value: 1 } },
  });
  const [result] = (await workspace.get(`/evaluations/${simulated.id}/results`)).body.data;
  const { steps } = (await workspace.get(`/runs/${result.run_id}`)).body;
  expect(JSON.stringify(steps)).toContain('"simulated":true');
  const waited = await evaluated(workspace, dataset, { ...body, execute_tools: true });
  expect(waited.summary[0].outcomes).toMatchObject({ requires_action: 1, completed: 0 });
  expect(await deletedAt(site)).toEqual([]);
});
