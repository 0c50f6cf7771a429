import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { newChat } from '../support/chat.ts';
import type { Round } from '../support/provider/script.ts';
import { counters, holdsOf } from './support.ts';

/** Costs 150,000 nano-dollars. */
const round: Round = { text: ['Hello.'], usage: { input_tokens: 100, output_tokens: 50 } };

async function pricedChat(more: Partial<Round> = {}) {
  const config = { model: 'openai-compatible/m', settings: { max_output_tokens: 100 } };
  const chat = await newChat({ rounds: [{ ...round, ...more }], repeat: true }, { config });
  await chat.workspace.put('/prices', {
    overrides: [{ model: 'openai-compatible/m', input: 1, output: 1 }],
  });
  return chat;
}

afterEach(() => vi.useRealTimers());

describe('a period of a budget', () => {
  it.each([
    [
      'Europe/Zurich',
      '2026-03-29T12:00:00Z',
      'day',
      '2026-03-28T23:00:00.000Z',
      '2026-03-29T22:00:00.000Z',
    ],
    [
      'Europe/Zurich',
      '2026-10-25T12:00:00Z',
      'day',
      '2026-10-24T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ],
    [
      'Europe/Zurich',
      '2026-10-25T12:00:00Z',
      'week',
      '2026-10-18T22:00:00.000Z',
      '2026-10-25T23:00:00.000Z',
    ],
    [
      'Europe/Zurich',
      '2026-03-31T21:59:59Z',
      'month',
      '2026-02-28T23:00:00.000Z',
      '2026-03-31T22:00:00.000Z',
    ],
    [
      'America/Havana',
      '2026-03-08T12:00:00Z',
      'day',
      '2026-03-08T05:00:00.000Z',
      '2026-03-09T04:00:00.000Z',
    ],
    [
      'Africa/Cairo',
      '2026-04-24T12:00:00Z',
      'day',
      '2026-04-23T22:00:00.000Z',
      '2026-04-24T21:00:00.000Z',
    ],
  ])('in %s at %s is the local %s', async (time_zone, now, period, period_start, resets_at) => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.parse(now) });
    const workspace = await newWorkspace();
    await workspace.patch('/workspace', { time_zone });
    const { id } = (
      await workspace.post('/budgets', { name: 'B', scope: 'workspace', period, limit_usd: 1 })
    ).body;
    const { standings } = (await workspace.get(`/budgets/${id}/explain`)).body;
    const [listed] = (await workspace.get('/budgets')).body.data;
    expect(listed).toMatchObject({ id, standing: standings[0], has_refused: false });
    expect([standings, (await workspace.get('/users/me/budget')).body.data]).toEqual([
      [expect.objectContaining({ period_start, resets_at })],
      [expect.objectContaining({ period_start, resets_at })],
    ]);
  });
});

describe('a call that is stopped before its first output', () => {
  it('is charged for its input', async () => {
    const { workspace, session, provider, send } = await pricedChat({
      fault: { kind: 'slow-headers', ms: 20_000 },
    });
    const { id } = (
      await workspace.post('/budgets', {
        name: 'B',
        scope: 'workspace',
        period: 'total',
        limit_usd: 1,
      })
    ).body;
    const answer = send({ message: 'What is it? '.repeat(500) });
    await vi.waitUntil(async () => (await provider.requests()).length === 1, { timeout: 150_000 });
    const run = (await workspace.get(`/sessions/${session}`)).body.active_run_id;
    expect((await workspace.post(`/runs/${run}/cancel`)).body).toMatchObject({
      status: 'cancelled',
    });
    expect((await answer).body.code).toBe('run_cancelled');
    const [call] = (await workspace.get('/usage')).body.data;
    expect(call).toMatchObject({ status: 'aborted', is_estimated: true, output_tokens: 0 });
    expect(call.input_tokens).toBeGreaterThan(1000);
    const { standings } = (await workspace.get(`/budgets/${id}/explain`)).body;
    expect(standings).toMatchObject([{ spent_usd: call.cost_usd, held_usd: 0 }]);
    await workspace.post('/budgets', { name: 'Each', scope: 'agent', period: 'day', limit_usd: 1 });
    expect((await workspace.get('/budgets')).body.data).toMatchObject([
      { name: 'Each', standing: null, has_refused: null },
      { name: 'B', standing: standings[0] },
    ]);
  });
});

