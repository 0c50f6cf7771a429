import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { writeExposition } from '../../../src/observability/health/exposition.ts';
import { newId } from '../../../src/shared/id.ts';
import { newWorkspace, request, type Workspace } from '../../support/api.ts';
import { recording } from '../../support/faulty.ts';
import { runSchedule } from '../../support/schedule.ts';
import { requestWith } from '../../support/worker.ts';

const minute = 60_000;

/** Every sample by its name and labels; throws for what is not the text format 0.0.4. */
function parse(text: string): Map<string, number> {
  const samples = new Map<string, number>();
  let open = '';
  for (const line of text.trimEnd().split('\n')) {
    const [, comment, name = ''] =
      /^# (HELP|TYPE) ([a-zA-Z_:][\w:]*) (?:gauge$|counter$|\S.*)/.exec(line) ?? [];
    if (comment === 'HELP') open = name;
    if (comment !== undefined) expect(name, line).toBe(open);
    else {
      const [, sample = '', labels = '', value = ''] =
        /^([a-zA-Z_:][\w:]*)((?:\{(?:[a-zA-Z_]\w*="(?:[^"\\\n]|\\["\\n])*",?)*\})?) (\+Inf|-Inf|NaN|-?[\d.e+-]+)$/.exec(
          line,
        ) ?? [];
      expect(sample, line).toBe(open);
      expect(samples.has(sample + labels), line).toBe(false);
      samples.set(sample + labels, value === '+Inf' ? Number.POSITIVE_INFINITY : Number(value));
    }
  }
  return samples;
}

async function metricsOf({ key }: Workspace) {
  const { status, headers, body } = await request('GET', '/metrics', key);
  expect([status, headers.get('content-type')]).toEqual([
    200,
    'text/plain; version=0.0.4; charset=utf-8',
  ]);
  return parse(body);
}

