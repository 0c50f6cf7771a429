import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { findAnomalies } from '../../src/analytics/index.ts';
import { rollUpWorkspace } from '../../src/analytics/rollup.ts';
import { newId } from '../../src/shared/id.ts';
import { faulty, recording } from '../support/faulty.ts';
import { Site } from '../support/outbound.ts';
import { atRest } from '../support/resources.ts';
import { runSchedule } from '../support/schedule.ts';
import { checkSignature } from '../support/webhook.ts';
import { contextAt, insertHistory, newTenant, type Run, type Tenant } from './support.ts';

const hour = 3_600_000;
const day = 24 * hour;
const today = Date.UTC(2026, 4, 20);
const noon = today + 12 * hour;
const execution = { waitUntil: (work: Promise<unknown>) => work } as unknown as ExecutionContext;
const minuteTick = () =>
  runSchedule('* * * * *', env, execution, ['budget_alerts', 'outbox', 'webhook_events']);

/** So many runs of an agent in an hour, of which some failed, which cost so much together. */
async function act(
  { workspace, agents }: Tenant,
  agent: number,
  at: number,
  { usd = 1, runs = 20, failed = 0 } = {},
): Promise<void> {
  const { id: agent_id, version_id } = agents[agent] as Tenant['agents'][number];
  const session = {
    id: newId('ses'),
    agent_id,
    kind: 'chat' as const,
    end_user_id: null,
    created_at: at,
  };
  const made: Run[] = Array.from({ length: runs }, (_, index) => ({
    ...{
      id: newId('run'),
      agent_id,
      version_id,
      session_id: session.id,
      is_preview: false,
      created_by: null,
    },
    ...{
      status: index < failed ? 'failed' : 'completed',
      confidence: null,
      coverage: null,
      first_token_ms: 1,
      latency_ms: 2,
    },
    ...{ created_at: at, ended_at: at },
  }));
  const calls = made.map((run) => ({
    ...{
      id: newId('use'),
      agent_id,
      version_id,
      session_id: session.id,
      run_id: run.id,
      api_key_id: null,
      end_user_id: null,
    },
    ...{
      provider: 'openai',
      model: 'm',
      operation: 'answer',
      input_tokens: 1,
      output_tokens: 1,
      latency_ms: 1,
      first_token_ms: 1,
    },
    ...{ cost_nano_usd: Math.round((usd * 1e9) / runs), status: 'ok' as const, created_at: at },
  }));
  await insertHistory(workspace.id, { sessions: [session], runs: made, calls, ratings: [] });
}

/** Ten usual days of each agent before the day. */
async function usual(tenant: Tenant, before = today): Promise<void> {
  for (let back = 10; back >= 1; back -= 1)
    for (const agent of tenant.agents.keys())
      await act(tenant, agent, before - back * day + 6 * hour);
}

/** What the hourly cron does at an instant. */
async function tick({ workspace }: Tenant, now: number): Promise<void> {
  await rollUpWorkspace(contextAt(workspace.id, now), workspace.id);
  await findAnomalies(contextAt('', now));
}

const list = async ({ workspace }: Tenant, query = '') =>
  (await workspace.get(`/anomalies${query}`)).body.data;

async function listening({ workspace }: Tenant, reply: object = { status: 200 }) {
  const site = new Site();
  const url = await site.answers('/hook', reply);
  return {
    site,
    url,
    secret: (await workspace.put('/alerts/webhook', { url })).body.secret as string,
  };
}

