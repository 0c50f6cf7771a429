import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../../support/api.ts';
import { FakeMcp } from '../../support/mcp/client.ts';
import { canary } from '../support.ts';

const search = {
  name: 'search',
  description: 'Searches tickets.',
  inputSchema: { type: 'object', properties: { query: { type: 'string' } }, required: ['query'] },
};

const add = (workspace: Workspace, server: FakeMcp, more: object = {}) =>
  workspace.post('/tools/mcp', { name: 'tickets', url: server.url, ...more });

const call = async (workspace: Workspace, id: string, tool: string, input: object = {}) =>
  (await workspace.post(`/tools/mcp/${id}/test`, { tool, input })).body;

describe('MCP servers', () => {
  it.each(['modern', 'legacy'] as const)(
    'lists all pages and calls a tool over the %s protocol, in a session of its own (R40)',
    async (era) => {
      const workspace = await newWorkspace();
      const tools = [search, ...['a', 'b', 'c', 'd'].map((name) => ({ name }))];
      const server = await FakeMcp.start({ era, tools, page_size: 2, streams: era === 'legacy' });
      const made = await add(workspace, server);
      expect(made.status, JSON.stringify(made.body)).toBe(201);
      expect(made.body).toMatchObject({ status: 'ready', error: null, revision: 1 });
      expect(made.body.catalog.map((tool: { tool_name: string }) => tool.tool_name)).toEqual([
        ...['tickets__a', 'tickets__b', 'tickets__c', 'tickets__d', 'tickets__search'],
      ]);
      expect(made.body.server_info).toEqual({
        ...{ name: 'fake', version: '1.2.3' },
        protocol_version: era === 'modern' ? '2026-07-28' : '2025-11-25',
      });
      const { id } = made.body;
      for (const query of ['one', 'two'])
        expect(await call(workspace, id, 'search', { query })).toMatchObject({
          ok: true,
          output: JSON.stringify({ query }),
        });
      const calls = await server.calls('tools/call');
      const sessions = calls.map(({ headers }) => headers['mcp-session-id']);
      expect(new Set(sessions).size).toBe(era === 'legacy' ? 2 : 1);
      // The version of the listing is known, so nothing is negotiated again.
      expect(await server.calls('server/discover')).toHaveLength(1);
      const aged = 'update mcp_servers set refreshed_at = 1 where id = ?';
      await env.DB.prepare(aged).bind(id).run();
      await call(workspace, id, 'search', { query: 'three' });
      const shown = await workspace.get(`/tools/mcp/${id}`);
      expect(shown.body.server_info).toEqual(made.body.server_info);
      expect(await call(workspace, id, 'search', { query: 7 })).toMatchObject({ ok: false });
      expect((await workspace.get('/tools/mcp')).body.data).toHaveLength(1);
    },
  );

  it('sends a sealed header to its origin alone, and shows it nowhere (R37, R46)', async () => {
    const workspace = await newWorkspace();
    const tools = [
      { name: 'echo', result: { content: [{ type: 'text', text: `got ${canary}` }] } },
    ];
    const server = await FakeMcp.start({ tools, authorization: `Bearer ${canary}` });
    const auth = { type: 'header', header: 'Authorization', value: `Bearer ${canary}` };
    const made = await add(workspace, server, { auth });
    expect(made.body).toMatchObject({
      status: 'ready',
      auth: { type: 'header', header: 'Authorization', last_four: 'cdef' },
    });
    const { id } = made.body;
    expect(await call(workspace, id, 'echo')).toMatchObject({ ok: true, output: 'got [secret]' });
    const other = await FakeMcp.start({ tools });
    const moved = await workspace.patch(`/tools/mcp/${id}`, { url: other.url });
    expect(moved.status).toBe(422);
    expect(moved.body.errors[0].pointer).toBe('/auth');
    const rows = await env.DB.prepare('select * from mcp_servers where id = ?').bind(id).all();
    expect(JSON.stringify(rows.results)).not.toContain(canary);
    const open = await workspace.patch(`/tools/mcp/${id}`, {
      ...{ url: other.url, auth: { type: 'none' } },
    });
    expect(open.body.auth).toEqual({ type: 'none' });
    await call(workspace, id, 'echo');
    for (const { headers } of await other.calls()) expect(headers.authorization).toBeUndefined();
    expect(await secretsOf(id)).toBe(0);
  });

  it('is created with the reason when it refuses the credentials, and works once they are set', async () => {
    const workspace = await newWorkspace();
    const server = await FakeMcp.start({ tools: [search], authorization: 'Bearer right' });
    const made = await add(workspace, server);
    expect(made.status).toBe(201);
    expect(made.body).toMatchObject({ status: 'auth_required', catalog: [], refreshed_at: null });
    const { id } = made.body;
    const auth = { type: 'header', value: 'Bearer right' };
    const etag = { headers: { 'if-match': '"1"' } };
    expect((await workspace.patch(`/tools/mcp/${id}`, { auth }, etag)).status).toBe(200);
    expect((await workspace.patch(`/tools/mcp/${id}`, { auth }, etag)).status).toBe(412);
    const { body } = await workspace.post(`/tools/mcp/${id}/refresh`);
    expect(body.server.status).toBe('ready');
    expect((await workspace.get(`/tools/mcp/${id}`)).body.catalog[0].state).toBe('accepted');
    expect((await workspace.delete(`/tools/mcp/${id}`)).status).toBe(204);
    expect((await workspace.get(`/tools/mcp/${id}`)).status).toBe(404);
    expect(await secretsOf(id)).toBe(0);
    expect(
      await env.DB.prepare('select 1 from mcp_tools where server_id = ?').bind(id).first(),
    ).toBeNull();
  });

  it('has names of tools that no other tool of the workspace can have', async () => {
    const workspace = await newWorkspace();
    const long = 'a.tool/with spaces and ünicode that is far longer than models accept';
    const server = await FakeMcp.start({ tools: [{ name: long }, { name: 'constructor' }] });
    const { body } = await add(workspace, server);
    const names = body.catalog.map((tool: { tool_name: string }) => tool.tool_name);
    for (const name of names) expect(name).toMatch(/^tickets__[a-zA-Z0-9_-]{1,55}$/);
    expect(await call(workspace, body.id, 'constructor')).toMatchObject({ ok: true });
    expect(body.catalog.map((tool: { effect: string }) => tool.effect)).toEqual(['write', 'write']);
    const http = {
      ...{ name: 'tickets__mine', description: 'x', effect: 'read' },
      ...{ url: 'https://api.example.com', input_schema: { type: 'object', properties: {} } },
    };
    expect((await workspace.post('/tools', http)).body.code).toBe('name_taken');
    expect((await workspace.post('/tools', { ...http, name: 'wiki__mine' })).status).toBe(201);
    expect((await add(workspace, server, { name: 'wiki' })).body.code).toBe('name_taken');
    expect((await add(workspace, server)).body.code).toBe('name_taken');
    expect((await add(workspace, server, { name: 'a__b' })).status).toBe(422);
  });

  it.each([
    'http://mcp.example.com/mcp',
    'https://127.0.0.1/mcp',
    'https://user:pass@mcp.example.com/',
    'stdio:server',
    'https://mcp.example.com/#x',
  ])('refuses the address %s (R34, R40)', async (url) => {
    const workspace = await newWorkspace();
    const { status, body } = await workspace.post('/tools/mcp', { name: 'x', url });
    expect(status).toBe(422);
    expect(body.code).toBe('url_not_allowed');
    expect(body.errors[0].pointer).toBe('/url');
  });
});

const secretsOf = async (id: string) =>
  env.DB.prepare('select count(*) as n from secrets where owner_id = ?')
    .bind(id)
    .first<number>('n');
