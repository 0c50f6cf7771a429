import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, request, rootKey, type Workspace } from '../support/api.ts';
import { fullWorkspace } from '../support/full-workspace.ts';
import { countAll } from '../support/rows.ts';
import { runSchedule } from '../support/schedule.ts';

const root = (method: string, path: string, json?: unknown, headers = {}) =>
  request(method, `/api/v1/workspaces${path}`, rootKey, {
    headers,
    ...(json === undefined ? {} : { json }),
  });

describe('workspaces of the deployment', () => {
  it('are listed once each, newest first, over pages', async () => {
    const made: string[] = [];
    for (const name of ['One', 'Two', 'Three']) made.unshift((await newWorkspace(name)).id);
    const listed: string[] = [];
    let cursor = '';
    do {
      const { status, body } = await root('GET', `?limit=2${cursor}`);
      expect(status).toBe(200);
      listed.push(...body.data.map(({ id }: { id: string }) => id));
      cursor = body.next_cursor === null ? '' : `&cursor=${body.next_cursor}`;
      // Tests of other files create workspaces too.
    } while (cursor !== '' && !made.every((id) => listed.includes(id)));
    expect(listed.filter((id) => made.includes(id))).toEqual(made);
    expect(listed).toEqual([...new Set(listed)].sort().reverse());
  });

  it('are renamed and read with their quotas', async () => {
    const { id, get } = await newWorkspace('Before');
    const renamed = await root('PATCH', `/${id}`, { name: 'After', quotas: { tools: 3 } });
    expect(renamed.body).toMatchObject({ id, name: 'After', status: 'active', suspended_at: null });
    // The change is an activity itself.
    const { last_activity_at: _, ...about } = renamed.body;
    expect((await root('GET', `/${id}`)).body).toMatchObject(about);
    expect(renamed.body.quotas).toContainEqual({
      quota: 'tools',
      limit: 3,
      used: 0,
      source: 'workspace',
    });
    expect((await get('/workspace')).body).toMatchObject({ id, name: 'After' });
    expect((await get('/audit-log')).body.data[0]).toMatchObject({
      action: 'workspace.manage',
      actor_type: 'root',
    });
  });

  it('return 404 for unknown ids', async () => {
    const { id } = await newWorkspace();
    const other = `${id.slice(0, -6)}000000`;
    for (const [method, path] of [
      ['GET', ''],
      ['PATCH', ''],
      ['DELETE', ''],
      ['POST', '/suspend'],
      ['POST', '/resume'],
    ] as const)
      expect([
        path,
        (await root(method, `/${other}${path}`, method === 'PATCH' ? { name: 'X' } : undefined))
          .status,
      ]).toEqual([path, 404]);
  });

  it('refuse every credential while suspended, and accept it again when resumed (R7)', async () => {
    const workspace = await newWorkspace();
    const viewer = await workspace.withRole('viewer');
    const agent = (await workspace.post('/agents', { name: 'Desk' })).body.id;
    expect((await viewer.get('/agents')).status).toBe(200);
    const suspended = await root('POST', `/${workspace.id}/suspend`);
    expect(suspended.body).toMatchObject({ status: 'suspended', suspended_at: expect.any(String) });
    expect((await root('POST', `/${workspace.id}/suspend`)).body.suspended_at).toBe(
      suspended.body.suspended_at,
    );
    const answers = [
      await workspace.get('/workspace'),
      await viewer.get('/agents'),
      await workspace.post(`/agents/${agent}/runs`, { message: 'Hello' }),
      await request('GET', '/v1/models', workspace.key),
      await request('GET', '/readyz', workspace.key),
    ];
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401, 401, 401]);
    expect((await root('GET', '?status=suspended')).body.data[0].id).toBe(workspace.id);
    expect((await root('POST', `/${workspace.id}/resume`)).body).toMatchObject({
      status: 'active',
      suspended_at: null,
    });
    expect((await viewer.get('/agents')).status).toBe(200);
  });

  it('refuse a credential that another isolate suspended once 30 seconds have passed (R7)', async () => {
    const workspace = await newWorkspace();
    expect((await workspace.get('/workspace')).status).toBe(200);
    await env.DB.prepare('update workspaces set suspended_at = 1 where id = ?')
      .bind(workspace.id)
      .run();
    vi.setSystemTime(Date.now() + 31_000);
    try {
      expect((await workspace.get('/workspace')).status).toBe(401);
    } finally {
      vi.useRealTimers();
    }
  });
});

