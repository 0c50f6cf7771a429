import { createExecutionContext, waitOnExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { sections } from '../../src/end-users/exports/sections.ts';
import { exportJob } from '../../src/end-users/exports/write-archive.ts';
import { newId } from '../../src/shared/id.ts';
import { contextOf } from '../llm/support.ts';
import { newWorkspace, request, type Workspace } from '../support/api.ts';
import { tablesWith } from '../support/rows.ts';
import { runSchedule } from '../support/schedule.ts';

/** A person with a session, a file, a rating and a run without a session. */
async function live(workspace: Workspace, user: string) {
  const agent = (await workspace.post('/agents', { name: `Desk of ${user}` })).body.id;
  const { body } = await workspace.post('/end-user-tokens', {
    end_user_id: user,
    agent_ids: [agent],
  });
  const holder = workspace.as(body.token);
  const session = (await holder.post(`/agents/${agent}/sessions`, {})).body.id;
  const file = { name: 'note.txt', text: `The file of ${user}.` };
  const attached = (await holder.post(`/sessions/${session}/attachments`, file)).body.id;
  const sent = await holder.post(`/sessions/${session}/messages`, {
    message: `The question of ${user}.`,
    attachments: [attached],
  });
  expect(sent.status, JSON.stringify(sent.body)).toBe(200);
  await holder.put(`/messages/${sent.body.id}/feedback`, { rating: 'up', comment: 'Fine.' });
  await holder.post(`/agents/${agent}/runs`, { message: `Once more ${user}.` });
  return { agent, session };
}

async function exported(workspace: Workspace, user: string) {
  const started = await workspace.post(`/end-users/${user}/exports`, {});
  expect([started.status, started.body.status, started.body.url]).toEqual([202, 'running', null]);
  const read = async () =>
    (await workspace.get(`/end-users/${user}/exports/${started.body.id}`)).body;
  await vi.waitUntil(async () => (await read()).status === 'completed', {
    timeout: 150_000,
    interval: 100,
  });
  return read();
}

const objectsOf = async ({ id }: Workspace) =>
  (await env.FILES.list({ prefix: `${id}/exports/` })).objects;

describe('the export of an end user', () => {
  it('holds everything of the person and nothing of others, behind a signed link (R78)', async () => {
    const workspace = await newWorkspace();
    const { session } = await live(workspace, 'ann');
    await live(workspace, 'bob');
    const done = await exported(workspace, 'ann');
    expect(done.counts).toMatchObject({
      end_user: 1,
      session: 1,
      message: 2,
      attachment: 1,
      run: 2,
      one_off_run: 1,
      feedback: 1,
    });
    const path = new URL(done.url, 'http://agentgrid.test');
    const [object] = await objectsOf(workspace);
    const { body } = (await env.FILES.get(object?.key ?? '')) as R2ObjectBody;
    const text = await new Response(body.pipeThrough(new DecompressionStream('gzip'))).text();
    const lines = text
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ kind: 'export', format: 1, end_user_id: 'ann' });
    expect(lines.find(({ kind }) => kind === 'session').id).toBe(session);
    const content = lines.find(({ kind }) => kind === 'file_content');
    expect(atob(content.data.replaceAll('-', '+').replaceAll('_', '/'))).toBe('The file of ann.');
    expect(text).toContain('The question of ann.');
    expect(text).toContain('Once more ann.');
    expect(text).not.toContain('bob');
    expect(text).not.toContain(workspace.key);
    const link = await request('GET', `${path.pathname}${path.search}`, null);
    expect(link.status).toBe(200);
    expect(link.headers.get('content-disposition')).toContain(`${done.id}.ndjson.gz`);
    const changed = path.search.replace(/expires=\d+/, 'expires=99999999999');
    expect((await request('GET', path.pathname, null)).status).toBe(404);
    const suspend = (at: number | null) =>
      env.DB.prepare('update workspaces set suspended_at = ? where id = ?')
        .bind(at, workspace.id)
        .run();
    await suspend(1);
    expect((await request('GET', `${path.pathname}${path.search}`, null)).status).toBe(404);
    await suspend(null);
    for (const search of [changed, path.search.replace(/.$/, '~')])
      expect((await request('GET', `${path.pathname}${search}`, null)).status).toBe(403);
  });

  it('belongs to its end user and workspace, and needs a permission of the whole workspace (R2, R9)', async () => {
    const [workspace, stranger] = [await newWorkspace(), await newWorkspace()];
    const { agent } = await live(workspace, 'ann');
    await live(stranger, 'ann');
    const { id } = await exported(workspace, 'ann');
    expect((await stranger.get(`/end-users/ann/exports/${id}`)).status).toBe(404);
    expect((await workspace.get(`/end-users/bob/exports/${id}`)).status).toBe(404);
    expect((await workspace.post('/end-users/nobody/exports', {})).status).toBe(404);
    const limited = await workspace.withRole('admin', [agent]);
    const editor = await workspace.withRole('editor');
    for (const one of [limited, editor])
      expect((await one.post('/end-users/ann/exports', {})).status).toBe(403);
    expect((await workspace.get('/end-users/ann/exports')).body.data).toHaveLength(1);
  });

  it('is removed after a day', async () => {
    const workspace = await newWorkspace();
    await live(workspace, 'ann');
    const done = await exported(workspace, 'ann');
    expect(Date.parse(done.expires_at) - Date.parse(done.created_at)).toBe(86_400_000);
    await env.DB.prepare('update end_user_exports set expires_at = 1 where id = ?')
      .bind(done.id)
      .run();
    const execution = createExecutionContext();
    await runSchedule('7 * * * *', env as Env, execution);
    await waitOnExecutionContext(execution);
    expect(await objectsOf(workspace)).toEqual([]);
    expect((await workspace.get(`/end-users/ann/exports/${done.id}`)).status).toBe(404);
  });

  it('leaves no archive of an attempt that was interrupted when the end user was erased (R77)', async () => {
    const workspace = await newWorkspace();
    const id = newId('eux');
    const key = `${workspace.id}/exports/${id}.ndjson.gz`;
    await env.FILES.put(key, 'x');
    await exportJob.run(contextOf(workspace), { type: 'end_user.export', export_id: id });
    expect(await env.FILES.head(key)).toBeNull();
  });

  it('has a section for every table that holds the id of an end user (R78)', async () => {
    const covered = new Set(sections.map(({ table }) => table));
    // Exports and erasures are records about the person's requests, and hold nothing else.
    const missing = (await tablesWith('end_user_id')).filter((name) => !covered.has(name));
    expect(missing).toEqual(['end_user_exports', 'erasures']);
  });
});

