import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { findAnomalies } from '../../src/analytics/index.ts';
import { rollUpWorkspace } from '../../src/analytics/rollup.ts';
import { newId } from '../../src/shared/id.ts';
import { contextAt } from '../analytics/support.ts';
import { newWorkspace } from '../support/api.ts';
import { newChat } from '../support/chat.ts';
import { Site } from '../support/outbound.ts';
import { laterTick, says, setPrice } from './recorded.ts';

const hour = 3_600_000;
const day = 24 * hour;
const today = Date.UTC(2026, 4, 20);

describe('online scores', () => {
  it('score live answers once in the background, and are a metric of analytics', async () => {
    const { workspace, agent, session, send } = await newChat({
      rounds: [says('On Monday.'), says('Never.'), says('{"reason":"Fine.","score":5}')],
      repeat: true,
    });
    await setPrice(workspace);
    const path = `/agents/${agent}/online-scorers`;
    const rule = { name: 'Day', scorer: { type: 'contains', texts: ['Monday'] }, share: 1 };
    const created = await workspace.post(path, rule);
    expect(created.status, JSON.stringify(created.body)).toBe(201);
    await send({ message: 'When?' });
    await send({ message: 'And then?' });
    await laterTick(workspace);
    const list = async (query = '') =>
      (await workspace.get(`/agents/${agent}/scores${query}`)).body.data;
    await vi.waitFor(async () => expect(await list('?state=scored')).toHaveLength(2), {
      timeout: 150_000,
    });
    await laterTick(workspace);
    expect(await list()).toHaveLength(2);
    const [failed] = await list('?passed=false');
    expect(failed).toMatchObject({ score: 0, session_id: session, cost_usd: 0 });
    expect(failed.reason).not.toBeNull();
    const { quality } = (await workspace.get(`/agents/${agent}/analytics`)).body.totals;
    expect(quality).toMatchObject({ online_score: 0.5, online_scores: { passed: 1, failed: 1 } });
    const viewer = await workspace.withRole('viewer');
    expect((await viewer.get(`/agents/${agent}/scores`)).body.data[0].reason).toBeNull();
    // A judge within the cost of a day: the first score shows what one costs, and the rest is left out.
    const judge = {
      type: 'judge',
      judge: { model: 'openai-compatible/scripted', rubric: 'Good?' },
    };
    const change = { name: 'Judge', scorer: judge, daily_cost_usd: 0.00003 };
    const scorer = `/online-scorers/${created.body.id}`;
    const stale = { headers: { 'if-match': '"7"' } };
    expect((await workspace.patch(scorer, change, stale)).status).toBe(412);
    expect((await workspace.patch(scorer, change)).body).toMatchObject({ revision: 2, share: 1 });
    await env.DB.prepare('delete from answer_scores where workspace_id = ?')
      .bind(workspace.id)
      .run();
    await env.DB.prepare('update online_scorers set read_until = 1 where workspace_id = ?')
      .bind(workspace.id)
      .run();
    await laterTick(workspace);
    await vi.waitFor(
      async () => expect((await workspace.get(scorer)).body.skipped_answers).toBe(1),
      { timeout: 150_000 },
    );
    const [scored, ...others] = await list();
    expect(others).toEqual([]);
    expect(scored).toMatchObject({ state: 'scored', score: 1, passed: true });
    expect(scored.cost_usd).toBeGreaterThan(0);
    // With the answer, the reason is erased; the score stays.
    await workspace.delete(`/sessions/${session}`);
    expect((await list())[0]).toMatchObject({ score: 1, reason: null });
    expect((await workspace.delete(scorer)).status).toBe(204);
    expect((await workspace.get(path)).body.data).toEqual([]);
  });

  it('are not paid for by a key that was revoked: the scorer is disabled, and says why', async () => {
    const { workspace, agent, send, provider } = await newChat({
      rounds: [says('Hello.'), says('Hello.'), says('{"reason":"Fine.","score":5}')],
      repeat: true,
    });
    const editor = await workspace.withRole('editor');
    const rubric = { model: 'openai-compatible/scripted', rubric: 'Good?' };
    const path = `/agents/${agent}/online-scorers`;
    const judge = { name: 'Judge', scorer: { type: 'judge', judge: rubric }, share: 1 };
    const made = await editor.post(path, judge);
    expect(made.body).toMatchObject({ enabled: true, disabled_reason: null });
    const rule = { name: 'Rule', scorer: { type: 'contains', texts: ['Hello'] }, share: 1 };
    await editor.post(path, rule);
    expect((await workspace.delete(`/api-keys/${editor.key_id}`)).status).toBeLessThan(300);
    await send({ message: 'Hi' });
    await laterTick(workspace);
    const scorer = `/online-scorers/${made.body.id}`;
    const disabled = await vi.waitUntil(
      async () => {
        const { body } = await workspace.get(scorer);
        return body.enabled ? undefined : body;
      },
      { timeout: 150_000 },
    );
    expect(disabled).toMatchObject({
      ...{ disabled_reason: 'key_invalid', revision: 2, skipped_answers: 1 },
    });
    expect(await provider.requests()).toHaveLength(1);
    // What needs no model goes on.
    const scores = async () => (await workspace.get(`/agents/${agent}/scores`)).body.data;
    await vi.waitFor(async () => expect(await scores()).toMatchObject([{ passed: true }]), {
      timeout: 150_000,
    });
    const [entry] = (await workspace.get('/audit-log?action=online_scorer.disable')).body.data;
    expect(entry).toMatchObject({ target_id: made.body.id, actor_type: 'system' });
    const enabled = await workspace.patch(scorer, { enabled: true });
    expect(enabled.body).toMatchObject({ enabled: true, disabled_reason: null, revision: 3 });
    await send({ message: 'Hi again' });
    await laterTick(workspace);
    await vi.waitFor(
      async () =>
        expect(
          (await workspace.get(`/agents/${agent}/scores?state=scored`)).body.data,
        ).toHaveLength(3),
      { timeout: 150_000 },
    );
  });

  it('refuses scorers that need an expectation', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
    for (const scorer of [{ type: 'similarity' }, { type: 'cites' }, { type: 'contains' }]) {
      const { status, body } = await workspace.post(`/agents/${agent}/online-scorers`, {
        ...{ name: 'X', scorer },
      });
      expect([status, body.errors?.[0]?.pointer], scorer.type).toEqual([422, '/scorer']);
    }
    const unknown = { type: 'judge', judge_id: 'jdg_01kajv2q5ve0mt8h2vj3c6x7ra' };
    const { body } = await workspace.post(`/agents/${agent}/online-scorers`, {
      ...{ name: 'X', scorer: unknown },
    });
    expect(body.errors[0].pointer).toBe('/scorer/judge_id');
  });

  it('alert once when the mean of a day falls far below the days before', async () => {
    const workspace = await newWorkspace();
    const { id: agent, active_version } = (await workspace.post('/agents', { name: 'A' })).body;
    const site = new Site();
    await workspace.put('/alerts/webhook', { url: await site.answers('/hook', { status: 200 }) });
    const rule = { name: 'Day', scorer: { type: 'refuses' }, share: 1 };
    const { body } = await workspace.post(`/agents/${agent}/online-scorers`, rule);
    const scoredAt = async (at: number, score: number) => {
      const rows = Array.from({ length: 12 }, () => ({ id: newId('scr'), run: newId('run') }));
      await env.DB.prepare(
        `insert into answer_scores (id, workspace_id, agent_id, scorer_id, run_id, version_id, state, score, passed, created_at, scored_at)
        select value ->> 'id', ?, ?, ?, value ->> 'run', ?, 'scored', ?, ?, ?, ? from json_each(?)`,
      )
        .bind(
          workspace.id,
          agent,
          body.id,
          active_version.id,
          score,
          Number(score > 0.5),
          at,
          at,
          JSON.stringify(rows),
        )
        .run();
    };
    const tick = async (now: number) => {
      await rollUpWorkspace(contextAt(workspace.id, now), workspace.id);
      await findAnomalies(contextAt('', now));
    };
    for (let back = 10; back >= 1; back -= 1) await scoredAt(today - back * day + 6 * hour, 0.9);
    await tick(today + hour);
    expect((await workspace.get('/anomalies')).body.data).toEqual([]);
    await scoredAt(today + 2 * hour, 0.4);
    await tick(today + 4 * hour);
    await tick(today + 5 * hour);
    const found = (await workspace.get('/anomalies?measure=online_score')).body.data;
    expect(found).toHaveLength(1);
    expect(found[0]).toMatchObject({ agent_id: agent, date: '2026-05-20' });
    expect(found[0].value).toBeCloseTo(0.4);
    expect(found[0].usual).toBeCloseTo(0.9);
    await laterTick(workspace);
    await vi.waitFor(async () => expect(await site.calls()).toHaveLength(1), { timeout: 150_000 });
    expect(JSON.parse((await site.calls())[0]?.body ?? '').anomaly.measure).toBe('online_score');
  });
});