/** Objects of the file store that name the workspace. */
async function objectsOf(id: string): Promise<string[]> {
  const keys: string[] = [];
  for (const prefix of [`${id}/`, `usage-archives/${id}/`])
    keys.push(...(await env.FILES.list({ prefix })).objects.map(({ key }) => key));
  return keys;
}

/** Rows of chunks that the keyword indexes still have. */
async function countIndexed(seqs: readonly number[]): Promise<number> {
  const counts = ['chunk_words', 'chunks_fts', 'chunk_terms'].map((index) =>
    env.DB.prepare(
      `select count(*) as n from ${index} where rowid in (select value from json_each(?))`,
    ).bind(JSON.stringify(seqs)),
  );
  return (await env.DB.batch<{ n: number }>(counts)).reduce(
    (sum, { results }) => sum + (results[0]?.n ?? 0),
    0,
  );
}

/** Rows of every table that still name the workspace. */
const left = async (id: string) =>
  Object.entries(await countAll(id)).filter(([, count]) => count > 0);
const isErased = async ({ id }: Workspace) =>
  (await left(id)).length === 0 &&
  (await env.DB.prepare('select 1 from workspaces where id = ?').bind(id).first()) === null;

describe('deleting a workspace', () => {
  it('refuses its credentials at once and erases rows of every table, objects and indexes (R7, R77)', async () => {
    const workspace = await fullWorkspace();
    const other = await fullWorkspace();
    const before = await countAll(other.id);
    expect(Object.entries(before).filter(([, count]) => count === 0)).toEqual([]);
    expect((await left(workspace.id)).length).toBe(Object.keys(before).length);
    expect(await objectsOf(workspace.id)).not.toEqual([]);
    const found = () =>
      env.DB.prepare(
        `select count(*) as n from messages_fts where messages_fts match 'shop'`,
      ).first<{ n: number }>();
    const words = (await found())?.n ?? 0;
    const { results: chunks } = await env.DB.prepare(
      'select seq from chunks where workspace_id = ?',
    )
      .bind(workspace.id)
      .all<{ seq: number }>();
    const indexed = () => countIndexed(chunks.map(({ seq }) => seq));
    expect(await indexed()).toBeGreaterThan(0);

    expect((await root('DELETE', `/${workspace.id}`)).status).toBe(204);
    expect((await workspace.get('/workspace')).status).toBe(401);
    expect((await root('GET', `/${workspace.id}`)).status).toBe(404);
    expect((await root('DELETE', `/${workspace.id}`)).status).toBe(404);
    expect((await root('POST', `/${workspace.id}/resume`)).status).toBe(404);

    await vi
      .waitUntil(() => isErased(workspace), { timeout: 150_000, interval: 100 })
      .catch(() => undefined);
    expect(await left(workspace.id)).toEqual([]);
    expect(await isErased(workspace)).toBe(true);
    expect(await objectsOf(workspace.id)).toEqual([]);
    expect((await found())?.n ?? 0).toBeLessThan(words);
    expect(await indexed()).toBe(0);
    expect((await workspace.get('/workspace')).status).toBe(401);
    // Nobody else's.
    const { outbox: _a, usage: _b, analytics_rollups: _c, ...rest } = before;
    expect(await countAll(other.id)).toMatchObject(rest);
    expect((await other.get('/agents')).status).toBe(200);
  });

  it('is repeated later and erases rows that were added in the meantime, including the audit log', async () => {
    const workspace = await newWorkspace();
    await root('DELETE', `/${workspace.id}`);
    await vi.waitUntil(() => isErased(workspace), { timeout: 150_000, interval: 100 });
    const insert = env.DB.prepare(
      `insert into audit_log (id, workspace_id, actor_type, action, target_type, target_id, request_id, created_at)
      values (?, ?, 'system', 'late', 'x', 'x', 'req', 1)`,
    );
    await insert.bind(crypto.randomUUID(), workspace.id).run();
    expect(await left(workspace.id)).toHaveLength(2);
    const pass = env.DB.prepare(
      `update outbox set due_at = 0 where workspace_id = '' and job ->> 'workspace_id' = ?`,
    );
    expect((await pass.bind(workspace.id).run()).meta.changes).toBe(1);
    const execution = createExecutionContext();
    await runSchedule('* * * * *', env as Env, execution);
    await waitOnExecutionContext(execution);
    await vi.waitUntil(async () => (await left(workspace.id)).length === 0, {
      timeout: 150_000,
      interval: 100,
    });
  });
});
