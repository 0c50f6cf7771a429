import { env } from 'cloudflare:workers';
import { expect, it, vi } from 'vitest';
import { Site } from '../../support/outbound.ts';
import { answers, ended, evaluate, evaluated, exportOf, hours, newSetting } from './support.ts';

const contains = { type: 'contains', texts: ['nine'] };

it('runs versions and a draft over a dataset, and summarises, lists, exports and compares the results', async () => {
  const { workspace, agent, dataset } = await newSetting(
    ['We open at ten.', 'We open at nine, =always.'],
    hours(6),
  );
  const evaluation = await evaluated(workspace, dataset, {
    agent,
    versions: ['1', 2],
    config: answers('Nobody knows.'),
    scorers: [contains, { type: 'regex', name: 'opens', pattern: '^We open', weight: 3 }],
    repetitions: 2,
    label: 'Hours & <days>',
  });
  expect(evaluation).toMatchObject({
    status: 'completed',
    error: null,
    dataset_revision: 2,
    targets: [
      { version: { number: 1 }, is_draft: false },
      { version: { number: 2 }, is_draft: false },
      { version: { number: 1 }, is_draft: true },
    ],
    progress: { cases: 6, total: 36, done: 36 },
    cost_usd: 0,
  });
  const [first, second, draft] = evaluation.summary;
  expect(first).toMatchObject({
    done: 12,
    outcomes: { completed: 12, failed: 0 },
    overall: { cases: 6, score: { value: 0.75 }, pass_rate: { value: 0 } },
    scorers: [
      { name: 'contains', score: { value: 0 } },
      { name: 'opens', score: { value: 1 }, pass_rate: { value: 1 } },
    ],
  });
  expect(second.overall).toMatchObject({ score: { value: 1 }, pass_rate: { value: 1, high: 1 } });
  // Wilson over 6 cases, not over 12 results.
  expect(second.overall.pass_rate.low).toBeCloseTo(0.6097, 4);
  expect(draft.overall).toMatchObject({ score: { value: 0 } });

  const list = async (query: string) =>
    (await workspace.get(`/evaluations/${evaluation.id}/results?${query}`)).body.data;
  expect(await list('target=0&failed_scorer=contains&tag=odd&limit=100')).toHaveLength(6);
  expect(await list('failed_scorer=opens&limit=100')).toHaveLength(12);
  const [result] = await list('q=DAY%203&target=1');
  expect(result).toMatchObject({
    position: 3,
    input: 'When do you open on day 3?',
    answer: 'We open at nine, =always.',
    expected: { answer: 'nine' },
    passed: true,
    scores: [{ name: 'contains', passed: true, reason: expect.any(String) }, { name: 'opens' }],
  });
  const ofCase = await list(`case=${result.case_id}&limit=100`);
  expect(ofCase.map(({ target }: { target: number }) => target)).toEqual([0, 0, 1, 1, 2, 2]);
  const past = `/datasets/${dataset}/cases/${result.case_id}/results`;
  const { body: newest } = await workspace.get(`${past}?limit=4`);
  expect(newest.data).toMatchObject([
    { label: 'Hours & <days>', target: 2, version: 1, is_draft: true, repetition: 1, score: 0 },
    { target: 2, repetition: 0 },
    { target: 1, version: 2, is_draft: false, repetition: 1, passed: true },
    { target: 1, repetition: 0, evaluation_id: evaluation.id, agent_id: agent },
  ]);
  const older = await workspace.get(`${past}?limit=4&cursor=${newest.next_cursor}`);
  expect(older.body).toMatchObject({ data: [{ target: 0 }, { target: 0 }], next_cursor: null });
  const run = (await workspace.get(`/runs/${result.run_id}`)).body;
  expect(run).toMatchObject({
    is_preview: true,
    metadata: { evaluation_id: evaluation.id, case_id: result.case_id },
  });
  const pages: object[] = [];
  let cursor = '';
  do {
    const { body } = await workspace.get(`/evaluations/${evaluation.id}/results?limit=10${cursor}`);
    pages.push(...body.data.map((one: { run_id: string }) => one.run_id));
    cursor = body.next_cursor === null ? '' : `&cursor=${encodeURIComponent(body.next_cursor)}`;
  } while (cursor !== '');
  expect(new Set(pages).size).toBe(36);

  const junit = await exportOf(workspace, evaluation.id, 'application/xml');
  expect(junit.text).toContain('<testsuites name="Hours &amp; &lt;days&gt;">');
  expect(junit.text.match(/<testcase /g)).toHaveLength(36);
  expect(junit.text.match(/<failure /g)).toHaveLength(24);
  const csv = await exportOf(workspace, evaluation.id, 'text/csv');
  expect(csv.text.split('\r\n')).toHaveLength(38);
  const jsonl = await exportOf(workspace, evaluation.id, '*/*');
  expect(
    jsonl.text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toHaveLength(36);

  const path = `/evaluations/${evaluation.id}/comparison?with=${evaluation.id}`;
  const { body: comparison } = await workspace.get(`${path}&target=2&with_target=1`);
  expect(comparison).toMatchObject({
    cases: 6,
    overall: {
      wins: 0,
      losses: 6,
      ties: 0,
      score_difference: { value: -1 },
      p_value: expect.closeTo(2 / 2 ** 6, 10),
    },
    scorers: [
      { name: 'contains', losses: 6 },
      { name: 'opens', losses: 6 },
    ],
    flaky: [],
  });
  expect(comparison.clusters).toContainEqual(
    expect.objectContaining({ by: 'tag', value: 'odd', lost: 3, cases: 3 }),
  );
  expect(comparison.clusters).toContainEqual(expect.objectContaining({ by: 'question', lost: 6 }));
  expect((await workspace.get(`${path}&target=1&with_target=3`)).status).toBe(422);

  const viewer = await workspace.withRole('viewer');
  const [shown] = (await viewer.get(`/evaluations/${evaluation.id}/results?limit=1`)).body.data;
  expect(shown).toMatchObject({ answer: null, score: 0.75, scores: [{ reason: null }, {}] });
  expect((await viewer.post(`/evaluations/${evaluation.id}/cancel`)).status).toBe(403);
  expect((await viewer.get(`/evaluations/${evaluation.id}/results?q=nine`)).status).toBe(403);

  expect((await workspace.delete(`/evaluations/${evaluation.id}`)).status).toBe(204);
  expect((await workspace.get(`/evaluations/${evaluation.id}`)).status).toBe(404);
});

it('refuses what cannot be evaluated, with a pointer', async () => {
  const { workspace, agent, dataset } = await newSetting(['We open at nine.'], hours(2));
  const empty = (await workspace.post('/datasets', { name: 'Empty' })).body.id;
  const post = (body: object, of = dataset) =>
    workspace.post(`/datasets/${of}/evaluations`, { agent, scorers: [contains], ...body });
  const pointerOf = async (body: object, of?: string) => {
    const { status, body: problem } = await post(body, of);
    return [status, problem.errors?.[0]?.pointer];
  };
  expect(await pointerOf({}, empty)).toEqual([422, '']);
  expect(await pointerOf({ tags: ['none'] })).toEqual([422, '/tags']);
  expect(await pointerOf({ versions: ['1', 9] })).toEqual([422, '/versions/1']);
  expect(await pointerOf({ versions: ['1', '1'] })).toEqual([422, '/versions/1']);
  expect(await pointerOf({ scorers: [contains, contains] })).toEqual([422, '/scorers/1/name']);
  expect(await pointerOf({ scorers: [{ ...contains, name: 'overall' }] })).toEqual([
    422,
    '/scorers/0/name',
  ]);
  const judge = { type: 'judge', judge_id: 'jdg_01kajv2q5ve0mt8h2vj3c6x7ra' };
  expect(await pointerOf({ scorers: [judge] })).toEqual([422, '/scorers/0/judge_id']);
  expect((await post({ agent: 'nobody' })).status).toBe(404);
  const limited = await workspace.withRole('editor', [agent]);
  const body = { agent, scorers: [contains], execute_tools: true };
  const own = (await limited.post('/datasets', { name: 'Own', agent_id: agent })).body.id;
  await limited.post(`/datasets/${own}/cases`, { data: hours(1) });
  expect((await limited.post(`/datasets/${own}/evaluations`, body)).status).toBe(403);
  expect((await workspace.get('/evaluations')).body.data).toEqual([]);
});

it('erases the answers to a case with the turn that it was made from, and keeps their scores (R77)', async () => {
  const { workspace, agent, dataset } = await newSetting(['We open at nine.'], hours(1));
  const session = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id;
  const turn = await workspace.post(`/sessions/${session}/messages`, { message: 'My secret?' });
  const added = await workspace.post(`/messages/${turn.body.id}/cases`, { dataset });
  expect(added.status, JSON.stringify(added.body)).toBe(201);
  const { id } = await evaluated(workspace, dataset, { agent, scorers: [contains] });
  const secret = async () =>
    (await workspace.get(`/evaluations/${id}/results`)).body.data.find(
      ({ input }: { input: string | null }) => input === null || input.includes('secret'),
    );
  expect(await secret()).toMatchObject({ answer: 'We open at nine.', score: 1 });
  await workspace.delete(`/sessions/${session}`);
  await vi.waitUntil(async () => (await secret()).input === null, { timeout: 150_000 });
  expect(await secret()).toMatchObject({ answer: null, score: 1, scores: [{ reason: null }] });
  const { run_id } = await secret();
  const texts = () =>
    env.DB.prepare(
      `select question, answer, (select count(*) from run_steps s where s.run_id = c.run_id) as steps from run_contents c where run_id = ?`,
    )
      .bind(run_id)
      .first();
  expect(await texts()).toEqual({ question: '', answer: '', steps: 0 });
  // A result that is stored after the case was erased keeps its figures alone.
  const late = `update evaluation_results set answer = 'secret', reasons = '{}', score = 0.5 where run_id = ? returning answer`;
  await env.DB.prepare(late).bind(run_id).run();
  expect(await secret()).toMatchObject({ answer: null, score: 0.5 });
});

it('publishes its end to webhooks, and can be cancelled and resumed', async () => {
  const { workspace, agent, dataset } = await newSetting(['We open at nine.'], hours(8));
  const url = await new Site().answers('/hook', { status: 200, body: '' });
  const event_types = ['evaluation.*'];
  expect((await workspace.post('/webhooks', { url, event_types })).status).toBe(201);
  const id = await evaluate(workspace, dataset, { agent, scorers: [contains], concurrency: 1 });
  const cancelled = await workspace.post(`/evaluations/${id}/cancel`);
  if (cancelled.status === 200) {
    expect((await workspace.post(`/evaluations/${id}/cancel`)).status).toBe(409);
    expect((await workspace.post(`/evaluations/${id}/resume`)).status).toBe(202);
  }
  expect(await ended(workspace, id)).toMatchObject({ status: 'completed', progress: { done: 8 } });
  const counted = env.DB.prepare(
    'select count(*) as n from evaluation_results where evaluation_id = ?',
  );
  expect(await counted.bind(id).first()).toEqual({ n: 8 });
  const events = env.DB.prepare(
    `select (select count(*) from webhook_event_queue where subject_id = ?1 and type = 'evaluation.completed')
      + (select count(*) from webhook_events where subject_id = ?1 and type = 'evaluation.completed') as n`,
  );
  expect(await events.bind(id).first()).toEqual({ n: 1 });
});

it('stops when its agent is archived, and continues once it is restored', async () => {
  const { workspace, agent, dataset } = await newSetting(['We open at nine.'], hours(3));
  const { id } = await evaluated(workspace, dataset, { agent, scorers: [contains] });
  expect((await workspace.delete(`/agents/${agent}`)).status).toBe(204);
  // As if it had been archived before the first run.
  await env.DB.batch(
    [
      "update evaluation_results set state = 'pending', available_at = 0, run_id = null where evaluation_id = ?",
      "update evaluations set status = 'failed', done_count = 0 where id = ?",
    ].map((query) => env.DB.prepare(query).bind(id)),
  );
  expect((await workspace.post(`/evaluations/${id}/resume`)).status).toBe(202);
  expect(await ended(workspace, id)).toMatchObject({
    status: 'failed',
    error: { code: 'agent_archived' },
    progress: { done: 0 },
  });
  expect((await workspace.post(`/agents/${agent}/restore`)).status).toBe(200);
  expect((await workspace.post(`/evaluations/${id}/resume`)).status).toBe(202);
  expect(await ended(workspace, id)).toMatchObject({ status: 'completed', progress: { done: 3 } });
});
