import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { jobHandlers } from '../../src/features.ts';
import { payloads, publish, receiving } from '../notifications/support.ts';
import { newChat } from '../support/chat.ts';
import { unreliable } from '../support/faulty.ts';
import { addOrderTools } from '../support/orders.ts';
import { asSystem } from '../support/schedules.ts';
import { copyRun, reads, replayIn, says, setPrice } from './recorded.ts';

const since = '2020-01-01T00:00:00Z';
const judged = (better: string) => says(JSON.stringify({ reason: 'It is shorter.', better }));

describe('a replay', () => {
  it('answers past turns with tools from the record, says what is missing, and calls nothing (R41)', async () => {
    const { workspace, agent, session, send, provider } = await newChat({
      rounds: [
        ...[reads('7'), says('It ships on Monday.'), says('Goodbye.')],
        ...[reads('7'), reads('8', 'call_2'), says('It ships on Tuesday.')],
        ...[judged('tie'), judged('tie'), says('Goodbye.')],
      ],
    });
    await setPrice(workspace);
    const shop = await addOrderTools(workspace);
    await workspace.patch(`/agents/${agent}`, { config: { tools: ['read_order'] } });
    const first = await send({ message: 'Where is order 7?' });
    expect(first.body.text).toBe('It ships on Monday.');
    await send({ message: 'Bye.' });
    const calls = (await shop.calls()).length;
    const before = (await workspace.get(`/sessions/${session}/messages`)).body;
    const started = await workspace.post(`/agents/${agent}/replays`, {
      ...{ from: since, concurrency: 1, config: { instructions: 'Be exact.' } },
      judge: { model: 'openai-compatible/scripted', rubric: 'Which is more helpful?' },
    });
    expect(started.status, JSON.stringify(started.body)).toBe(202);
    expect(started.body).toMatchObject({ matched_turns: 2, is_draft: true, knowledge: 'none' });
    const path = `/replays/${started.body.id}`;
    const ended = await replayIn(workspace, path, 'completed');
    expect(ended.figures).toMatchObject({
      ...{ turns: 2, done: 2, failed: 0, changed: 1, misses: 1, with_misses: 1, worse: 0 },
      preferred: { original: 0, replay: 0, tie: 2 },
    });
    expect(ended.figures.spent_usd).toBeGreaterThan(ended.figures.cost_usd);
    const { data } = (await workspace.get(`${path}/turns`)).body;
    expect(data[0]).toMatchObject({
      question: 'Where is order 7?',
      original: { answer: 'It ships on Monday.', tools: ['read_order'], status: 'completed' },
      replay: { answer: 'It ships on Tuesday.', status: 'completed' },
      ...{ misses: 1, is_changed: true, is_worse: false, preference: 'tie', gaps: [] },
    });
    expect(data[0].replay.tools).toEqual([
      { name: 'read_order', source: 'recorded', is_cut: false },
      { name: 'read_order', source: 'missed', is_cut: false },
    ]);
    expect(data[0].diff).toContainEqual({ type: 'removed', text: 'Monday' });
    expect(data[1]).toMatchObject({ question: 'Bye.', is_changed: false, diff: null, misses: 0 });
    const filtered = async (name: string) =>
      (await workspace.get(`${path}/turns?filter=${name}`)).body.data.length;
    expect([await filtered('changed'), await filtered('misses'), await filtered('worse')]).toEqual([
      1, 1, 0,
    ]);
    // The second turn was answered with the conversation as it was.
    const requests = await provider.requests();
    const last = requests.at(-1)?.body.messages;
    expect(JSON.stringify(last)).toContain('It ships on Monday.');
    expect(JSON.stringify(last)).toContain('Be exact.');
    expect(JSON.stringify(requests[5]?.body.messages)).toContain('was not called with these');
    // Nothing was called, nothing in the session has changed, and no figure but the cost has the runs.
    expect(await shop.calls()).toHaveLength(calls);
    expect((await workspace.get(`/sessions/${session}/messages`)).body).toEqual(before);
    const { totals } = (await workspace.get(`/agents/${agent}/analytics`)).body;
    expect(totals.usage.runs).toBe(2);
    // A viewer sees figures and no text.
    const viewer = await workspace.withRole('viewer');
    const [hidden] = (await viewer.get(`${path}/turns`)).body.data;
    expect(hidden).toMatchObject({ question: null, diff: null, replay: { answer: null } });
    // With the session the turns are erased, and what the replay has written of them.
    const run = data[0].replay.run_id;
    await workspace.delete(`/sessions/${session}`);
    expect((await workspace.get(`${path}/turns`)).body.data).toEqual([]);
    expect((await workspace.get(path)).body.erased_turns).toBe(2);
    const left = await env.DB.prepare(
      'select question, prompt, answer from run_contents where run_id = ?',
    )
      .bind(run)
      .first();
    expect(left).toEqual({ question: '', prompt: null, answer: '' });
    const audit = (await workspace.get('/audit-log?limit=100')).body.data;
    expect(audit.map(({ action }: { action: string }) => action)).toContain('replay.create');
    expect((await workspace.delete(path)).status).toBe(204);
    expect((await workspace.get(path)).status).toBe(404);
  });

  it('answers 100 turns once each, though hosts and the worker are killed half-way', async () => {
    const { workspace, agent } = await newChat({
      rounds: [
        ...[reads('7'), says('On Monday.')],
        ...Array.from({ length: 110 }, () => [reads('7'), says('On Tuesday.')]).flat(),
      ],
      repeat: true,
    });
    await setPrice(workspace);
    const shop = await addOrderTools(workspace);
    await workspace.patch(`/agents/${agent}`, { config: { tools: ['read_order'] } });
    const asked = await workspace.post(`/agents/${agent}/runs`, { message: 'Where is order 7?' });
    await copyRun(asked.body.run?.id ?? asked.body.run_id, 99);
    const calls = (await shop.calls()).length;
    const { body, status } = await workspace.post(`/agents/${agent}/replays`, {
      ...{ from: since, concurrency: 5, filter: { has_tool: 'read_order', q: 'ORDER 7' } },
    });
    expect([status, body.matched_turns]).toEqual([202, 100]);
    const path = `/replays/${body.id}`;
    const done = async () => (await workspace.get(path)).body.figures.done;
    await vi.waitFor(async () => expect(await done()).toBeGreaterThan(10), { timeout: 150_000 });
    await abortAllDurableObjects();
    // A worker that dies in the middle of a step, beside the one of the queue.
    const job = { type: 'replay.process', replay_id: body.id, api_key_id: null } as const;
    const gate = async () => undefined;
    for (const at of [4, 12])
      await asSystem(
        workspace.id,
        async (ctx) => void (await jobHandlers['replay.process'].run(ctx, job)),
        { DB: unreliable(env.DB, { at, dies: 'after', gate }) },
      ).catch(() => undefined);
    const ended = await replayIn(workspace, path, 'completed');
    expect(ended.figures).toMatchObject({
      turns: 100,
      done: 100,
      changed: 100,
      failed: 0,
      misses: 0,
    });
    const turns = await env.DB.prepare(
      `select count(*) as n, count(distinct t.run_id) as runs, sum(c.answer = 'On Tuesday.') as answered,
        sum(t.cost_nano_usd = (select sum(u.cost_nano_usd) from usage u where u.run_id = t.run_id)) as metered
      from replay_turns t join run_contents c on c.run_id = t.run_id where t.replay_id = ?`,
    )
      .bind(body.id)
      .first();
    expect(turns).toEqual({ n: 100, runs: 100, answered: 100, metered: 100 });
    expect(await shop.calls()).toHaveLength(calls);
  });

  it('stays within its cost, waits for a budget, and can be resumed and cancelled', async () => {
    const { workspace, agent } = await newChat({ rounds: [says('Yes.')], repeat: true });
    await setPrice(workspace);
    const receiver = await receiving(workspace, ['replay.*']);
    const asked = await workspace.post(`/agents/${agent}/runs`, { message: 'Open?' });
    await copyRun(asked.body.run?.id ?? asked.body.run_id, 5);
    const request = { from: since, concurrency: 1, max_cost_usd: 0.00006 };
    const { body } = await workspace.post(`/agents/${agent}/replays`, request);
    const path = `/replays/${body.id}`;
    const paused = await replayIn(workspace, path, 'paused');
    expect(paused.error.code).toBe('cost_limit');
    expect(paused.figures.done).toBeLessThan(6);
    const resumed = await workspace.post(`${path}/resume`, { max_cost_usd: 1 });
    expect(resumed.body).toMatchObject({ status: 'running', error: null, max_cost_usd: 1 });
    expect((await replayIn(workspace, path, 'completed')).figures.done).toBe(6);
    expect((await workspace.post(`${path}/cancel`)).status).toBe(409);
    const budget = { name: 'All', scope: 'workspace', period: 'total', limit_usd: 0.000001 };
    await workspace.post('/budgets', { ...budget, action: 'block' });
    const other = (await workspace.post(`/agents/${agent}/replays`, { from: since })).body;
    const blocked = await replayIn(workspace, `/replays/${other.id}`, 'paused');
    expect(blocked).toMatchObject({ error: { code: 'budget_exceeded' }, figures: { done: 0 } });
    const cancelled = await workspace.post(`/replays/${other.id}/cancel`);
    expect(cancelled.body).toMatchObject({ status: 'cancelled', error: null });
    // Nor does it go on with a key that was revoked.
    const { key_id } = await workspace.withRole('editor');
    expect((await workspace.delete(`/api-keys/${key_id}`)).status).toBeLessThan(300);
    await env.DB.prepare("update replays set status = 'running', api_key_id = ? where id = ?")
      .bind(key_id, other.id)
      .run();
    const job = { type: 'replay.process', replay_id: other.id, api_key_id: key_id } as const;
    await asSystem(
      workspace.id,
      async (ctx) => void (await jobHandlers['replay.process'].run(ctx, job)),
    );
    const stopped = (await workspace.get(`/replays/${other.id}`)).body;
    expect(stopped).toMatchObject({ status: 'paused', error: { code: 'unauthenticated' } });
    expect((await workspace.get('/replays')).body.data).toHaveLength(2);
    await publish(workspace);
    const events = await payloads(receiver);
    expect(events.map(({ type }) => type).sort()).toEqual([
      'replay.completed',
      ...['replay.paused', 'replay.paused', 'replay.paused'],
    ]);
    expect(events.find(({ type }) => type === 'replay.completed')?.data).toMatchObject({
      ...{ replay_id: body.id, agent_id: agent, status: 'completed', turns: 6, done: 6 },
    });
  });

  it('does not answer a turn a second time while its run is open and its host does not answer', async () => {
    const { workspace, agent } = await newChat({ rounds: [says('Yes.')], repeat: true });
    await workspace.post(`/agents/${agent}/runs`, { message: 'Open?' });
    const { body } = await workspace.post(`/agents/${agent}/replays`, { from: since });
    await replayIn(workspace, `/replays/${body.id}`, 'completed');
    const turn = async () =>
      env.DB.prepare('select run_id, state from replay_turns where replay_id = ?')
        .bind(body.id)
        .first<{ run_id: string; state: string }>();
    const before = await turn();
    // As if a worker had died during the run, whose host is still at it.
    await env.DB.batch(
      [
        "update runs set status = 'running', ended_at = null, lease_until = 9e15 where id = (select run_id from replay_turns where replay_id = ?)",
        "update replay_turns set state = 'running' where replay_id = ?",
        "update replays set status = 'running', ended_at = null where id = ?",
      ].map((statement) => env.DB.prepare(statement).bind(body.id)),
    );
    const outcome = { ok: false, code: 'unavailable', detail: 'Retry.', options: {} };
    const db = { trips: 0, rows_read: 0, rows_written: 0 };
    const meter = { db, llm_ms: 0, retrieval_ms: 0 };
    const reply = { outcome, meter, bookmark: null, rates: [] };
    const busy = { idFromName: () => 'host', get: () => ({ ask: async () => reply }) };
    const job = { type: 'replay.process', replay_id: body.id, api_key_id: null } as const;
    await asSystem(
      workspace.id,
      async (ctx) => void (await jobHandlers['replay.process'].run(ctx, job)),
      { SESSIONS: busy },
    );
    expect(await turn()).toEqual({ run_id: before?.run_id, state: 'running' });
    // It takes the end of that run once there is one.
    await env.DB.prepare("update runs set status = 'completed', ended_at = 1 where id = ?")
      .bind(before?.run_id)
      .run();
    await asSystem(
      workspace.id,
      async (ctx) => void (await jobHandlers['replay.process'].run(ctx, job)),
    );
    expect(await turn()).toEqual({ run_id: before?.run_id, state: 'done' });
  });

  it('refuses what it cannot replay', async () => {
    const { workspace, agent, send } = await newChat({ rounds: [says('Hello.')], repeat: true });
    await send({ message: 'Hi' });
    const refusal = async (json: object) => {
      const { status, body } = await workspace.post(`/agents/${agent}/replays`, json);
      return [status, body.code, body.errors?.[0]?.pointer];
    };
    expect(await refusal({ from: since, filter: { rating: 'negative' } })).toEqual([
      409,
      'conflict',
      undefined,
    ]);
    const invalid: readonly (readonly [object, string])[] = [
      [{ from: since, version: 99 }, '/version'],
      [{ from: since, filter: { version: 'nope' } }, '/filter/version'],
      [{ from: '2999-01-01T00:00:00Z' }, '/from'],
      [{ from: since, judge: { model: 'builtin/extractive', rubric: 'x' } }, '/judge/model'],
      [{ from: since, judge_id: 'jdg_01kajv2q5ve0mt8h2vj3c6x7ra' }, '/judge_id'],
      [{ from: since, config: { tools: ['nope'] } }, '/config/tools/0'],
      [{ from: since, sample: 2001 }, '/sample'],
      [{}, '/from'],
    ];
    for (const [json, pointer] of invalid)
      expect(await refusal(json), pointer).toEqual([422, 'validation_failed', pointer]);
    const viewer = await workspace.withRole('viewer');
    expect((await viewer.post(`/agents/${agent}/replays`, { from: since })).status).toBe(403);
  });
});
