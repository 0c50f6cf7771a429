import { env } from 'cloudflare:workers';
import { afterAll, describe, expect, it } from 'vitest';
import { addCalls, createdAt, hourly, monthStart, nameOf } from '../invoices/support.ts';
import { newWorkspace, request, rootKey } from '../support/api.ts';
import { requestWith } from '../support/worker.ts';
import { makeEntries, tick, verify } from '../workspaces/audit-support.ts';

// The keys of the deployment are wrapped by keys that only this file has.
afterAll(async () => {
  await env.DB.prepare("delete from secrets where workspace_id = ''").run();
});

const root = (path: string) => request('GET', `/api/v1${path}`, rootKey);

describe('the deployment', () => {
  it('lists workspaces with their use and last activity', async () => {
    const workspace = await newWorkspace('Used');
    const { body: agent } = await workspace.post('/agents', { name: 'Agent' });
    await makeEntries(workspace, 2);
    const { body } = await root('/workspaces?limit=100');
    const listed = body.data.find(({ id }: { id: string }) => id === workspace.id);
    expect(listed).toMatchObject({
      name: 'Used',
      status: 'active',
      use: { keys: 3, agents: 1, files: 0 },
    });
    expect(listed.last_activity_at >= agent.created_at).toBe(true);
    await addCalls(workspace, [{ at: Date.now() + 60_000, nano: 1 }]);
    const { body: one } = await root(`/workspaces/${workspace.id}`);
    expect(one.last_activity_at > listed.last_activity_at).toBe(true);
    expect(one.quotas.length).toBeGreaterThan(5);
  });

  it('lists the usage of all workspaces in a month, as their invoices have it', async () => {
    const [first, second] = [await newWorkspace('First'), await newWorkspace('Second')];
    const start = monthStart(2);
    await createdAt(first, start);
    await addCalls(first, [{ at: start, nano: 123 }]);
    await addCalls(second, [{ at: monthStart(0), nano: 7 }]);
    await hourly();
    const all = async (query: string) => {
      const found = new Map<string, { invoice: string; calls: number; cost_usd: number }>();
      let cursor = '';
      for (;;) {
        const { body } = await root(`/deployment/usage?limit=50${query}${cursor}`);
        for (const usage of body.data) found.set(usage.workspace_id, usage);
        if (body.next_cursor === null) return found;
        cursor = `&cursor=${body.next_cursor}`;
      }
    };
    const past = await all(`&month=${nameOf(start)}`);
    expect(past.get(first.id)).toMatchObject({ invoice: 'final', calls: 1, cost_usd: 1.23e-7 });
    expect(past.get(second.id)).toMatchObject({ invoice: 'none', calls: 0, cost_usd: 0 });
    const current = await all('');
    expect(current.get(second.id)).toMatchObject({
      invoice: 'provisional',
      calls: 1,
      cost_usd: 7e-9,
    });
    expect((await request('GET', '/api/v1/deployment/usage', first.key)).status).toBe(403);
  });

  it('summarizes health across workspaces, and names what needs attention', async () => {
    const workspace = await newWorkspace();
    await request('POST', `/api/v1/workspaces/${workspace.id}/suspend`, rootKey);
    await tick();
    const { status, body } = await root('/deployment/health');
    expect(status).toBe(200);
    expect(body.workspaces.suspended).toBeGreaterThan(0);
    expect(body.audit_log.unsealed).toBe(0);
    expect(body.tasks.map(({ task }: { task: string }) => task)).toContain('audit_log');
    const insert = env.DB.prepare(
      'insert into dead_letters (id, workspace_id, job, error, created_at) values (?, ?, \'{"type":"x"}\', \'x\', 1)',
    );
    await insert.bind(crypto.randomUUID(), workspace.id).run();
    const after = (await root('/deployment/health')).body;
    expect(after).toMatchObject({ status: 'degraded' });
    expect(after.problems).toContain('There are dead letters.');
    await env.DB.prepare('delete from dead_letters where workspace_id = ?')
      .bind(workspace.id)
      .run();
  });

  it('keeps the deletion of a workspace in a log of its own', async () => {
    const workspace = await newWorkspace();
    await request('DELETE', `/api/v1/workspaces/${workspace.id}`, rootKey);
    const { body } = await root(`/deployment/audit-log?target_id=${workspace.id}`);
    expect(body.data).toMatchObject([{ action: 'workspace.delete', actor_type: 'root' }]);
  });
});

