import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { jobHandlers } from '../../../src/features.ts';
import { contextOf } from '../../llm/support.ts';
import { newWorkspace, type Workspace } from '../../support/api.ts';
import { addText, newBase } from '../../support/files.ts';

async function open(questions = 2) {
  const workspace = await newWorkspace();
  const base = await newBase(workspace);
  const leave = await addText(
    workspace,
    base,
    'leave.md',
    '# Leave\n\nEverybody has 25 days of leave a year.',
  );
  const travel = await addText(
    workspace,
    base,
    'travel.md',
    '# Travel\n\nTrains are booked in second class.',
  );
  const path = `/knowledge-bases/${base}`;
  const data = [
    {
      question: 'How many days of leave do I have?',
      expected: [{ file_id: leave.id, text: '25 days of leave' }],
    },
    { question: 'In which class are trains booked?', expected: [{ file_id: travel.id }] },
    { question: 'Which airport is the largest of Brazil?', expected: [] },
    ...Array.from({ length: 22 }, (_, n) => ({
      question: `Leave in year ${n}?`,
      expected: [{ file_id: leave.id }],
    })),
  ].slice(0, questions);
  const { status, body } = await workspace.post(`${path}/golden-questions`, { data });
  expect(status, JSON.stringify(body)).toBe(201);
  return { workspace, base, path, leave, travel, questions: body.data };
}

async function ended(workspace: Workspace, path: string) {
  const { body } = await vi.waitUntil(
    async () => {
      const answer = await workspace.get(path);
      return ['queued', 'running'].includes(answer.body.status) ? null : answer;
    },
    { timeout: 150_000, interval: 30 },
  );
  return body;
}

async function evaluate(workspace: Workspace, path: string, settings = {}) {
  const { status, body } = await workspace.post(`${path}/evaluations`, settings);
  expect(status, JSON.stringify(body)).toBe(202);
  return ended(workspace, `${path}/evaluations/${body.id}`);
}

