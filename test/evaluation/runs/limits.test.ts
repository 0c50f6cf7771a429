import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { newChat } from '../../support/chat.ts';
import type { Round } from '../../support/provider/script.ts';
import { answers, ended, evaluate, evaluated, hours, newDataset, newSetting } from './support.ts';

const contains = { type: 'contains', texts: ['nine'] };
const says = (text: string): Round => ({
  text: [text],
  usage: { input_tokens: 1000, output_tokens: 100 },
});
const limited = (retry_after: string): Round => ({
  fault: { kind: 'status', status: 429, retry_after },
});

async function newPriced(rounds: Round[], cases: readonly object[], repeat = true) {
  const chat = await newChat(
    { rounds, repeat },
    { config: { settings: { max_output_tokens: 100 } } },
  );
  const priced = { model: 'openai-compatible/scripted', input: 1, output: 1 };
  expect((await chat.workspace.put('/prices', { overrides: [priced] })).status).toBe(200);
  return { ...chat, dataset: await newDataset(chat.workspace, cases) };
}

it('stops when a budget of the workspace refuses a run, and continues once there is more', async () => {
  const { workspace, agent, dataset, provider } = await newPriced([says('At nine.')], hours(5));
  const limit = { name: 'All', scope: 'workspace', period: 'total', limit_usd: 0.0033 };
  const budget = await workspace.post('/budgets', { ...limit, action: 'block' });
  expect(budget.status, JSON.stringify(budget.body)).toBe(201);
  const id = await evaluate(workspace, dataset, { agent, scorers: [contains], concurrency: 1 });
  const stopped = await ended(workspace, id);
  expect(stopped).toMatchObject({ status: 'failed', error: { code: 'budget_exceeded' } });
  expect(stopped.progress.done).toBeGreaterThan(0);
  expect(stopped.cost_usd).toBeLessThanOrEqual(0.0033);
  const before = (await provider.requests()).length;
  // Without more money it stops at once, and costs nothing.
  expect((await workspace.post(`/evaluations/${id}/resume`)).status).toBe(202);
  expect(await ended(workspace, id)).toMatchObject({
    ...{ status: 'failed', cost_usd: stopped.cost_usd, progress: stopped.progress },
  });
  expect(await provider.requests()).toHaveLength(before);
  const raised = await workspace.patch(`/budgets/${budget.body.id}`, { limit_usd: 1 });
  expect(raised.status, JSON.stringify(raised.body)).toBe(200);
  expect((await workspace.post(`/evaluations/${id}/resume`)).status).toBe(202);
  const done = await ended(workspace, id);
  expect(done).toMatchObject({ status: 'completed', error: null, cost_usd: 0.0055 });
  expect(await provider.requests()).toHaveLength(5);
});

it('waits while the provider limits the rate, and scores each case once', async () => {
  const rounds = [limited('1'), limited('1'), limited('1'), limited('1'), says('At nine.')];
  const { workspace, agent, dataset, provider } = await newPriced(rounds, hours(3));
  const { id, ...evaluation } = await evaluated(workspace, dataset, {
    ...{ agent, scorers: [contains], concurrency: 1 },
  });
  expect(evaluation).toMatchObject({
    ...{ status: 'completed', error: null, progress: { total: 3, done: 3 } },
    summary: [{ outcomes: { completed: 3, failed: 0 }, overall: { pass_rate: { value: 1 } } }],
  });
  const tasks = await env.DB.prepare(
    'select sum(failures) as failures, count(distinct run_id) as runs from evaluation_results where evaluation_id = ?',
  )
    .bind(id)
    .first<{ failures: number; runs: number }>();
  expect(tasks?.runs).toBe(3);
  expect(tasks?.failures).toBeGreaterThan(0);
  // Four refusals, three answers: nothing was asked while the limit was known.
  expect(await provider.requests()).toHaveLength(7);
});

