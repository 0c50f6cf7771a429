import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { raiseAlerts, reserve, settleStatements } from '../../src/budgets/index.ts';
import { rewrapSecrets } from '../../src/secrets/index.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';
import { playScript } from '../support/provider/client.ts';
import { atRest } from '../support/resources.ts';
import { runSchedule } from '../support/schedule.ts';
import { checkSignature } from '../support/webhook.ts';
import { run, usageOf } from './support.ts';

const monthly = { name: 'Month', scope: 'workspace', period: 'month', limit_usd: 0.001 };

/** Spends, as a call would. */
async function spend(
  { id }: Pick<Workspace, 'id'>,
  cost: number,
  about = { agent_id: null as string | null, end_user_id: null as string | null },
) {
  const ctx = contextOf({ id });
  const call_key = crypto.randomUUID();
  const { hold_id } = await reserve(
    ctx,
    { ...about, run_id: null, call_key, model: 'openai-compatible/m' },
    async () => cost,
  );
  const row = usageOf(ctx, call_key, cost);
  await run(ctx, [row.statement, ...settleStatements(ctx, [hold_id ?? ''], [row.id])]);
}

const tick = () =>
  runSchedule(
    '* * * * *',
    env,
    { waitUntil: (work: Promise<unknown>) => work } as unknown as ExecutionContext,
    ['budget_alerts', 'lost_holds', 'outbox', 'webhook_events'],
  );

async function agentWith(
  workspace: Workspace,
  rounds = [{ text: ['Hello.'], usage: { input_tokens: 100, output_tokens: 50 } }],
) {
  const scripted = await playScript({ rounds, repeat: true });
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.compatible,
  });
  await workspace.put('/prices', {
    overrides: [{ model: 'openai-compatible/m', input: 1, output: 1 }],
  });
  const config = {
    model: 'openai-compatible/m',
    settings: { max_output_tokens: 100 },
    knowledge: { base_ids: [] },
  };
  const agent = await workspace.post('/agents', { name: `Agent ${crypto.randomUUID()}`, config });
  expect(agent.status, JSON.stringify(agent.body)).toBe(201);
  return { agent: agent.body.id as string, scripted };
}

