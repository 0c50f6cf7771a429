import { env } from 'cloudflare:workers';
import { beforeAll, describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { operations } from '../support/document.ts';

let workspace: Workspace;
let desk: string;
let shop: string;
const runs: Record<string, string> = {};

const ids = async (path: string, as: Workspace = workspace): Promise<string[]> => {
  const { status, body } = await as.get(path);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.data.map(({ id }: { id: string }) => id);
};
const at = (id: string, set: string) =>
  env.DB.prepare(`update runs set ${set} where id = ?`).bind(id).run();

async function ask(
  as: Workspace,
  agent: string,
  end_user_id: string,
): Promise<{ session: string; run: string; message: string }> {
  const session = (await as.post(`/agents/${agent}/sessions`, { end_user_id })).body.id;
  const { body } = await as.post(`/sessions/${session}/messages`, {
    message: 'When does the shop open?',
  });
  return { session, run: body.run.id, message: body.id };
}

beforeAll(async () => {
  workspace = await newWorkspace();
  desk = (await workspace.post('/agents', { name: 'Desk', slug: 'desk' })).body.id;
  shop = (await workspace.post('/agents', { name: 'Shop', slug: 'shop' })).body.id;
  runs.ada = (await ask(workspace, desk, 'ada')).run;
  runs.bob = (await ask(workspace, desk, 'bob')).run;
  runs.once = (await workspace.post(`/agents/${shop}/runs`, { message: 'Hello' })).body.run.id;
  await at(
    runs.ada ?? '',
    `status = 'failed', error_code = 'provider_error', cost_nano_usd = 250000000, created_at = ${Date.UTC(2026, 2, 5, 12)}`,
  );
  await at(runs.bob ?? '', `cost_nano_usd = null, created_at = ${Date.UTC(2026, 2, 6, 0)}`);
});

describe('the list of runs', () => {
  it('has the runs of every agent, newest first, each once over pages', async () => {
    expect(await ids('/runs')).toEqual([runs.once, runs.bob, runs.ada]);
    const first = (await workspace.get('/runs?limit=2')).body;
    const second = (await workspace.get(`/runs?limit=2&cursor=${first.next_cursor}`)).body;
    expect([...first.data, ...second.data].map(({ id }) => id)).toEqual([
      runs.once,
      runs.bob,
      runs.ada,
    ]);
    expect(second.next_cursor).toBeNull();
    expect(
      (await workspace.get(`/runs?limit=2&status=failed&cursor=${first.next_cursor}`)).body.code,
    ).toBe('invalid_cursor');
  });

  it('takes one trip and has the end user of each run', async () => {
    await workspace.get('/runs');
    const { headers, body } = await workspace.get(`/agents/desk/runs`);
    expect(headers.get('server-timing')).toMatch(/desc="1 trips/);
    expect(
      body.data.map(({ id, end_user_id, agent_id }: Record<string, unknown>) => [
        id,
        end_user_id,
        agent_id,
      ]),
    ).toEqual([
      [runs.bob, 'bob', desk],
      [runs.ada, 'ada', desk],
    ]);
  });

  it.each([
    ['agent=shop', ['once']],
    ['status=failed', ['ada']],
    ['error=provider_error', ['ada']],
    ['error=any', ['ada']],
    ['error=run_interrupted', []],
    ['end_user_id=bob', ['bob']],
    ['agent=desk&version=1', ['bob', 'ada']],
    ['agent=desk&version=2', []],
    ['min_cost_usd=0.25', ['ada']],
    ['max_cost_usd=0.2', ['once']],
    ['min_cost_usd=0', ['once', 'ada']],
    ['end_date=2026-03-05', ['ada']],
    ['start_date=2026-03-06&end_date=2026-03-06', ['bob']],
    ['start_date=2026-03-06T00:00:00.001Z&end_date=2026-04-01', []],
    ['end_date=2026-03-05T12:00:00Z', []],
    ['from=2026-03-05T12:00:00Z&to=2026-03-06T00:00:00Z', ['ada']],
  ] as const)('?%s has %j', async (query, names) => {
    expect(await ids(`/runs?${query}`)).toEqual(names.map((name) => runs[name]));
  });

  it('refuses unknown agents, malformed filters and mixed filter names', async () => {
    expect((await workspace.get('/runs?agent=nobody')).status).toBe(404);
    expect((await workspace.get('/agents/nobody/runs')).status).toBe(404);
    for (const query of [
      'status=done',
      'min_cost_usd=-1',
      'start_date=yesterday',
      'session=x',
      'user=ada',
    ])
      expect([query, (await workspace.get(`/runs?${query}`)).status]).toEqual([query, 422]);
  });
});

describe('lists across agents, by key', () => {
  it('are limited to the agents of a limited key, and to the sessions of a runtime key', async () => {
    const limited = await workspace.withRole('editor', [shop]);
    expect(await ids('/runs', limited)).toEqual([runs.once]);
    expect(await ids('/sessions', limited)).toEqual([]);
    expect((await limited.get('/runs?agent=desk')).status).toBe(404);
    expect((await limited.get('/sessions?agent=desk')).status).toBe(404);
    const runtime = await workspace.withRole('runtime');
    expect(await ids('/runs', runtime)).toEqual([]);
    const own = await ask(runtime, desk, 'eve');
    expect(await ids('/runs', runtime)).toEqual([own.run]);
    expect(await ids('/sessions', runtime)).toEqual([own.session]);
    expect((await runtime.get(`/messages/${own.message}`)).body).toMatchObject({
      id: own.message,
      session_id: own.session,
      role: 'assistant',
    });
    await workspace.delete(`/sessions/${own.session}`);
  });

  it('show a viewer runs and sessions without texts, and no messages', async () => {
    const viewer = await workspace.withRole('viewer');
    const { body } = await viewer.get('/sessions?q=shop');
    expect(body.data).toEqual([]);
    expect((await viewer.get('/runs')).status).toBe(200);
    const made = await ask(workspace, desk, 'max');
    expect((await viewer.get(`/messages/${made.message}`)).status).toBe(403);
    await workspace.delete(`/sessions/${made.session}`);
  });

  it('find sessions of all agents by words and filters', async () => {
    const made = await ask(workspace, shop, 'zoe');
    expect(await ids('/sessions?q=shop%20open&end_user_id=zoe')).toEqual([made.session]);
    expect(await ids('/sessions?q=shop%20open')).toHaveLength(3);
    expect(await ids('/sessions?agent=shop')).toEqual([made.session]);
    expect(await ids('/sessions?end_date=2020-01-01')).toEqual([]);
    const other = await newWorkspace();
    expect(await ids('/sessions?q=shop%20open', other)).toEqual([]);
    await other.post('/agents', { name: 'Nobody' });
    expect(await ids('/sessions?q=shop%20open', other)).toEqual([]);
  });
});

describe('a workspace with a thousand agents', () => {
  it('is searched across all of them', async () => {
    const many = await newWorkspace();
    const first = (await many.post('/agents', { name: 'First' })).body.id;
    const { session } = await ask(many, first, 'ada');
    const rows = env.DB.prepare(`
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 1500)
      insert into agents (id, workspace_id, slug, name, description, tags, active_version_id, latest_version, revision, archived_at, created_at, updated_at)
      select substr(a.id, 1, 26) || printf('%04d', n.i), a.workspace_id, 'n' || n.i, 'N', '', '[]', a.active_version_id, 1, 1, 1, 1, 1
      from n, agents a where a.id = ?`);
    expect((await rows.bind(first).run()).meta.changes).toBeGreaterThanOrEqual(1500);
    expect(await ids('/sessions?q=shop', many)).toEqual([session]);
    expect(await ids('/sessions?q=absent', many)).toEqual([]);
  });
});

describe('one message', () => {
  it('is returned as in the list, in one trip', async () => {
    const { session, message } = await ask(workspace, desk, 'kim');
    await workspace.put(`/messages/${message}/feedback`, { rating: 'up' });
    await workspace.post(`/messages/${message}/regenerate`, {});
    const listed = (await workspace.get(`/sessions/${session}/messages?branch=all`)).body.data;
    for (const entry of listed) {
      const { body, headers } = await workspace.get(`/messages/${entry.id}`);
      expect(body).toEqual(entry);
      expect(headers.get('server-timing')).toMatch(/desc="1 trips/);
    }
    expect(listed).toHaveLength(3);
  });
});

it('accepts the same period filters in every list, and marks the old ones as deprecated', async () => {
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
  const dated = operations.filter(
    ({ method, path, parameters }) =>
      // Between revisions, which are numbers.
      method === 'GET' && !path.endsWith('/diff') && parameters.some(({ name }) => name === 'from'),
  );
  expect(dated.length).toBeGreaterThan(5);
  for (const operation of dated) {
    const names = operation.parameters.map(({ name }) => name);
    expect(names, operation.name).toEqual(expect.arrayContaining(['start_date', 'end_date']));
    const old = operation.parameters.filter(({ name }) =>
      ['from', 'to', 'end_user'].includes(name),
    );
    expect(old, operation.name).toEqual(
      old.map((parameter) => ({ ...parameter, deprecated: true })),
    );
    // Neither lists of the deployment nor files.
    if (operation.access === 'root' || operation.path.endsWith('/export')) continue;
    const path = operation.path.replace('/api/v1', '').replace('{agent}', 'desk');
    expect(await ids(`${path}?start_date=${tomorrow}`), operation.name).toEqual([]);
  }
});

it('reads one key, without its secret', async () => {
  const key = (await workspace.post('/api-keys', { name: 'Site', role: 'viewer' })).body;
  const { secret, ...rest } = key;
  expect((await workspace.get(`/api-keys/${key.id}`)).body).toEqual(rest);
  expect(JSON.stringify((await workspace.get(`/api-keys/${key.id}`)).body)).not.toContain(secret);
});
