import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, request, rootKey, type Workspace } from '../support/api.ts';
import { unreliable } from '../support/faulty.ts';
import { countRows } from '../support/rows.ts';
import { makeDue, minutesAgo, slotIn, slotsOf, tick } from '../support/schedules.ts';
import { requestWith } from '../support/worker.ts';

const fields = { name: 'Report', cron: '0 8 * * *', message: 'Report.' };

async function newScheduled(about: object = {}, workspace?: Workspace) {
  const own = workspace ?? (await newWorkspace());
  const agent = (await own.post('/agents', { name: 'A' })).body.id as string;
  const { status, body } = await own.post(`/agents/${agent}/schedules`, { ...fields, ...about });
  expect(status, JSON.stringify(body)).toBe(201);
  return { workspace: own, agent, schedule: body.id as string, body };
}

describe('the settings of a schedule', () => {
  it('have defaults, the time zone of the workspace among them, and show the next five times', async () => {
    const workspace = await newWorkspace();
    await workspace.patch('/workspace', { time_zone: 'Asia/Kathmandu' });
    const { body } = await newScheduled({}, workspace);
    expect(body).toMatchObject({
      ...{ ...fields, time_zone: 'Asia/Kathmandu', session: null, version: null, inputs: {} },
      ...{ catch_up: 'latest', on_overlap: 'skip', max_failures: 5, max_runs: null, ends_at: null },
      ...{ status: 'active', run_count: 0, failures: 0, api_key_id: workspace.key_id, revision: 1 },
    });
    expect(body.next_runs.map((time: string) => time.slice(11))).toEqual(
      Array(5).fill('02:15:00.000Z'),
    );
  });

  it.each([
    [{ cron: '!' }, '/cron'],
    [{ cron: '* * * * *' }, '/cron'],
    [{ cron: '0 8 31 2 *' }, '/cron'],
    [{ cron: `0 8 * * ${'1,'.repeat(60)}1` }, '/cron'],
    [{ time_zone: 'Mars/Phobos' }, '/time_zone'],
    [{ time_zone: '+05:30' }, '/time_zone'],
    [{ message: ' \n ' }, '/message'],
    [{ message: 'x'.repeat(32_001) }, '/message'],
    [{ inputs: { unknown: 1 } }, '/inputs/unknown'],
    [{ version: 'staging' }, '/version'],
    [{ session: 'old' }, '/session'],
    [{ ends_at: '2020-01-01T00:00:00Z' }, '/ends_at'],
    [{ ends_at: '2020-13-01T00:00:00Z' }, '/ends_at'],
    [{ max_runs: 0 }, '/max_runs'],
    [{ max_failures: 1e9 }, '/max_failures'],
    [{ catch_up: 'most' }, '/catch_up'],
    [{ name: '\u202eevil' }, '/name'],
    [{ crno: '0 8 * * *' }, '/crno'],
  ])('are refused with %o', async (about, pointer) => {
    const { workspace, agent, schedule } = await newScheduled();
    const { status, body } = await workspace.post(`/agents/${agent}/schedules`, {
      ...fields,
      ...about,
    });
    expect([status, body.errors?.[0].pointer]).toEqual([422, pointer]);
    for (const paused of [undefined, false, true]) {
      const patched = await workspace.patch(`/schedules/${schedule}`, { ...about, paused });
      expect([patched.status, patched.body.errors?.[0].pointer]).toEqual([422, pointer]);
    }
  });

  it('change under an entity tag, are audited, and end with the schedule', async () => {
    const { workspace, agent, schedule } = await newScheduled();
    const path = `/schedules/${schedule}`;
    const tag = (await workspace.get(path)).headers.get('etag') ?? '';
    const paused = await workspace.patch(path, { paused: true }, { headers: { 'if-match': tag } });
    expect(paused.body).toMatchObject({
      status: 'paused',
      pause_reason: 'manual',
      next_runs: [],
      revision: 2,
    });
    const stale = { headers: { 'if-match': tag } };
    expect((await workspace.patch(path, { name: 'B' }, stale)).status).toBe(412);
    expect((await workspace.delete(path, stale)).status).toBe(412);
    const all = await Promise.all([1, 2, 3].map((max_runs) => workspace.patch(path, { max_runs })));
    expect(all.map(({ status }) => status)).toEqual([200, 200, 200]);
    const resumed = (await workspace.patch(path, { paused: false, cron: '@hourly' })).body;
    expect([resumed.status, resumed.revision, resumed.next_runs.length > 0]).toEqual([
      'active',
      6,
      true,
    ]);
    expect((await workspace.delete(path)).status).toBe(204);
    expect((await workspace.get(path)).status).toBe(404);
    expect((await workspace.get(`/agents/${agent}/schedules`)).body.data).toEqual([]);
    const { data } = (await workspace.get('/audit-log?limit=100')).body;
    const actions = data.map(({ action }: { action: string }) => action);
    expect(actions.filter((action: string) => action.startsWith('schedule.')).toReversed()).toEqual(
      ['schedule.create', ...Array(5).fill('schedule.update'), 'schedule.delete'],
    );
  });

  it.each([1, 2])(
    'are not deleted with the tag of a revision that round trip %i finds changed',
    async (at) => {
      const { workspace, schedule } = await newScheduled();
      const path = `/schedules/${schedule}`;
      let isChanged = false;
      const gate = async () => {
        isChanged = (await workspace.patch(path, { name: 'B' })).status === 200;
      };
      const DB = unreliable(env.DB, { at, dies: null, gate });
      const headers = { 'if-match': '"1"' };
      const url = `/api/v1${path}`;
      const { status } = await requestWith({ DB }, 'DELETE', url, workspace.key, { headers });
      expect([status, (await workspace.get(path)).status]).toEqual(
        isChanged ? [412, 200] : [204, 404],
      );
    },
  );

  it('are limited by a quota of the workspace', async () => {
    const { workspace, agent, schedule } = await newScheduled();
    const quotas = { quotas: { schedules: 1 } };
    await request('PATCH', `/api/v1/workspaces/${workspace.id}`, rootKey, { json: quotas });
    const second = await workspace.post(`/agents/${agent}/schedules`, fields);
    expect([second.status, second.body.code, second.body.quota]).toEqual([
      422,
      'quota_exceeded',
      'schedules',
    ]);
    await workspace.delete(`/schedules/${schedule}`);
    expect((await workspace.post(`/agents/${agent}/schedules`, fields)).status).toBe(201);
  });
});