describe('budgets', () => {
  it('are created, listed, updated and deleted', async () => {
    const workspace = await newWorkspace();
    const made = await workspace.post('/budgets', monthly);
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    expect(made.body).toMatchObject({
      ...monthly,
      subject_id: null,
      action: 'block',
      unknown_price: 'block',
      alerts: { thresholds: [50, 80, 100], webhook: null },
    });
    const path = `/budgets/${made.body.id}`;
    expect((await workspace.patch(path, { limit_usd: 2, action: 'warn' })).body).toMatchObject({
      limit_usd: 2,
      action: 'warn',
    });
    expect((await workspace.get(path)).body).toMatchObject({ limit_usd: 2 });
    expect((await workspace.get('/budgets')).body.data).toHaveLength(1);
    expect((await workspace.delete(path)).status).toBe(204);
    expect((await workspace.get(path)).status).toBe(404);
  });

  it('returns 422 for inconsistent settings', async () => {
    const workspace = await newWorkspace();
    const other = await newWorkspace();
    const post = (budget: object) => workspace.post('/budgets', { ...monthly, ...budget });
    expect((await post({ subject_id: 'someone' })).status).toBe(422);
    expect((await post({ action: 'downgrade' })).body.errors[0].pointer).toBe('/downgrade');
    const rule = (model: string) => ({ action: 'downgrade', downgrade: { model } });
    for (const model of ['nobody/cheap', 'builtin/nothing', 'openai/whisper-1']) {
      expect((await post(rule(model))).body.errors, model).toMatchObject([
        { pointer: '/downgrade/model' },
      ]);
    }
    const { body: made } = await post(rule('openai/gpt-5-nano'));
    expect(
      (await workspace.patch(`/budgets/${made.id}`, rule('nobody/cheap'))).body.errors,
    ).toMatchObject([{ pointer: '/downgrade/model' }]);
    expect((await post({ scope: 'end_user', subject_id: 'has space' })).body.errors).toMatchObject([
      { pointer: '/subject_id' },
    ]);
    expect((await post({ limit_usd: 4e-10 })).body.errors).toMatchObject([
      { pointer: '/limit_usd' },
    ]);
    expect((await post({ limit_usd: 0 })).status).toBe(201);
    expect((await post({ scope: 'api_key', subject_id: other.key_id })).status).toBe(404);
    expect((await post({ scope: 'api_key', subject_id: workspace.key_id })).status).toBe(201);
    const webhook = { url: 'http://10.0.0.1/x', secret: 'a'.repeat(16) };
    expect((await post({ alerts: { webhook } })).body.code).toBe('url_not_allowed');
    const editor = await workspace.withRole('editor');
    expect((await editor.post('/budgets', monthly)).status).toBe(403);
  });

  it('refuse a chat with 402 before the provider is called, with the budget and its reset (R51)', async () => {
    const workspace = await newWorkspace();
    const { agent, scripted } = await agentWith(workspace);
    const { body: budget } = await workspace.post('/budgets', {
      ...monthly,
      name: 'Small',
      limit_usd: 0.0003,
    });
    const { body: session } = await workspace.post(`/agents/${agent}/sessions`, {});
    const say = () => workspace.post(`/sessions/${session.id}/messages`, { message: 'Hello?' });
    const first = await say();
    expect(first.status, JSON.stringify(first.body)).toBe(200);
    const second = await say();
    const third = await say();
    expect([second.status, third.status]).toContain(402);
    const refused = [second, third].find(({ status }) => status === 402)?.body;
    expect(refused).toMatchObject({
      code: 'budget_exceeded',
      budget: { id: budget.id, name: 'Small' },
      limit_usd: 0.0003,
    });
    expect(Date.parse(refused.resets_at)).toBeGreaterThan(Date.now());
    const billed = (await scripted.requests()).length;
    const { body: explained } = await workspace.get(`/budgets/${budget.id}/explain`);
    expect(explained.standings).toMatchObject([{ spent_usd: 0.00015 * billed, held_usd: 0 }]);
    expect(explained.open_holds).toEqual([]);
    expect(explained.last_settlements).toHaveLength(billed);
  });

  it('set Retry-After to seconds while amounts are held, and to the end of the period once they are spent', async () => {
    const workspace = await newWorkspace();
    const { agent } = await agentWith(workspace);
    await workspace.post('/budgets', { ...monthly, period: 'day' });
    const nobody = {
      agent_id: null,
      end_user_id: null,
      run_id: null,
      call_key: crypto.randomUUID(),
      model: 'openai-compatible/m',
    };
    const ask = () => workspace.post(`/agents/${agent}/runs`, { message: 'Hello?' });
    const ctx = contextOf(workspace);
    const { hold_id } = await reserve(ctx, nobody, async () => 990_000);
    const held = await ask();
    expect([held.status, held.headers.get('retry-after')]).toEqual([402, '5']);
    await run(ctx, settleStatements(ctx, [hold_id ?? ''], []));
    await spend(workspace, 990_000);
    const gone = await ask();
    const until = Math.ceil((Date.parse(gone.body.resets_at) - Date.now()) / 1000);
    expect([gone.status, Math.abs(Number(gone.headers.get('retry-after')) - until) <= 2]).toEqual([
      402,
      true,
    ]);
  });

  it('admit exactly as many of 64 concurrent chats as the limit allows (R51)', async () => {
    const workspace = await newWorkspace();
    const { agent } = await agentWith(workspace);
    const sessions = await Promise.all(
      Array.from(
        { length: 65 },
        async () => (await workspace.post(`/agents/${agent}/sessions`, {})).body.id,
      ),
    );
    const { body: probe } = await workspace.post('/budgets', { ...monthly, limit_usd: 1 });
    await workspace.post(`/sessions/${sessions[0]}/messages`, { message: 'Hello?' });
    const [{ held_usd }] = (await workspace.get(`/budgets/${probe.id}/explain`)).body
      .last_settlements;
    // From now on a call costs what is held for it, so that it does not matter which is settled when.
    const tokens = Math.round(held_usd * 1_000_000);
    const { scripted } = await agentWith(workspace, [
      { text: ['Hello.'], usage: { input_tokens: tokens - 50, output_tokens: 50 } },
    ]);
    await workspace.delete(`/budgets/${probe.id}`);
    const { body: budget } = await workspace.post('/budgets', {
      ...monthly,
      limit_usd: 21.5 * held_usd,
    });
    const answers = await Promise.all(
      sessions
        .slice(1)
        .map((session) => workspace.post(`/sessions/${session}/messages`, { message: 'Hello?' })),
    );
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    const others = answers.filter(({ status }) => status !== 200 && status !== 402);
    expect(others.map(({ body }) => body)).toEqual([]);
    expect([count(200), count(402), (await scripted.requests()).length]).toEqual([21, 43, 21]);
    const [standing] = (await workspace.get(`/budgets/${budget.id}/explain`)).body.standings;
    expect(standing.held_usd).toBe(0);
    expect(standing.spent_usd).toBeCloseTo(21 * held_usd, 9);
  });

  it('keep spent and held amounts of current periods when the time zone changes', async () => {
    const workspace = await newWorkspace();
    const ids: string[] = [];
    for (const period of ['day', 'week', 'month', 'total'])
      ids.push((await workspace.post('/budgets', { ...monthly, name: period, period })).body.id);
    await spend(workspace, 600_000);
    const ctx = contextOf(workspace);
    const about = {
      agent_id: null,
      end_user_id: null,
      run_id: null,
      call_key: 'open',
      model: 'openai-compatible/m',
    };
    const { hold_id } = await reserve(ctx, about, async () => 300_000);
    const standings = async () => {
      const explained = await Promise.all(
        ids.map(async (id) => (await workspace.get(`/budgets/${id}/explain`)).body.standings),
      );
      return explained.map((rows) =>
        rows.map(({ spent_usd, held_usd }: Record<string, number>) => [spent_usd, held_usd]),
      );
    };
    for (const time_zone of [
      'Pacific/Kiritimati',
      'Pacific/Honolulu',
      'America/Los_Angeles',
      'UTC',
    ]) {
      expect((await workspace.patch('/workspace', { time_zone })).status).toBe(200);
      expect(await standings(), time_zone).toEqual(ids.map(() => [[0.0006, 0.0003]]));
      await expect(
        reserve(contextOf(workspace), { ...about, call_key: time_zone }, async () => 200_000),
      ).rejects.toThrow('does not cover this call');
    }
    const row = usageOf(ctx, 'open', 250_000);
    await run(ctx, [row.statement, ...settleStatements(ctx, [hold_id ?? ''], [row.id])]);
    expect(await standings()).toEqual(ids.map(() => [[0.00085, 0]]));
  });

  it('use the stored time zone when an isolate has cached another', async () => {
    const workspace = await newWorkspace();
    const { id } = (await workspace.post('/budgets', { ...monthly, period: 'day' })).body;
    await spend(workspace, 900_000);
    // As another isolate would change it.
    await env.DB.prepare("update workspaces set time_zone = 'Pacific/Kiritimati' where id = ?")
      .bind(workspace.id)
      .run();
    await spend(workspace, 100_000);
    const { standings } = (await workspace.get(`/budgets/${id}/explain`)).body;
    const start = new Date(standings[0].period_start).toLocaleTimeString('en-GB', {
      timeZone: 'Pacific/Kiritimati',
    });
    expect([start, standings[0].spent_usd]).toEqual(['00:00:00', 0.0001]);
  });

  it('are listed for the keys to which they apply', async () => {
    const workspace = await newWorkspace();
    const { agent } = await agentWith(workspace);
    const bot = await workspace.withRole('runtime', [agent]);
    for (const scope of ['workspace', 'agent', 'api_key', 'end_user'])
      await workspace.post('/budgets', { ...monthly, name: scope, scope });
    await workspace.post('/budgets', {
      ...monthly,
      name: 'another key',
      scope: 'api_key',
      subject_id: workspace.key_id,
    });
    const names = async (query = '') =>
      (await bot.get(`/users/me/budget${query}`)).body.data.map(
        ({ name }: { name: string }) => name,
      );
    expect(await names()).toEqual(['workspace', 'agent', 'api_key']);
    expect(await names('?end_user_id=eva')).toEqual(['workspace', 'agent', 'api_key', 'end_user']);
    await spend(workspace, 250_000);
    expect((await bot.get('/users/me/budget')).body.data[0]).toMatchObject({
      spent_usd: 0.00025,
      remaining_usd: 0.00075,
      percent: 25,
    });
  });
});