describe('the list of end users', () => {
  it('has figures of everybody, filtered, sorted and paged', async () => {
    const workspace = await newWorkspace();
    await live(workspace, 'ann');
    await live(workspace, 'bob');
    const { body } = await workspace.get('/end-users?limit=1');
    expect(body.data).toMatchObject([
      {
        id: 'bob',
        session_count: 1,
        run_count: 2,
        feedback: { count: 1, positive: 1, negative: 0 },
      },
    ]);
    const next = await workspace.get(`/end-users?limit=1&cursor=${body.next_cursor}`);
    expect(next.body.data.map(({ id }: { id: string }) => id)).toEqual(['ann']);
    expect(next.body.next_cursor).toBe(null);
    const ids = async (query: string) =>
      (await workspace.get(`/end-users?${query}`)).body.data.map(({ id }: { id: string }) => id);
    expect(await ids('q=an')).toEqual(['ann']);
    expect(await ids('q=n')).toEqual([]);
    expect((await ids('sort=cost')).sort()).toEqual(['ann', 'bob']);
    expect(await ids('end_date=2020-01-01')).toEqual([]);
    expect((await workspace.get('/end-users/ann')).body).toMatchObject({ id: 'ann', cost_usd: 0 });
    expect((await workspace.get('/end-users/eve')).status).toBe(404);
    const [session] = (await workspace.get('/sessions?end_user_id=ann')).body.data;
    await workspace.delete(`/sessions/${session.id}`);
    expect((await workspace.get('/end-users/ann')).body).toMatchObject({
      session_count: 0,
      run_count: 2,
      feedback: { count: 0 },
    });
  });
});