describe('access to a schedule', () => {
  it('follows that of its agent: other workspaces, other agents and roles that may not change agents (R3)', async () => {
    const { workspace, agent, schedule } = await newScheduled();
    const other = (await workspace.post('/agents', { name: 'Other' })).body.id;
    const elsewhere = await workspace.withRole('editor', [other]);
    for (const stranger of [await newWorkspace(), elsewhere]) {
      expect((await stranger.get(`/schedules/${schedule}`)).status).toBe(404);
      expect((await stranger.get(`/schedules/${schedule}/runs`)).status).toBe(404);
      expect((await stranger.patch(`/schedules/${schedule}`, { paused: true })).status).toBe(404);
      expect((await stranger.post(`/schedules/${schedule}/run`)).status).toBe(404);
      expect((await stranger.get(`/agents/${agent}/schedules`)).status).toBe(404);
    }
    const viewer = await workspace.withRole('viewer');
    expect((await viewer.get(`/schedules/${schedule}`)).status).toBe(200);
    expect((await viewer.patch(`/schedules/${schedule}`, { paused: true })).status).toBe(403);
    const runtime = await workspace.withRole('runtime');
    expect((await runtime.post(`/agents/${agent}/schedules`, fields)).status).toBe(403);
  });

  it('ends with its key: a revoked one pauses it, a rotated one does not (R28)', async () => {
    const { workspace, agent } = await newScheduled();
    const editor = await workspace.withRole('editor', [agent]);
    const { body } = await editor.post(`/agents/${agent}/schedules`, fields);
    const { data } = (await workspace.get('/api-keys?limit=100')).body;
    const key = data.find(({ role }: { role: string }) => role === 'editor').id;
    expect(body.api_key_id).toBe(key);
    const rotated = (await workspace.post(`/api-keys/${key}/rotate`, { grace_s: 0 })).body;
    await makeDue(body.id, minutesAgo(1));
    await tick();
    const slot = await slotIn(workspace, body.id, 'completed');
    const run = await env.DB.prepare('select created_by from runs where id = ?')
      .bind(slot.run_id)
      .first();
    expect(run).toEqual({ created_by: rotated.id });
    await workspace.delete(`/api-keys/${rotated.id}`);
    await makeDue(body.id, minutesAgo(0));
    await tick();
    expect(await slotIn(workspace, body.id, 'failed')).toMatchObject({
      run_id: null,
      error: { code: 'unauthenticated' },
    });
    const paused = (await workspace.get(`/schedules/${body.id}`)).body;
    expect([paused.status, paused.pause_reason]).toEqual(['paused', 'key_invalid']);
    const taken = (await workspace.patch(`/schedules/${body.id}`, { paused: false })).body;
    expect([taken.status, taken.api_key_id]).toEqual(['active', workspace.key_id]);
  });
});