describe('alerts', () => {
  async function watched(budget: object = {}) {
    const workspace = await newWorkspace();
    const site = new Site();
    const url = await site.answers('/hook', { status: 200, body: 'ok' });
    const secret = 'a-secret-of-the-webhook';
    const { body } = await workspace.post('/budgets', {
      ...monthly,
      period: 'total',
      ...budget,
      alerts: { thresholds: [50, 80], webhook: { url, secret } },
    });
    return { workspace, site, secret, id: body.id as string };
  }

  it('are sent to the webhook once per threshold, signed', async () => {
    const { workspace, site, secret, id } = await watched();
    await spend(workspace, 400_000);
    await tick();
    await spend(workspace, 200_000);
    await Promise.all([tick(), tick()]);
    await vi.waitUntil(async () => (await site.calls()).length === 1, { timeout: 150_000 });
    await spend(workspace, 300_000);
    await tick();
    await vi.waitUntil(async () => (await site.calls()).length === 2, { timeout: 150_000 });
    const calls = await site.calls();
    expect(calls.map(({ body }) => JSON.parse(body as string).alert.kind)).toEqual(['50', '80']);
    for (const call of calls) await checkSignature(secret, call);
    await vi.waitUntil(
      async () => {
        const { alerts } = (await workspace.get(`/budgets/${id}/explain`)).body;
        return (
          alerts.length === 2 &&
          alerts.every(({ delivered_at }: { delivered_at: string | null }) => delivered_at !== null)
        );
      },
      { timeout: 150_000 },
    );
  });

  it('are raised for all end users within one tick', async () => {
    const workspace = await newWorkspace();
    const each = {
      ...monthly,
      scope: 'end_user',
      period: 'total',
      limit_usd: 1,
      alerts: { thresholds: [50] },
    };
    const { id } = (await workspace.post('/budgets', each)).body;
    await env.DB.prepare(
      `with recursive n (i) as (select 1 union all select i + 1 from n where i < 450)
       insert into budget_counters (budget_id, subject, period_start, workspace_id, spent_nano_usd, held_nano_usd, is_dirty, updated_at)
       select ?1, 'user-' || i, 0, ?2, 600000000, 0, 1, ?3 from n`,
    )
      .bind(id, workspace.id, Date.now())
      .run();
    await raiseAlerts(contextOf(workspace));
    const alerts = env.DB.prepare(
      'select count(*) as n from budget_alerts where budget_id = ?',
    ).bind(id);
    expect(await alerts.first('n')).toBe(450);
  });

  it('are raised once for a refused call when no threshold has been reached', async () => {
    const { workspace, site, id } = await watched();
    const { agent } = await agentWith(workspace);
    await spend(workspace, 400_000);
    const config = { settings: { max_output_tokens: 2000 } };
    for (let turn = 0; turn < 3; turn += 1)
      expect(
        (await workspace.post(`/agents/${agent}/runs`, { message: 'Hello?', config })).status,
      ).toBe(402);
    await tick();
    await vi.waitUntil(async () => (await site.calls()).length > 0, { timeout: 150_000 });
    await atRest(workspace.id);
    const calls = await site.calls();
    expect(calls.map(({ body }) => JSON.parse(body as string).alert.kind)).toEqual(['refused']);
    expect((await workspace.get(`/budgets/${id}/explain`)).body.alerts).toMatchObject([
      { kind: 'refused', spent_usd: 0.0004 },
    ]);
  });

  it('are raised for a threshold that a lowered limit reaches', async () => {
    const { workspace, id } = await watched();
    await spend(workspace, 400_000);
    const kinds = async () => {
      await raiseAlerts(contextOf(workspace));
      return (await workspace.get(`/budgets/${id}/explain`)).body.alerts.map(
        ({ kind }: { kind: string }) => kind,
      );
    };
    expect(await kinds()).toEqual([]);
    expect((await workspace.patch(`/budgets/${id}`, { limit_usd: 0.0006 })).status).toBe(200);
    expect(await kinds()).toEqual(['50']);
  });

  it('are raised again for a threshold after a raised limit', async () => {
    const { workspace, id } = await watched();
    const kinds = async () => {
      await raiseAlerts(contextOf(workspace));
      return (await workspace.get(`/budgets/${id}/explain`)).body.alerts
        .map(({ kind }: { kind: string }) => kind)
        .toReversed();
    };
    await spend(workspace, 900_000);
    expect(await kinds()).toEqual(['50', '80']);
    await workspace.patch(`/budgets/${id}`, { limit_usd: 0.0015 });
    expect(await kinds(), 'half of it was passed before').toEqual(['50', '80']);
    await spend(workspace, 350_000);
    expect(await kinds()).toEqual(['50', '80', '80']);
  });

  it('go to the alert webhook of the workspace when the budget has no webhook', async () => {
    const { workspace, site } = await watched();
    const shared = new Site();
    const url = await shared.answers('/alerts', { status: 200, body: 'ok' });
    const { secret } = (await workspace.put('/alerts/webhook', { url })).body;
    const { id } = (
      await workspace.post('/budgets', { ...monthly, period: 'total', name: 'Without' })
    ).body;
    await spend(workspace, 500_000);
    await tick();
    await vi.waitUntil(
      async () => (await shared.calls()).length > 0 && (await site.calls()).length > 0,
      { timeout: 150_000 },
    );
    await atRest(workspace.id);
    const [call, ...more] = await shared.calls();
    expect([more, await site.calls()]).toEqual([[], [expect.anything()]]);
    expect(JSON.parse(call?.body ?? '')).toMatchObject({
      type: 'budget.alert',
      workspace_id: workspace.id,
      alert: { kind: '50' },
      budget: { id, alerts: { webhook: null } },
    });
    await checkSignature(secret, call as NonNullable<typeof call>);
    expect((await workspace.get(`/budgets/${id}/explain`)).body.alerts).toMatchObject([
      { kind: '50', delivered_at: expect.any(String) },
    ]);
  });

  it('are raised by a forecast before the limit is reached', async () => {
    const workspace = await newWorkspace();
    const { body } = await workspace.post('/budgets', {
      ...monthly,
      limit_usd: 1,
      alerts: { thresholds: [] },
    });
    await spend(workspace, 300_000_000);
    const ctx = contextOf(workspace);
    const [row] = (
      await env.DB.prepare(
        'select period_start, period_end from budget_counters where budget_id = ?',
      )
        .bind(body.id)
        .all<{ period_start: number; period_end: number }>()
    ).results;
    const at = (share: number) => () =>
      (row?.period_start ?? 0) + share * ((row?.period_end ?? 0) - (row?.period_start ?? 0));
    const alerts = async () => (await workspace.get(`/budgets/${body.id}/explain`)).body.alerts;
    await env.DB.prepare(
      'update budget_counters set updated_at = period_start + 1 where budget_id = ?',
    )
      .bind(body.id)
      .run();
    // Too early to tell, and nothing more is spent until it is not.
    await raiseAlerts({ ...ctx, now: at(0.05) });
    expect(await alerts()).toEqual([]);
    await raiseAlerts({ ...ctx, now: at(0.2) });
    expect(await alerts()).toMatchObject([{ kind: 'forecast', spent_usd: 0.3, forecast_usd: 1.5 }]);
  });

  it('keep the webhook secret sealed and rotate it to the newest key', async () => {
    const { workspace, secret, id } = await watched();
    const row = () =>
      env.DB.prepare('select sealed as webhook_secret, key_version from secrets where owner_id = ?')
        .bind(id)
        .first<{ webhook_secret: string; key_version: number }>();
    expect((await row())?.webhook_secret).not.toContain(secret);
    expect((await row())?.key_version).toBe(2);
    expect(JSON.stringify((await workspace.get(`/budgets/${id}`)).body)).not.toContain(secret);
    const audit = await workspace.get('/audit-log');
    expect(JSON.stringify(audit.body)).not.toContain(secret);
    expect(await rewrapSecrets(contextOf(workspace))).toBe(0);
  });
});
