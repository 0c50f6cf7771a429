import { createExecutionContext } from 'cloudflare:test';
import { env, exports } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { archiveWorkspace } from '../../src/analytics/archive.ts';
import { getCostBreakdown } from '../../src/analytics/cost-breakdown.ts';
import { rollUpWorkspace } from '../../src/analytics/rollup.ts';
import { newId } from '../../src/shared/id.ts';
import { toRequest } from '../support/api.ts';
import { faulty } from '../support/faulty.ts';
import { runSchedule } from '../support/schedule.ts';
import { type Call, contextAt, insertHistory, newTenant, type Tenant } from './support.ts';

const day = 86_400_000;
const start = Date.UTC(2026, 0, 10);
const now = start + 60 * day;

const callAt = (tenant: Tenant, at: number, number: number): Call => ({
  id: newId('use'),
  agent_id: tenant.agents[0]?.id ?? null,
  version_id: null,
  session_id: null,
  run_id: null,
  api_key_id: null,
  end_user_id: '=1+1',
  provider: 'test',
  model: 'a',
  operation: 'answer',
  input_tokens: 1,
  output_tokens: 1,
  cost_nano_usd: 1000 + number,
  latency_ms: 1,
  first_token_ms: null,
  status: 'ok',
  created_at: at,
});

async function tenantWith(count: number) {
  const tenant = await newTenant(1);
  // Three old days, several at the same instant, and one call that stays.
  const old = Array.from({ length: count }, (_, number) =>
    callAt(tenant, start + (number % 3) * day + Math.floor(number / 6) * 1000, number),
  );
  const fresh = callAt(tenant, now - day, count);
  await insertHistory(tenant.workspace.id, {
    sessions: [],
    runs: [],
    calls: [...old, fresh],
    ratings: [],
  });
  return { ...tenant, old, fresh };
}

const gunzip = async (
  id: string,
  { key }: Tenant['workspace'],
): Promise<{ id: string; cost_usd: number }[]> => {
  const response = await exports.default.fetch(
    toRequest('GET', `/api/v1/usage/archives/${id}/content`, key),
  );
  expect([response.status, response.headers.get('content-type')]).toEqual([
    200,
    'application/gzip',
  ]);
  const text = await new Response(
    response.body?.pipeThrough(new DecompressionStream('gzip')),
  ).text();
  return text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
};

const stored = async (workspace_id: string) =>
  (
    await env.DB.prepare('select id from usage where workspace_id = ?')
      .bind(workspace_id)
      .all<{ id: string }>()
  ).results.map(({ id }) => id);

/** What is archived and what is stored, together and apart. */
async function whereabouts({ workspace }: Tenant) {
  const { data } = (await workspace.get('/usage/archives?limit=100')).body;
  const archived = (
    await Promise.all(data.map(({ id }: { id: string }) => gunzip(id, workspace)))
  ).flat();
  return { archives: data, archived, stored: await stored(workspace.id) };
}

const costOf = async ({ workspace }: Tenant) =>
  (
    await getCostBreakdown(contextAt(workspace.id, now), null, {
      start_date: '2026-01-01',
      end_date: '2026-03-31',
      group_by: 'end_user',
    })
  ).cost_usd;