async function insert(table: string, row: Record<string, unknown>): Promise<void> {
  const names = Object.keys(row);
  await env.DB.prepare(
    `insert into ${table} (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
  )
    .bind(...Object.values(row))
    .run();
}

describe('GET /metrics', () => {
  it('reports jobs by state and type, and the age of the oldest (R84)', async () => {
    const workspace = await newWorkspace();
    const before = await metricsOf(workspace);
    expect(before.get('agentgrid_jobs{state="due"}')).toBe(0);
    const now = Date.now();
    const job = (type: string, row: object) =>
      insert('outbox', {
        id: newId('job'),
        workspace_id: workspace.id,
        job: JSON.stringify({ type }),
        due_at: now,
        created_at: now - minute,
        ...row,
      });
    await job('file.ingest', { due_at: now - 1, created_at: now - 10 * minute });
    await job('file.ingest', { claimed_until: now + 60 * minute, due_at: now + 60 * minute });
    await job('base.delete', { due_at: now + 60 * minute });
    const after = await metricsOf(workspace);
    expect(after.get('agentgrid_jobs{state="due"}')).toBe(1);
    expect(after.get('agentgrid_jobs{state="claimed"}')).toBe(1);
    expect(after.get('agentgrid_jobs{state="waiting"}')).toBe(1);
    expect(after.get('agentgrid_jobs_by_type{type="file.ingest"}')).toBe(2);
    expect(after.get('agentgrid_job_oldest_age_seconds')).toBeGreaterThanOrEqual(600);
    expect((await metricsOf(await newWorkspace())).get('agentgrid_job_oldest_age_seconds')).toBe(0);
    await env.DB.prepare('delete from outbox where workspace_id = ?').bind(workspace.id).run();
  });

  it('reports dead letters (R84)', async () => {
    const workspace = await newWorkspace();
    expect((await metricsOf(workspace)).get('agentgrid_dead_letters')).toBe(0);
    await insert('dead_letters', {
      id: newId('job'),
      workspace_id: workspace.id,
      job: '{"type":"file.ingest"}',
      error: 'x',
      created_at: 1,
    });
    const after = await metricsOf(workspace);
    expect(after.get('agentgrid_dead_letters')).toBe(1);
    expect(after.get('agentgrid_dead_letters_by_type{type="file.ingest"}')).toBe(1);
  });

  it('reports budget holds, one per call, and the age of the oldest (R84)', async () => {
    const workspace = await newWorkspace();
    const now = Date.now();
    const hold = {
      id: newId('hold'),
      workspace_id: workspace.id,
      subject: '',
      period_start: 0,
      call_key: newId('run'),
      model: 'm',
    };
    for (const name of ['a', 'b']) {
      const id = newId('bud');
      const budget = {
        id,
        workspace_id: workspace.id,
        name,
        scope: 'workspace',
        period: 'total',
        limit_nano_usd: 1e9,
        action: 'block',
      };
      await insert('budgets', {
        ...budget,
        unknown_price: 'allow',
        thresholds: '[]',
        forecast: 0,
        created_at: now,
        updated_at: now,
      });
      const lease_until = now + 60 * minute;
      await insert('budget_holds', {
        ...hold,
        budget_id: id,
        amount_nano_usd: 5e8,
        state: 'open',
        lease_until,
        created_at: now - 20 * minute,
      });
    }
    const after = await metricsOf(workspace);
    expect(after.get('agentgrid_budget_holds_open')).toBe(1);
    expect(after.get('agentgrid_budget_held_usd')).toBe(0.5);
    expect(after.get('agentgrid_budget_hold_oldest_age_seconds')).toBeGreaterThanOrEqual(1200);
  });

  it('reports active and lost runs (R84)', async () => {
    const workspace = await newWorkspace();
    const now = Date.now();
    const run = {
      workspace_id: workspace.id,
      agent_id: newId('agt'),
      version_id: newId('ver'),
      status: 'running',
      created_at: now,
    };
    await insert('runs', { ...run, id: newId('run'), lease_until: now + minute });
    const lost = newId('run');
    await insert('runs', { ...run, id: lost, lease_until: now - 1 });
    const after = await metricsOf(workspace);
    expect([after.get('agentgrid_runs_running'), after.get('agentgrid_runs_lost')]).toEqual([2, 1]);
    await env.DB.prepare("update runs set status = 'failed' where workspace_id = ?")
      .bind(workspace.id)
      .run();
    expect((await metricsOf(workspace)).get('agentgrid_runs_running')).toBe(0);
  });

  it('reports the age of periodic tasks and the failing ones (R84)', async () => {
    const workspace = await newWorkspace();
    const execution = { waitUntil: () => undefined } as unknown as ExecutionContext;
    const at = (cron: string) => `agentgrid_schedule_tick_age_seconds{cron="${cron}"}`;
    const of = (task: string) => `agentgrid_schedule_success_age_seconds{task="${task}"}`;
    // Other files leave jobs, and ticks at times to come.
    await env.DB.batch(
      ['outbox', 'schedule_ticks'].map((table) => env.DB.prepare(`delete from ${table}`)),
    );
    await runSchedule('* * * * *', env, execution);
    const fresh = await metricsOf(workspace);
    expect(fresh.get(at('* * * * *'))).toBeLessThan(30);
    expect(fresh.get(of('outbox'))).toBeLessThan(30);

    // An hour without cron.
    await env.DB.prepare(
      "update schedule_ticks set ticked_at = ticked_at - 3600000, succeeded = json_set(succeeded, '$.outbox', (succeeded ->> 'outbox') - 3600000, '$.gone', 1) where cron = '* * * * *'",
    ).run();
    const late = await metricsOf(workspace);
    expect(late.get(at('* * * * *'))).toBeGreaterThanOrEqual(3600);

    // A failing task keeps its age while the others are reset, and a removed task is deleted.
    const broken = {
      send: () => Promise.reject(new Error('gone')),
      sendBatch: () => Promise.reject(new Error('gone')),
    };
    const due = newId('job');
    const job = JSON.stringify({ type: 'file.ingest', file_id: newId('file') });
    await insert('outbox', {
      id: due,
      workspace_id: workspace.id,
      job,
      due_at: 1,
      created_at: Date.now(),
    });
    await runSchedule('* * * * *', { ...env, JOBS: broken } as unknown as Env, execution);
    const after = await metricsOf(workspace);
    expect(after.get(at('* * * * *'))).toBeLessThan(30);
    expect(after.get(of('outbox'))).toBeGreaterThanOrEqual(3600);
    expect(after.get(of('quota_defaults'))).toBeLessThan(30);
    expect(after.has(of('gone'))).toBe(false);
    await env.DB.prepare('delete from outbox where id = ?').bind(due).run();
  });

  it('takes one round trip', async () => {
    const workspace = await newWorkspace();
    await request('GET', '/metrics', workspace.key);
    const recorded = recording(env.DB);
    const { headers } = await requestWith(
      { DB: recorded.database },
      'GET',
      '/metrics',
      workspace.key,
    );
    expect(headers.get('server-timing')).toMatch(/1 trips/);
  });

  it('requires an admin of the whole workspace', async () => {
    const workspace = await newWorkspace();
    for (const role of ['viewer', 'runtime', 'editor'] as const) {
      expect((await request('GET', '/metrics', (await workspace.withRole(role)).key)).status).toBe(
        403,
      );
    }
    const { body: agent } = await workspace.post('/agents', { name: 'One' });
    expect(
      (await request('GET', '/metrics', (await workspace.withRole('admin', [agent.id])).key))
        .status,
    ).toBe(403);
    const accept =
      'application/openmetrics-text;version=1.0.0;q=0.5,text/plain;version=0.0.4;q=0.3,*/*;q=0.1';
    expect((await request('GET', '/metrics', workspace.key, { headers: { accept } })).status).toBe(
      200,
    );
  });
});

describe('the text format', () => {
  it('escapes special characters', () => {
    const text = writeExposition([
      {
        name: 'a',
        type: 'gauge',
        help: 'line\nand \\',
        samples: [{ labels: { b: '"\\\n' }, value: Number.POSITIVE_INFINITY }],
      },
      { name: 'none', type: 'gauge', help: 'x', samples: [] },
    ]);
    expect(text).toBe('# HELP a line\\nand \\\\\n# TYPE a gauge\na{b="\\"\\\\\\n"} +Inf\n');
    expect([...parse(text).values()]).toEqual([Number.POSITIVE_INFINITY]);
  });
});
