import { abortAllDurableObjects } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { request } from '../support/api.ts';
import { type Fault, faulty } from '../support/faulty.ts';
import { rebindHost } from '../support/host.ts';
import {
  asks,
  clock,
  locate,
  newWaitingChat,
  pick,
  result,
  says,
  type WaitingChat,
} from '../support/waiting.ts';

afterEach(() => void vi.useRealTimers());

const heldOf = async ({ workspace }: WaitingChat) =>
  (await env.DB.prepare(
    'select sum(held_nano_usd) as held, sum(spent_nano_usd) as spent from budget_counters where workspace_id = ?',
  )
    .bind(workspace.id)
    .first<{ held: number; spent: number }>()) as { held: number; spent: number };

const price = { model: 'openai-compatible/scripted', input: 1000, output: 1000 };
const config = { settings: { max_output_tokens: 10 } };
const budget = (limit_usd: number) => ({
  name: 'All',
  scope: 'workspace',
  period: 'total',
  limit_usd,
});

describe('the budget of a waiting run', () => {
  it('is not held, and reserved again when it is resumed', async () => {
    const chat = await newWaitingChat(undefined, {
      config,
      before: async ({ workspace }) => {
        await workspace.put('/prices', { overrides: [price] });
        await workspace.post('/budgets', budget(100));
      },
    });
    const { held, spent } = await heldOf(chat);
    expect([held, spent]).toEqual([0, 15_000_000]);
    expect((await chat.readRun()).usage.cost_usd).toBe(0.015);
    const { body } = await chat.submit([result()]);
    expect(body.run.usage.cost_usd).toBeCloseTo(0.042, 9);
    expect(await heldOf(chat)).toEqual({ held: 0, spent: 42_000_000 });
  });

  it('that a budget refuses leaves the run waiting, and its results can be sent again', async () => {
    const chat = await newWaitingChat(undefined, {
      config,
      before: ({ workspace }) => workspace.put('/prices', { overrides: [price] }),
    });
    const { id } = (await chat.workspace.post('/budgets', budget(0.001))).body;
    const waiting = await chat.readRun();
    const refused = await chat.submit([result()], { 'idempotency-key': 'one' });
    expect([refused.status, refused.body.code]).toEqual([402, 'budget_exceeded']);
    expect(await chat.readRun()).toEqual(waiting);
    await abortAllDurableObjects();
    expect((await chat.submit([result()])).status).toBe(402);
    expect((await heldOf(chat))?.held ?? 0).toBe(0);
    expect(await chat.provider.requests()).toHaveLength(1);
    await chat.workspace.delete(`/budgets/${id}`);
    const { status, body } = await chat.submit([result()], { 'idempotency-key': 'one' });
    expect([status, body.run.status, body.run.usage.input_tokens]).toEqual([200, 'completed', 30]);
    expect((await chat.readRun()).steps).toHaveLength(3);
  });
});

describe('limits of a run that waits', () => {
  it('exclude it from concurrent runs', async () => {
    const { workspace, agent, submit } = await newWaitingChat([asks(locate), says, says], {
      before: (chat) =>
        chat.workspace.put('/rate-limits', { agent: { default: { concurrent_runs: 1 } } }),
    });
    const other = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id;
    expect((await workspace.post(`/sessions/${other}/messages`, { message: 'Hi' })).status).toBe(
      200,
    );
    expect((await submit([result()])).status).toBe(200);
  });

  it('refuse a resume like a request, and leave the run waiting', async () => {
    const chat = await newWaitingChat();
    await chat.workspace.put('/rate-limits', { agent: { default: { tokens_per_minute: 0 } } });
    const refused = await chat.submit([result()]);
    expect([refused.status, refused.body.code]).toEqual([429, 'rate_limited']);
    expect((await chat.readRun()).status).toBe('requires_action');
    await chat.workspace.put('/rate-limits', {});
    expect((await chat.submit([result()])).body.run?.status).toBe('completed');
  });

  it('count its running time, and not its waiting time', async () => {
    const chat = await newWaitingChat(undefined, { config: { limits: { seconds: 5 } } });
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() + 3_600_000 });
    const { body } = await chat.submit([result()]);
    expect(body.run.status).toBe('completed');
    expect(body.run.waited_ms).toBeGreaterThanOrEqual(3_590_000);
    expect(body.run.latency_ms).toBeLessThan(60_000);
    const [, tool] = (await chat.readRun()).steps;
    expect(tool.latency_ms).toBeGreaterThanOrEqual(3_590_000);
  });

  it('count client calls as tool calls, and end the run before a step that exceeds them', async () => {
    const limited = { config: { tools: ['current_time'], limits: { tool_calls: 2 } } };
    const chat = await newWaitingChat([asks(locate), asks(pick, clock), says], limited);
    const { body } = await chat.submit([result()]);
    expect(body.run).toMatchObject({ status: 'limit_exceeded', required_actions: null });
    expect(await chat.provider.requests()).toHaveLength(2);
  });

  it('end the run when no step is left for the results', async () => {
    const chat = await newWaitingChat([asks(locate), asks(pick), says], {
      config: { limits: { steps: 2 } },
    });
    const { body } = await chat.submit([result()]);
    expect([body.run.status, body.run.error.detail]).toEqual([
      'limit_exceeded',
      'The run reached its limit of steps.',
    ]);
  });
});

describe('a resume under a fault of any round trip', () => {
  /** Submits with a fault, then again without it; returns the results. */
  async function submitTwice(fault: Fault | null) {
    const chat = await newWaitingChat();
    const { database, trips } = faulty(env.DB, fault);
    await rebindHost(chat.session, { DB: database });
    const path = `/api/v1/runs/${chat.run}/actions`;
    const options = {
      json: { actions: [result()] },
      headers: { 'idempotency-key': 'once' },
    };
    await request('POST', path, chat.workspace.key, options);
    const made = trips();
    await rebindHost(chat.session, {});
    const again = await request('POST', path, chat.workspace.key, options);
    const usage = await env.DB.prepare('select count(*) as n from usage where run_id = ?')
      .bind(chat.run)
      .first<{ n: number }>();
    const { status } = await chat.readRun();
    return {
      made,
      again: again.status,
      status,
      usage: usage?.n,
      requests: (await chat.provider.requests()).length,
    };
  }

  it('executes once and is billed once', async () => {
    const { made } = await submitTwice(null);
    expect(made).toBeGreaterThan(2);
    const points = Array.from({ length: made }, (_, index) => index + 1);
    for (const at of points)
      for (const mode of ['before', 'after'] as const) {
        const came = await submitTwice({ at, mode });
        expect(came, `${mode} trip ${at}`).toMatchObject({
          again: 200,
          status: 'completed',
          usage: 2,
          requests: 2,
        });
      }
  });
});