describe('the evaluation of a search', () => {
  it('compares hits with what the golden questions expect', async () => {
    const { workspace, path, leave, travel, questions } = await open(3);
    const evaluation = await evaluate(workspace, path, { top_k: 1 });
    expect(evaluation).toMatchObject({
      ...{
        status: 'ready',
        trigger: 'request',
        question_count: 3,
        evaluated_count: 3,
        error: null,
      },
      settings: { mode: 'hybrid', top_k: 1, min_score: 0, reranker: null, filter: null },
      metrics: {
        ...{ answerable: 2, unanswerable: 1, hit_rate: 1, recall: 1, mrr: 1, ndcg: 1 },
        ...{ not_found_precision: 1, not_found_recall: 1 },
      },
    });
    const results = await workspace.get(`${path}/evaluations/${evaluation.id}/results`);
    expect(results.body.data.map((one: { question_id: string }) => one.question_id)).toEqual(
      questions.map(({ id }: { id: string }) => id),
    );
    expect(results.body.data[0]).toMatchObject({
      ...{
        question: 'How many days of leave do I have?',
        is_answerable: true,
        rank: 1,
        coverage: 'full',
      },
      hits: [{ file_id: leave.id, file_name: 'leave.md', is_expected: true }],
    });
    const outcome = async (name: string) =>
      (await workspace.get(`${path}/evaluations/${evaluation.id}/results?outcome=${name}`)).body
        .data.length;
    expect(await Promise.all(['found', 'missed', 'declined', 'not_declined'].map(outcome))).toEqual(
      [2, 0, 1, 0],
    );

    // The file is not found any longer, so its question gets worse, and only that.
    await workspace.delete(`/files/${travel.id}`);
    const later = await evaluate(workspace, path, { top_k: 1 });
    expect(later.metrics).toMatchObject({ hit_rate: 0.5, recall: 0.5, mrr: 0.5 });
    const worse = await workspace.get(
      `${path}/evaluations/${later.id}/results?baseline=${evaluation.id}`,
    );
    expect(worse.body.data).toMatchObject([
      { question_id: questions[1].id, rank: null, baseline_rank: 1 },
    ]);
    const all = await workspace.get(`${path}/evaluations`);
    expect(all.body.data.map(({ id }: { id: string }) => id)).toEqual([later.id, evaluation.id]);
  });

  it('takes several steps, repeated ones of which change nothing', async () => {
    const { workspace, path } = await open(25);
    const evaluation = await evaluate(workspace, path);
    expect(evaluation).toMatchObject({
      status: 'ready',
      evaluated_count: 25,
      metrics: { answerable: 24 },
    });
    const job = {
      type: 'retrieval.evaluate',
      evaluation_id: evaluation.id,
      api_key_id: null,
    } as const;
    await jobHandlers['retrieval.evaluate'].run(contextOf(workspace), job);
    expect((await workspace.get(`${path}/evaluations/${evaluation.id}`)).body).toEqual(evaluation);
    // A step whose position was lost, as if an earlier message came late.
    await env.DB.prepare(
      "update retrieval_evaluations set status = 'running', cursor = '', evaluated_count = 0 where id = ?",
    )
      .bind(evaluation.id)
      .run();
    await jobHandlers['retrieval.evaluate'].run(contextOf(workspace), job);
    const again = await ended(workspace, `${path}/evaluations/${evaluation.id}`);
    expect(again).toEqual({ ...evaluation, ended_at: again.ended_at });
  });

  it('can be cancelled, and is failed when its job is given up', async () => {
    const { workspace, path } = await open(25);
    const { body } = await workspace.post(`${path}/evaluations`, {});
    const cancelled = await workspace.post(`${path}/evaluations/${body.id}/cancel`);
    expect(cancelled.status).toBe(200);
    if (cancelled.body.status !== 'ready') expect(cancelled.body.status).toBe('cancelled');
    expect((await workspace.post(`${path}/evaluations/${body.id}/cancel`)).body).toEqual(
      cancelled.body,
    );
    await env.DB.prepare("update retrieval_evaluations set status = 'running' where id = ?")
      .bind(body.id)
      .run();
    const job = { type: 'retrieval.evaluate', evaluation_id: body.id, api_key_id: null } as const;
    await jobHandlers['retrieval.evaluate'].onExhausted(contextOf(workspace), job, 'error');
    const failed = (await workspace.get(`${path}/evaluations/${body.id}`)).body;
    expect(failed).toMatchObject({ status: 'failed', error: { code: 'internal' } });
  });

  it('fails with the cause when a model of the search cannot be called', async () => {
    const { workspace, path } = await open();
    const failed = await evaluate(workspace, path, { reranker: 'cohere/rerank-v3.5' });
    expect(failed).toMatchObject({
      ...{ status: 'failed', evaluated_count: 0, metrics: null },
      error: { code: 'provider_not_configured', detail: expect.stringContaining('cohere') },
    });
    expect(failed.ended_at).not.toBeNull();
  });

  it('starts when an agent activates a version that searches otherwise', async () => {
    const { workspace, base, path } = await open();
    const agent = await workspace.post('/agents', {
      name: 'Helper',
      config: { knowledge: { base_ids: [base], top_k: 3 } },
    });
    const versions = `/agents/${agent.body.id}/versions`;
    const same = await workspace.post(versions, {
      config: { instructions: 'Be brief.' },
      activate: true,
    });
    expect(same.status).toBe(201);
    expect((await workspace.get(`${path}/evaluations`)).body.data).toEqual([]);
    const version = await workspace.post(versions, {
      config: { knowledge: { mode: 'keyword' } },
      activate: true,
    });
    const { data } = (await workspace.get(`${path}/evaluations`)).body;
    expect(data).toMatchObject([
      {
        trigger: 'activation',
        agent_id: agent.body.id,
        version_id: version.body.id,
        settings: { mode: 'keyword', top_k: 3 },
      },
    ]);
    expect(await ended(workspace, `${path}/evaluations/${data[0].id}`)).toMatchObject({
      status: 'ready',
      metrics: { recall: 1 },
    });
  });

  it('refuses what it cannot evaluate', async () => {
    const { workspace, base, path } = await open();
    const foreign = await open();
    const empty = await newBase(workspace);
    const add = (of: string, expected: unknown[], question = 'Why?') =>
      workspace.post(`${of}/golden-questions`, { data: [{ question, expected }] });
    const answers = [
      [await add(path, [{ file_id: foreign.leave.id }]), 422],
      [await add(`/knowledge-bases/${empty}`, [{ file_id: foreign.leave.id }]), 422],
      [await add(foreign.path, []), 404],
      [await add(path, [], ' '), 422],
      [await workspace.post(`${path}/golden-questions`, { data: [] }), 422],
      [await workspace.post(`/knowledge-bases/${empty}/evaluations`, {}), 409],
      [await workspace.post(`${path}/evaluations`, { query: 'x' }), 422],
      [await workspace.post(`${path}/evaluations`, { revision: 9999 }), 410],
      [await workspace.get(`${path}/evaluations/${base}`), 404],
    ] as const;
    for (const [{ status, body }, expected] of answers)
      expect(status, JSON.stringify(body)).toBe(expected);
    expect((await workspace.get(`${path}/golden-questions`)).body.data).toHaveLength(2);
  });

  it('names the place of what is not in the base, and of what is asked twice', async () => {
    const { workspace, path, leave, travel, questions } = await open();
    const foreign = await open();
    const question = (text: string, ...expected: unknown[]) => ({ question: text, expected });
    const data = [
      question('Fine?', { file_id: leave.id, text: '25  DAYS of *leave*' }),
      question('Foreign?', { file_id: leave.id }, { file_id: foreign.leave.id }),
      question('FINE?'),
      question('Wrong?', { file_id: travel.id, text: '25 days of leave' }),
      question('in which class are trains booked?'),
    ];
    const { status, body } = await workspace.post(`${path}/golden-questions`, { data });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { pointer: '/data/2/question', detail: 'Repeats the question at `/data/0/question`.' },
      { pointer: '/data/4/question', detail: expect.stringContaining(questions[1].id) },
      {
        pointer: '/data/1/expected/1/file_id',
        detail: 'Must be a file of this knowledge base.',
      },
      { pointer: '/data/3/expected/0/text', detail: expect.stringContaining('travel.md') },
    ]);
    await workspace.post(`/files/${travel.id}/chunks`, { text: 'A note about 25 days of leave.' });
    const added = await workspace.post(`${path}/golden-questions`, { data: data.slice(3, 4) });
    expect(added.status).toBe(201);
    const one = `${path}/golden-questions/${questions[0].id}`;
    expect((await workspace.patch(one, { question: questions[0].question })).status).toBe(200);
    const same = await workspace.patch(one, { question: 'WRONG?', expected: [] });
    expect([same.status, same.body.errors[0].pointer]).toEqual([422, '/question']);
    // Two requests at the same time: one of them has the question.
    const twice = await Promise.all(
      [1, 2].map(() => workspace.post(`${path}/golden-questions`, { data: [question('Race?')] })),
    );
    expect(twice.map((answer) => answer.status).sort()).toEqual([201, 422]);
  });

  it('starts when the vectors of the base are switched, with the settings of the one before', async () => {
    const { workspace, base, path } = await open();
    const first = await evaluate(workspace, path, { top_k: 1, mode: 'vector', revision: 2 });
    expect(first.settings.revision).toBe(2);
    const migrations = `${path}/embedding-migrations`;
    const body = { embedding_model: 'builtin/lexical', query_prefix: 'Query: ' };
    const { id } = (await workspace.post(migrations, body)).body;
    await vi.waitUntil(
      async () => (await workspace.get(`/embedding-migrations/${id}`)).body.status === 'ready',
      { timeout: 150_000, interval: 30 },
    );
    for (const verb of ['switch', 'switch-back'])
      expect((await workspace.post(`/embedding-migrations/${id}/${verb}`)).status).toBe(200);
    const { data } = (await workspace.get(`${path}/evaluations`)).body;
    expect(data).toHaveLength(3);
    expect(data.slice(0, 2)).toMatchObject(
      [1, 2].map(() => ({
        ...{ trigger: 'embedding', agent_id: null, version_id: null, base_id: base },
        settings: { top_k: 1, mode: 'vector', revision: null },
      })),
    );
    expect((await ended(workspace, `${path}/evaluations/${data[0].id}`)).status).toBe('ready');
  });

  it('keeps at most 2,000 questions, which can be changed and deleted', async () => {
    const { workspace, base, path, questions, travel } = await open();
    const [{ id }] = questions;
    const one = `${path}/golden-questions/${id}`;
    const changed = await workspace.patch(one, {
      question: 'Holidays?',
      expected: [{ file_id: travel.id }],
    });
    expect(changed.body).toMatchObject({
      id,
      question: 'Holidays?',
      expected: [{ file_id: travel.id }],
    });
    expect(
      (await workspace.patch(one, { expected: [{ file_id: id.replace('gq_', 'file_') }] })).status,
    ).toBe(422);
    expect((await workspace.get(one)).body).toEqual(changed.body);
    expect((await workspace.get(`${path}/golden-questions?q=holi`)).body.data).toEqual([
      changed.body,
    ]);
    expect((await workspace.delete(one)).status).toBe(204);
    expect((await workspace.get(one)).status).toBe(404);
    await env.DB.prepare(`with recursive n (i) as (select 1 union all select i + 1 from n where i < 1999)
      insert into golden_questions select 'gq_' || i, ?, ?, 'Why?', '[]', null, 0, 0 from n`)
      .bind(workspace.id, base)
      .run();
    const full = await workspace.post(`${path}/golden-questions`, {
      data: [{ question: 'One more?', expected: [] }],
    });
    expect(full).toMatchObject({ status: 409, body: { code: 'conflict' } });
  });

  it('is deleted together with its base', async () => {
    const { workspace, base, path } = await open();
    await evaluate(workspace, path);
    await workspace.delete(path);
    await vi.waitUntil(
      async () => {
        const { n } = (await env.DB.prepare(
          'select (select count(*) from golden_questions where base_id = ?1) + (select count(*) from retrieval_evaluations where base_id = ?1) + (select count(*) from retrieval_results where workspace_id = ?2) as n',
        )
          .bind(base, workspace.id)
          .first<{ n: number }>()) ?? { n: 1 };
        return n === 0;
      },
      { timeout: 150_000, interval: 50 },
    );
  });
});