it('shows which cases are flaky', async () => {
  const turns = Array.from({ length: 2 }, () => [says('At nine.'), says('At ten.')]).flat();
  const { workspace, agent, dataset } = await newPriced([...turns, says('At nine.')], hours(4));
  const evaluation = await evaluated(workspace, dataset, {
    ...{ agent, scorers: [contains], repetitions: 2, concurrency: 1 },
  });
  const { data } = (await workspace.get(`/evaluations/${evaluation.id}/results?limit=100`)).body;
  const passes = new Map<string, number>();
  for (const { case_id, passed } of data)
    passes.set(case_id, (passes.get(case_id) ?? 0) + Number(passed));
  const flaky = [...passes].flatMap(([id, count]) => (count === 1 ? [id] : []));
  const path = `/evaluations/${evaluation.id}/comparison?with=${evaluation.id}`;
  const { body } = await workspace.get(path);
  expect(flaky.length).toBeGreaterThan(0);
  const shown = body.flaky.map(({ case_id }: { case_id: string }) => case_id);
  expect(shown.sort()).toEqual(flaky.sort());
  expect(body.flaky[0]).toMatchObject({ here: true, base: true });
});

it('evaluates the cases as they were when it began, and compares only those that are the same', async () => {
  const { workspace, agent, dataset } = await newSetting(['We open at nine.'], hours(3));
  const first = await evaluated(workspace, dataset, { agent, scorers: [contains] });
  const { data } = (await workspace.get(`/datasets/${dataset}/cases`)).body;
  const [changed, removed] = data;
  const change = { input: 'And on Sunday?' };
  expect((await workspace.patch(`/datasets/${dataset}/cases/${changed.id}`, change)).status).toBe(
    200,
  );
  expect((await workspace.delete(`/datasets/${dataset}/cases/${removed.id}`)).status).toBe(204);
  const second = await evaluated(workspace, dataset, { agent, scorers: [contains] });
  expect(second.progress).toMatchObject({ total: 2, done: 2 });
  const { body } = await workspace.get(`/evaluations/${second.id}/comparison?with=${first.id}`);
  expect(body).toMatchObject({ cases: 1, changed_cases: 1, overall: { ties: 1, losses: 0 } });
  const inputsOf = async (id: string) =>
    (await workspace.get(`/evaluations/${id}/results`)).body.data
      .filter(({ case_id }: { case_id: string }) => case_id === changed.id)
      .map(({ input }: { input: string }) => input);
  expect(await inputsOf(first.id)).toEqual([changed.input]);
  expect(await inputsOf(second.id)).toEqual(['And on Sunday?']);
});

it('activates nothing after a requirement, however both race', async () => {
  const { workspace, agent, dataset } = await newSetting(
    ['We open at ten.', 'We open at nine.'],
    hours(1),
  );
  const require_evaluation = {
    dataset_id: dataset,
    thresholds: { contains: { min_pass_rate: 1 } },
  };
  for (let round = 0; round < 4; round += 1) {
    const path = `/agents/${agent}`;
    await workspace.patch(path, { require_evaluation: null });
    const made = await workspace.post(`${path}/versions`, { config: answers(`At ${round}.`) });
    const results = await Promise.all([
      workspace.post(`${path}/versions/${made.body.number}/activate`, {}),
      workspace.patch(path, { require_evaluation }),
      workspace.post(`${path}/versions/${made.body.number}/activate`, {}),
    ]);
    const [one, required, other] = results;
    expect(required.status).toBe(200);
    const told = JSON.stringify(results.map(({ status, body }) => [status, body]));
    for (const { status, body } of [one, other]) {
      expect([200, 409], told).toContain(status);
      if (status === 409) expect(body.code, told).toBe('evaluation_required');
    }
    const shown = (await workspace.get(path)).body;
    const isActive = shown.active_version.number === made.body.number;
    expect(isActive, told).toBe(one.status === 200 || other.status === 200);
    expect((await workspace.post(`${path}/versions/1/activate`, {})).status).toBe(409);
  }
});