describe('anomalies', () => {
  it('are detected once per day, agent and measure, and alerted once, signed', async () => {
    const tenant = await newTenant(2);
    const { site, secret } = await listening(tenant);
    await usual(tenant);
    await tick(tenant, today + hour);
    expect(await list(tenant)).toEqual([]);
    await act(tenant, 0, today + 2 * hour, { usd: 50, failed: 10 });
    await act(tenant, 1, today + 2 * hour);
    await tick(tenant, today + 4 * hour);
    await act(tenant, 0, today + 5 * hour, { usd: 50, failed: 10 });
    await Promise.all([tick(tenant, noon), tick(tenant, noon)]);
    await Promise.all([minuteTick(), minuteTick()]);
    await vi.waitUntil(async () => (await site.calls()).length >= 2, { timeout: 150_000 });
    await atRest(tenant.workspace.id);
    const about = {
      agent_id: tenant.agents[0]?.id,
      date: '2026-05-20',
      delivered_at: expect.any(String),
    };
    const found = await list(tenant);
    expect(found).toEqual([
      expect.objectContaining({ ...about, measure: 'error_rate', value: 0.5, usual: 0 }),
      expect.objectContaining({
        ...about,
        measure: 'cost',
        value: 50,
        usual: 1,
        found_at: '2026-05-20T04:00:00.000Z',
      }),
    ]);
    const calls = await site.calls();
    const told = calls
      .map(({ body }) => JSON.parse(body))
      .sort((a, b) => (a.anomaly.measure < b.anomaly.measure ? 1 : -1));
    expect(told).toEqual(
      found.map((anomaly: object) => ({
        type: 'anomaly.alert',
        workspace_id: tenant.workspace.id,
        anomaly: { ...anomaly, delivered_at: null },
      })),
    );
    for (const call of calls) await checkSignature(secret, call);
  });

  it('are marked in the series of analytics too', async () => {
    const tenant = await newTenant(1);
    await usual(tenant);
    await act(tenant, 0, today + 2 * hour, { usd: 50, failed: 10 });
    await tick(tenant, noon);
    const { series } = (
      await tenant.workspace.get(
        `/agents/${tenant.agents[0]?.id}/analytics?start_date=2026-05-01&end_date=2026-05-20`,
      )
    ).body;
    const marks = series.flatMap(({ start, anomalies }: { start: string; anomalies: string[] }) =>
      anomalies.map((measure) => `${start.slice(0, 10)} ${measure}`),
    );
    const found = (await list(tenant)).map(
      ({ date, measure }: { date: string; measure: string }) => `${date} ${measure}`,
    );
    expect(marks.sort()).toEqual(found.sort());
  });

  it('are detected on finished days, and after an outage of cron', async () => {
    const tenant = await newTenant(1);
    await usual(tenant);
    await tick(tenant, today + hour);
    for (const after of [0, 1, 2, 3, 4])
      await act(
        tenant,
        0,
        today + after * day + 23 * hour,
        after === 0 || after === 3 ? { usd: 50 } : {},
      );
    await tick(tenant, today + 5 * day + 10 * hour);
    expect((await list(tenant)).map(({ date }: { date: string }) => date)).toEqual([
      '2026-05-23',
      '2026-05-20',
    ]);
    // Something comes in late for the last day that is over.
    await act(tenant, 0, today + 4 * day + 22 * hour, { usd: 50 });
    await tick(tenant, today + 5 * day + 11 * hour);
    expect((await list(tenant)).map(({ date }: { date: string }) => date)[0]).toBe('2026-05-24');
  });

  it('are of days in the time zone of the workspace', async () => {
    const tenant = await newTenant(1);
    await tenant.workspace.patch('/workspace', { time_zone: 'Pacific/Auckland' });
    await usual(tenant);
    await act(tenant, 0, today + 13 * hour, { usd: 50 });
    await tick(tenant, today + 15 * hour);
    expect(await list(tenant)).toMatchObject([{ date: '2026-05-21', measure: 'cost' }]);
  });

  it('are listed by agent, measure and days, page by page, for keys that cover the agent', async () => {
    const tenant = await newTenant(2);
    const [one, two] = tenant.agents;
    await usual(tenant);
    for (const agent of [0, 1]) await act(tenant, agent, today + hour, { usd: 50, failed: 10 });
    await tick(tenant, noon);
    await act(tenant, 1, today + day + hour, { usd: 90 });
    await tick(tenant, noon + day);
    const all = await list(tenant);
    expect(all).toHaveLength(5);
    const count = async (query: string) => (await list(tenant, query)).length;
    expect(await count(`?agent=${one?.id}`)).toBe(2);
    expect(await count(`?agent=${two?.slug}&measure=cost`)).toBe(2);
    expect(await count('?from=2026-05-21')).toBe(1);
    expect(await count('?to=2026-05-20&measure=error_rate')).toBe(2);
    expect(await count('?from=2026-05-22')).toBe(0);
    expect(await count('?start_date=2026-05-21')).toBe(1);
    expect(await count('?end_date=2026-05-20&measure=error_rate')).toBe(2);
    expect((await tenant.workspace.get(`/anomalies?agent=${newId('agt')}`)).status).toBe(404);
    expect((await tenant.workspace.get('/anomalies?from=yesterday')).status).toBe(422);
    const paged = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const { body }: { body: { data: unknown[]; next_cursor: string | null } } =
        await tenant.workspace.get(`/anomalies?limit=2${cursor === '' ? '' : `&cursor=${cursor}`}`);
      paged.push(...body.data);
      cursor = body.next_cursor;
    }
    expect(paged).toEqual(all);
    const viewer = await tenant.workspace.withRole('viewer', [one?.id as string]);
    const seen = (await viewer.get('/anomalies')).body.data;
    expect(seen.map(({ agent_id }: { agent_id: string }) => agent_id)).toEqual([one?.id, one?.id]);
    const stranger = await newTenant(1);
    expect(await list(stranger)).toEqual([]);
    expect((await (await tenant.workspace.withRole('runtime')).get('/anomalies')).status).toBe(403);
  });

  it('are sent again until the webhook accepts them, without following redirects', async () => {
    const tenant = await newTenant(1);
    const elsewhere = new Site();
    const location = await elsewhere.answers('/hook', { status: 200 });
    const { site } = await listening(tenant, { status: 307, headers: { location } });
    await usual(tenant);
    await act(tenant, 0, today + hour, { usd: 50 });
    await tick(tenant, noon);
    await minuteTick();
    await vi.waitUntil(async () => (await site.calls()).length === 1, { timeout: 150_000 });
    await site.answers('/hook', { status: 500 });
    await vi.waitUntil(async () => (await site.calls()).length >= 2, { timeout: 150_000 });
    expect(await list(tenant)).toMatchObject([{ delivered_at: null }]);
    await site.answers('/hook', { status: 204 });
    await atRest(tenant.workspace.id);
    expect(await list(tenant)).toMatchObject([{ delivered_at: expect.any(String) }]);
    expect(await elsewhere.calls()).toEqual([]);
    const ids = (await site.calls()).map(({ body }) => JSON.parse(body).anomaly.id);
    expect(new Set(ids).size).toBe(1);
  });

  it('are detected without a webhook, and not sent later', async () => {
    const tenant = await newTenant(1);
    await usual(tenant);
    await act(tenant, 0, today + hour, { usd: 50 });
    await tick(tenant, noon);
    const { site } = await listening(tenant);
    await act(tenant, 0, today + 12 * hour, { usd: 50 });
    await tick(tenant, noon + 2 * hour);
    await minuteTick();
    await atRest(tenant.workspace.id);
    expect([await list(tenant), await site.calls()]).toEqual([
      [expect.objectContaining({ delivered_at: null })],
      [],
    ]);
  });

  it('are detected and enqueued once, wherever a search is interrupted', async () => {
    const tenant = await newTenant(1);
    const { id } = tenant.workspace;
    await listening(tenant);
    await usual(tenant);
    await act(tenant, 0, today + hour, { usd: 50, failed: 10 });
    await rollUpWorkspace(contextAt(id, noon), id);
    const rows = async (sql: string) => (await env.DB.prepare(sql).bind(id).all()).results;
    const promised = () =>
      rows("select job ->> 'anomaly_id' as id from outbox where workspace_id = ? order by 1");
    const search = (DB: D1Database) =>
      findAnomalies(contextAt('', noon, DB)).catch(() => undefined);
    const whole = faulty(env.DB, null);
    for (let at = 0; at <= whole.trips(); at += 1) {
      for (const mode of ['before', 'after'] as const) {
        for (const table of ['anomalies', 'outbox'])
          await rows(`delete from ${table} where workspace_id = ?`);
        await rows(
          'update analytics_state set searched_revision = 0, searched_until = null where workspace_id = ?',
        );
        await search(at === 0 ? whole.database : faulty(env.DB, { at, mode }).database);
        await search(env.DB);
        const found = await rows('select id from anomalies where workspace_id = ? order by 1');
        expect([found.length, await promised()], `${mode} ${at}`).toEqual([2, found]);
        if (at === 0) break;
      }
    }
    expect(whole.trips()).toBeGreaterThan(4);
    await rows('delete from outbox where workspace_id = ?');
  });

  it('are searched by index, and only in workspaces with new rollups', async () => {
    const tenant = await newTenant(2);
    await listening(tenant, { status: 200 });
    await usual(tenant);
    await act(tenant, 0, today + hour, { usd: 50 });
    await rollUpWorkspace(contextAt(tenant.workspace.id, noon), tenant.workspace.id);
    const recorded = recording(env.DB);
    await findAnomalies(contextAt('', noon, recorded.database));
    const first = recorded.statements.length;
    const plans = await Promise.all(
      recorded.statements.map(async ({ sql, values }) => {
        const { results } = await env.DB.prepare(`explain query plan ${sql}`)
          .bind(...values)
          .all<{ detail: string }>();
        return results
          .map(({ detail }) => detail)
          .filter((detail) =>
            /^SCAN (?!g\b|given\b|analytics_state USING)|TEMP B-TREE/.test(detail),
          );
      }),
    );
    expect(plans.flat().filter((detail) => !detail.includes('VIRTUAL TABLE'))).toEqual([]);
    await findAnomalies(contextAt('', noon, recorded.database));
    expect(recorded.statements.length - first).toBeLessThanOrEqual(3);
    await env.DB.prepare('delete from outbox where workspace_id = ?')
      .bind(tenant.workspace.id)
      .run();
  });
});