describe('rotation', () => {
  const current = 'the-new-root-key-of-the-tests-0123';
  const rotating = { ROOT_KEY: current, ROOT_KEY_PREVIOUS: rootKey };

  it('accepts both root keys while the former one is set, and only the new one after that', async () => {
    const list = async (bindings: Parameters<typeof requestWith>[0], key: string) =>
      (await requestWith(bindings, 'GET', '/api/v1/workspaces', key)).status;
    expect(await list({ ROOT_KEY: current, ROOT_KEY_PREVIOUS: '' }, rootKey)).toBe(401);
    expect(await list(rotating, rootKey)).toBe(200);
    expect(await list(rotating, current)).toBe(200);
    expect(await list(rotating, `${current}x`)).toBe(401);
    expect(await list({ ROOT_KEY: current, ROOT_KEY_PREVIOUS: 'short' }, current)).toBe(503);
    const { body } = await requestWith(rotating, 'GET', '/api/v1/deployment/health', current);
    expect(body.is_previous_root_key_set).toBe(true);
  });

  it('replays a request of the former root key once it is repeated with it', async () => {
    const create = (bindings: Parameters<typeof requestWith>[0], key: string) =>
      requestWith(bindings, 'POST', '/api/v1/workspaces', key, {
        json: { name: 'Rotated' },
        headers: { 'idempotency-key': 'rotation-1' },
      });
    const made = await create({}, rootKey);
    const again = await create(rotating, rootKey);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(made.body);
  });

  it('keeps cursors of lists valid while the root key is replaced', async () => {
    const workspace = await newWorkspace();
    await makeEntries(workspace, 3);
    const { next_cursor } = (await workspace.get('/audit-log?limit=1')).body;
    const next = (bindings: Parameters<typeof requestWith>[0], cursor: string) =>
      requestWith(bindings, 'GET', `/api/v1/audit-log?limit=1&cursor=${cursor}`, workspace.key);
    const second = await next(rotating, next_cursor);
    expect(second.status).toBe(200);
    // The next cursor is signed by the new key.
    expect(
      (await next({ ROOT_KEY: current, ROOT_KEY_PREVIOUS: '' }, second.body.next_cursor)).status,
    ).toBe(200);
    expect((await next({ ROOT_KEY: current, ROOT_KEY_PREVIOUS: '' }, next_cursor)).body.code).toBe(
      'invalid_cursor',
    );
  });

  it('signs audit logs with a new key, and still verifies what earlier ones signed', async () => {
    const workspace = await newWorkspace();
    await tick();
    const before = await verify(workspace);
    const added = await request('POST', '/api/v1/deployment/audit-keys', rootKey);
    expect(added.status).toBe(201);
    await makeEntries(workspace, 2);
    await tick();
    const after = await verify(workspace);
    expect(after).toMatchObject({ result: 'intact', checked: 3 });
    expect(after.public_keys).toHaveLength(before.public_keys.length + 1);
    const seals = await env.DB.prepare(
      'select key_number from audit_seals where workspace_id = ? order by sequence',
    )
      .bind(workspace.id)
      .all<{ key_number: number }>();
    expect(seals.results.at(-1)?.key_number).toBe(added.body.number);
    expect(seals.results[0]?.key_number).toBeLessThan(added.body.number);
  });

  it('moves the signing keys to the newest encryption key, after which the old one can go (R75)', async () => {
    const workspace = await newWorkspace();
    await tick();
    const third = `3:${btoa('encryption-key-three-of-the-test')}`;
    const keys = `${env.ENCRYPTION_KEYS},${third}`;
    const used = async () =>
      (
        await requestWith({ ENCRYPTION_KEYS: keys }, 'GET', '/api/v1/deployment/health', rootKey)
      ).body.secrets.map(({ key_version }: { key_version: number }) => key_version);
    expect(await used()).not.toEqual([3]);
    await hourly(env.DB, { ENCRYPTION_KEYS: keys });
    const verified = await requestWith(
      { ENCRYPTION_KEYS: third },
      'GET',
      '/api/v1/audit-log/verify',
      workspace.key,
    );
    expect(verified.body).toMatchObject({ result: 'intact' });
    // Back, for the tests that follow.
    await env.DB.prepare(
      "delete from secrets where workspace_id = '' and owner_type = 'audit_log'",
    ).run();
  });
});