describe('a schedule that cannot run', () => {
  it('reports an archived agent as a failure, and is erased with the agent', async () => {
    const { workspace, agent, schedule } = await newScheduled();
    await workspace.delete(`/agents/${agent}`);
    await makeDue(schedule, minutesAgo(1));
    await tick();
    expect((await slotIn(workspace, schedule, 'failed')).error.code).toBe('agent_archived');
    expect((await workspace.get(`/schedules/${schedule}`)).body.failures).toBe(1);
    expect((await workspace.delete(`/agents/${agent}?permanent=true`)).status).toBe(204);
    const left = async () =>
      (await countRows('schedules', workspace.id)) +
      (await countRows('schedule_slots', workspace.id));
    await expect.poll(left, { timeout: 150_000 }).toBe(0);
    const { data } = (await workspace.get('/quotas')).body;
    expect(data.find(({ quota }: { quota: string }) => quota === 'schedules').used).toBe(0);
  });

  it('skips times while its workspace is suspended, and stops no other', async () => {
    const { workspace, schedule } = await newScheduled();
    const other = await newScheduled();
    const path = `/api/v1/workspaces/${workspace.id}`;
    expect((await request('POST', `${path}/suspend`, rootKey)).status).toBe(200);
    await makeDue(schedule, minutesAgo(2));
    await makeDue(other.schedule, minutesAgo(1));
    await tick();
    await slotIn(other.workspace, other.schedule, 'completed');
    await request('POST', `${path}/resume`, rootKey);
    const [slot] = await vi.waitUntil(
      async () => {
        const slots = await slotsOf(workspace, schedule);
        return slots?.length === 1 ? slots : undefined;
      },
      { timeout: 150_000, interval: 50 },
    );
    expect([slot.status, slot.skip_reason]).toEqual(['skipped', 'suspended']);
    expect((await workspace.get(`/schedules/${schedule}`)).body.status).toBe('active');
  });

  it('records that its model is not configured, and counts it as a failure', async () => {
    const { workspace, agent, schedule } = await newScheduled();
    const model = 'openai-compatible/none';
    await workspace.patch(`/agents/${agent}`, { config: { model } });
    await makeDue(schedule, minutesAgo(1));
    await tick();
    const slot = await slotIn(workspace, schedule, 'failed');
    expect(slot.error.code).toBe('provider_not_configured');
  });
});