describe('archives of model calls', () => {
  it('contain rolled-up calls past the retention, and leave all sums unchanged', async () => {
    const tenant = await tenantWith(40);
    const { id } = tenant.workspace;
    const before = await costOf(tenant);
    await archiveWorkspace(contextAt(id, now), id, 35);
    expect((await whereabouts(tenant)).archives).toEqual([]);
    await rollUpWorkspace(contextAt(id, now), id);
    await archiveWorkspace(contextAt(id, now), id, 35);
    const after = await whereabouts(tenant);
    expect(
      after.archives.map(({ day: date, part }: { day: string; part: number }) => [date, part]),
    ).toEqual([
      ['2026-01-12', 1],
      ['2026-01-11', 1],
      ['2026-01-10', 1],
    ]);
    expect(new Set(after.archived.map((call) => call.id))).toEqual(
      new Set(tenant.old.map((call) => call.id)),
    );
    expect(after.archived).toHaveLength(tenant.old.length);
    expect(after.stored).toEqual([tenant.fresh.id]);
    expect(await costOf(tenant)).toBeCloseTo(before, 12);
    // A row that comes weeks late is archived too, in a part of its own; the hours of that day stay.
    const late = callAt(tenant, start + 1, 99);
    await insertHistory(id, { sessions: [], runs: [], calls: [late], ratings: [] });
    await rollUpWorkspace(contextAt(id, now + 1), id);
    await archiveWorkspace(contextAt(id, now + 1), id, 35);
    const again = await whereabouts(tenant);
    expect([again.archives[0].part, again.archives[0].row_count, again.stored.length]).toEqual([
      2, 1, 1,
    ]);
    expect(await costOf(tenant)).toBeCloseTo(before, 12);
  });

  it('are written hourly after the rollups, for workspaces with a retention', async () => {
    const tenant = await tenantWith(9);
    const other = await tenantWith(3);
    expect((await tenant.workspace.patch('/workspace', { usage_retention_days: 34 })).status).toBe(
      422,
    );
    const { status, body } = await tenant.workspace.patch('/workspace', {
      usage_retention_days: 35,
    });
    expect([status, body.usage_retention_days]).toEqual([200, 35]);
    const execution = createExecutionContext();
    await runSchedule('7 * * * *', env, execution);
    await runSchedule('7 * * * *', env, execution);
    // The clock is that of today, to which all of it is old.
    expect((await whereabouts(tenant)).archived).toHaveLength(10);
    expect((await whereabouts(other)).stored).toHaveLength(4);
    const { totals } = (
      await other.workspace.get('/analytics?start_date=2026-01-01&end_date=2026-03-31')
    ).body;
    expect(totals.usage.calls).toBe(4);
  });

  it('lose and duplicate nothing when any round trip fails, or when cron fires twice (R68)', async () => {
    const attempt = async (fault: Parameters<typeof faulty>[1]) => {
      const tenant = await tenantWith(12);
      const { id } = tenant.workspace;
      const before = await costOf(tenant);
      await rollUpWorkspace(contextAt(id, now), id);
      const { database, trips } = faulty(env.DB, fault);
      await archiveWorkspace(contextAt(id, now, database), id, 35).catch(() => undefined);
      const made = trips();
      const told = JSON.stringify(fault);
      const cut = await whereabouts(tenant);
      expect([...cut.archived.map((call) => call.id), ...cut.stored].toSorted(), told).toEqual(
        [...tenant.old, tenant.fresh].map((call) => call.id).toSorted(),
      );
      const later = now + 600_000;
      await Promise.all([1, 2].map(() => archiveWorkspace(contextAt(id, later), id, 35)));
      const after = await whereabouts(tenant);
      expect(after.archived.map((call) => call.id).toSorted(), told).toEqual(
        tenant.old.map((call) => call.id).toSorted(),
      );
      expect(after.stored, told).toEqual([tenant.fresh.id]);
      expect(await costOf(tenant), told).toBeCloseTo(before, 12);
      return made;
    };
    const made = await attempt(null);
    expect(made).toBeGreaterThan(8);
    for (let at = 1; at <= made; at += 1) {
      await attempt({ at, mode: 'before' });
      await attempt({ at, mode: 'after' });
    }
  });

  it('are written again after the file store failed, before or after its write', async () => {
    for (const mode of ['before', 'after'] as const) {
      const tenant = await tenantWith(9);
      const { id } = tenant.workspace;
      await rollUpWorkspace(contextAt(id, now), id);
      const ctx = contextAt(id, now);
      const put: typeof ctx.files.put = async (...given) => {
        if (mode === 'after') await ctx.files.put(...given);
        throw new Error('the file store does not answer');
      };
      await expect(
        archiveWorkspace({ ...ctx, files: { ...ctx.files, put } }, id, 35),
      ).rejects.toThrow('file store');
      const cut = await whereabouts(tenant);
      expect([cut.archives.length, cut.stored.length], mode).toEqual([0, 10]);
      await archiveWorkspace(contextAt(id, now + 600_000), id, 35);
      const after = await whereabouts(tenant);
      expect(after.archived.map((call) => call.id).toSorted(), mode).toEqual(
        tenant.old.map((call) => call.id).toSorted(),
      );
    }
  });

  it('are written as the same object again after an interruption', async () => {
    const tenant = await tenantWith(9);
    const { id } = tenant.workspace;
    await rollUpWorkspace(contextAt(id, now), id);
    const seen: string[] = [];
    for (const isCut of [true, false]) {
      const refusing = isCut
        ? await env.DB.prepare(
            "insert into analytics_marks (workspace_id, grain, bucket, marks) values (?, 'day', ?, 1)",
          )
            .bind(id, start)
            .run()
        : null;
      expect(refusing === null).toBe(!isCut);
      await archiveWorkspace(contextAt(id, now), id, 35);
      if (isCut)
        await env.DB.prepare('delete from analytics_marks where workspace_id = ?').bind(id).run();
      const object = await env.FILES.get(`usage-archives/${id}/2026-01-10.1.ndjson.gz`);
      seen.push((object as R2ObjectBody).etag);
    }
    expect(seen[0]).toBe(seen[1]);
  });
});