describe('a budget of each end user', () => {
  it('holds and reports the amounts of each separately', async () => {
    const { workspace, agent } = await pricedChat();
    const each = { name: 'Each', scope: 'end_user', period: 'day', limit_usd: 0.0003 };
    const { id } = (await workspace.post('/budgets', each)).body;
    const statuses: string[] = [];
    for (const end_user_id of ['ann', 'ann', 'ann', 'bob']) {
      const session = (await workspace.post(`/agents/${agent}/sessions`, { end_user_id })).body.id;
      const { status, body } = await workspace.post(`/sessions/${session}/messages`, {
        message: 'Hello',
      });
      statuses.push(`${end_user_id} ${status} ${body.code ?? 'ok'}`);
    }
    expect(statuses).toEqual(['ann 200 ok', 'ann 200 ok', 'ann 402 budget_exceeded', 'bob 200 ok']);
    const standingsOf = async (query = '') =>
      (await workspace.get(`/budgets/${id}/explain${query}`)).body.standings;
    const ann = { subject: 'ann', spent_usd: 0.0003, held_usd: 0, remaining_usd: 0 };
    const bob = { subject: 'bob', spent_usd: 0.00015, held_usd: 0, remaining_usd: 0.00015 };
    expect(await standingsOf()).toMatchObject([ann, bob]);
    expect(await standingsOf('?subject=bob')).toMatchObject([bob]);
    expect(await standingsOf('?subject=eve')).toEqual([]);
    expect((await workspace.get('/users/me/budget?end_user_id=bob')).body.data).toMatchObject([
      bob,
    ]);
  });
});

describe('the explanation of a budget', () => {
  it('contains only the requested subject', async () => {
    const { workspace, send } = await pricedChat();
    const { id } = (
      await workspace.post('/budgets', {
        name: 'All',
        scope: 'workspace',
        period: 'total',
        limit_usd: 1,
      })
    ).body;
    await send({ message: 'Hello' });
    expect((await workspace.get(`/budgets/${id}/explain`)).body.standings).toMatchObject([
      { subject: null, spent_usd: 0.00015 },
    ]);
    expect((await workspace.get(`/budgets/${id}/explain?subject=ann`)).body.standings).toEqual([]);
  });

  it('shows the holds of an active run; a budget deleted then leaves no rows, and others are settled', async () => {
    const { workspace, agent, send } = await pricedChat({
      fault: { kind: 'slow-headers', ms: 1500 },
    });
    const made = async (scope: string) =>
      (await workspace.post('/budgets', { name: scope, scope, period: 'total', limit_usd: 1 })).body
        .id as string;
    const [gone, kept] = [await made('workspace'), await made('agent')];
    const running = send({ message: 'Hello' });
    await vi.waitUntil(
      async () =>
        (await holdsOf(workspace.id)).filter(({ state }) => state === 'open').length === 2,
      { timeout: 150_000 },
    );
    const during = (await workspace.get(`/budgets/${gone}/explain`)).body;
    expect(during.open_holds).toMatchObject([
      { subject: null, model: 'openai-compatible/m', cost_usd: null, ended_at: null },
    ]);
    expect(during.standings).toMatchObject([
      { spent_usd: 0, held_usd: during.open_holds[0].held_usd },
    ]);
    expect((await workspace.delete(`/budgets/${gone}`)).status).toBe(204);
    expect((await running).status).toBe(200);
    expect(await counters(workspace.id)).toMatchObject([
      { budget_id: kept, subject: agent, spent: 150_000, held: 0 },
    ]);
    expect((await workspace.get(`/budgets/${kept}/explain`)).body).toMatchObject({
      open_holds: [],
      last_settlements: [{ cost_usd: 0.00015 }],
    });
    const left = env.DB.prepare(
      'select budget_id from budget_holds where budget_id = ?1 union all select budget_id from budget_counters where budget_id = ?1',
    );
    expect((await left.bind(gone).all()).results).toEqual([]);
  });
});
