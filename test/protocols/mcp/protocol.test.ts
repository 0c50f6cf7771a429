import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { toToolName } from '../../../src/protocols/mcp/tool-names.ts';
import { newWorkspace, request } from '../../support/api.ts';
import { requestWith } from '../../support/worker.ts';
import { call, callTool, generations, newScene } from './support.ts';

const accept = 'application/json, text/event-stream';
const list = { jsonrpc: '2.0', id: 1, method: 'tools/list', params: {} };

describe('MCP: the transport', () => {
  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25', '1999-01-01'])(
    'initializes a client of %s without a session',
    async (protocolVersion) => {
      const { key } = await newWorkspace();
      const clientInfo = { name: 'test', version: '1' };
      const given = { protocolVersion, capabilities: {}, clientInfo };
      const { result, headers } = await call(key, 'initialize', given, {
        headers: { 'mcp-protocol-version': '' },
      });
      expect(result.protocolVersion).toBe(
        protocolVersion === '1999-01-01' ? '2025-11-25' : protocolVersion,
      );
      expect(result).toMatchObject({
        capabilities: { tools: {}, resources: {}, prompts: {} },
        serverInfo: { name: 'agentgrid' },
      });
      expect(headers.get('mcp-session-id')).toBeNull();
      const note = { jsonrpc: '2.0', method: 'notifications/initialized' };
      const noted = await request('POST', '/mcp', key, { headers: { accept }, json: note });
      expect([noted.status, noted.body]).toEqual([202, '']);
    },
  );

  it('describes itself to a client of 2026-07-28, and refuses other revisions', async () => {
    const { key, slug } = await newScene({ rounds: [] }, {}, { description: 'Knows machines.' });
    const path = `/mcp/agents/${slug}`;
    const { result } = await call(key, 'server/discover', {}, { path, generation: '2026-07-28' });
    expect(result.supportedVersions).toEqual(['2026-07-28']);
    expect(result.instructions).toContain('Knows machines.');
    const tools = await call(key, 'tools/list', {}, { path, generation: '2026-07-28' });
    expect([result, tools.result].map(({ cacheScope }) => cacheScope)).toEqual([
      'private',
      'private',
    ]);
    const headers = { 'mcp-protocol-version': '2027-01-01' };
    const later = await call(key, 'tools/list', {}, { generation: '2026-07-28', headers });
    expect([later.status, later.error.code]).toEqual([400, expect.any(Number)]);
    const listen = await call(key, 'subscriptions/listen', {}, { generation: '2026-07-28' });
    expect(listen).toMatchObject({ status: 404, error: { code: -32000 } });
  });

  it('requires a key, with an error in the form of the protocol (R1)', async () => {
    const { workspace, slug } = await newScene({ rounds: [] });
    for (const path of ['/mcp', `/mcp/agents/${slug}`])
      for (const key of [null, 'ag_nobody']) {
        const { status, headers, error } = await call(key, 'tools/list', {}, { path });
        expect(status).toBe(401);
        expect(headers.get('www-authenticate')).toMatch(/^Bearer /);
        expect(error.data).toMatchObject({ code: 'unauthenticated', request_id: /^req_/ });
      }
    const viewer = await workspace.withRole('viewer');
    expect((await call(viewer.key, 'tools/list')).error.data.code).toBe('forbidden');
    const other = await newWorkspace();
    const path = `/mcp/agents/${slug}`;
    const foreign = await call(other.key, 'tools/list', {}, { path });
    const unknown = await call(other.key, 'tools/list', {}, { path: '/mcp/agents/nobody' });
    const { request_id: _, ...data } = foreign.error.data;
    expect(foreign).toMatchObject({ status: 404, error: { message: unknown.error.message } });
    expect(data).toEqual({ code: 'not_found' });
    await workspace.delete(`/agents/${slug}`);
    expect((await call(workspace.key, 'tools/list', {}, { path })).status).toBe(409);
    expect((await callTool(workspace.key, `ask_${slug}`, { message: 'x' })).result.isError).toBe(
      true,
    );
  });

  it('accepts no requests of other web pages or for other hosts (R86)', async () => {
    const { key } = await newWorkspace();
    const send = async (origin: string, PUBLIC_HOSTS: string, method = 'POST') => {
      const headers = { accept, origin, 'access-control-request-method': 'POST' };
      const options = method === 'POST' ? { headers, json: list } : { headers };
      return requestWith({ PUBLIC_HOSTS }, method, '/mcp', key, options);
    };
    for (const origin of [
      'https://evil.example',
      'null',
      'https://agentgrid.test.evil.example',
      'http://agentgrid.test@evil.example',
      'file://agentgrid.test',
      'http://localhost:6274',
      '',
    ])
      for (const method of ['POST', 'OPTIONS']) {
        const refused = await send(origin, 'agentgrid.test', method);
        expect(refused.status, `${method} ${origin}`).toBe(403);
        expect(refused.headers.get('access-control-allow-origin')).toBeNull();
        expect(refused.body.error.data.code).toBe('forbidden');
      }
    const own = 'http://agentgrid.test';
    // Without PUBLIC_HOSTS the name may be one that an attacker lets resolve to this address.
    expect((await send(own, '')).status).toBe(403);
    const preflight = await send(own, 'agentgrid.test', 'OPTIONS');
    expect([preflight.status, preflight.headers.get('access-control-allow-origin')]).toEqual([
      204,
      own,
    ]);
    const accepted = await send(own, 'agentgrid.test');
    expect(accepted.status).toBe(200);
    expect(accepted.headers.get('access-control-allow-origin')).toBe(own);
    const json = { headers: { accept }, json: list };
    const elsewhere = await requestWith(
      { PUBLIC_HOSTS: 'api.example.com' },
      'POST',
      '/mcp',
      key,
      json,
    );
    expect(elsewhere.status).toBe(403);
    expect(elsewhere.body.error.message).toContain('PUBLIC_HOSTS');
  });

  it('has no stream of its own, and refuses what is not one message', async () => {
    const { key } = await newWorkspace();
    for (const method of ['GET', 'DELETE', 'PUT']) {
      const { status, headers, body } = await request(method, '/mcp', key, { headers: { accept } });
      expect([status, headers.get('allow'), body.jsonrpc]).toEqual([405, 'POST', '2.0']);
    }
    const send = (body: string, headers: Record<string, string> = {}) =>
      request('POST', '/mcp', key, {
        headers: { accept, 'content-type': 'application/json', ...headers },
        body,
      });
    const deep = `${'['.repeat(40)}${']'.repeat(40)}`;
    for (const [body, status, code] of [
      ['', 400, -32700],
      ['{"jsonrpc":', 400, -32700],
      [`[${JSON.stringify(list)}]`, 400, -32600],
      ['[]', 400, -32600],
      ['null', 400, -32600],
      ['{}', 400, -32600],
      ['{"jsonrpc":"1.0","id":1,"method":"tools/list"}', 400, -32600],
      [`{"jsonrpc":"2.0","id":1,"method":"tools/list","params":{"x":${deep}}}`, 400, -32600],
      ['{"jsonrpc":"2.0","id":1,"method":"ping\\u0000"}', 400, -32600],
      [JSON.stringify({ ...list, params: { x: 'y'.repeat(1024 * 1024) } }), 413, -32000],
    ] as const) {
      const refused = await send(body);
      expect([refused.status, refused.body.error.code], body.slice(0, 60)).toEqual([status, code]);
    }
    expect((await send(JSON.stringify(list), { 'content-type': 'text/plain' })).status).toBe(415);
    expect((await send(JSON.stringify(list), { accept: 'text/html' })).status).toBe(406);
    expect((await send(JSON.stringify(list), { accept: '*/*' })).status).toBe(200);
    const answer = { jsonrpc: '2.0', id: 1, result: {} };
    expect((await send(JSON.stringify(answer))).status).toBe(400);
  });

  it.each(generations)('refuses unknown methods and odd parameters (%s)', async (generation) => {
    const { key } = await newWorkspace();
    const to = (method: string, params: object = {}) =>
      call(key, method, params as Record<string, unknown>, { generation });
    for (const method of [
      'tools/run',
      'sampling/createMessage',
      'completion/complete',
      '__proto__',
    ])
      expect((await to(method)).error.code, method).toBe(-32601);
    const progressToken = { a: 1 };
    for (const params of [
      { name: 7 },
      { name: 'ask_x', arguments: 'text' },
      { name: 'ask_x', _meta: { progressToken } },
      {},
    ])
      expect([-32600, -32602]).toContain((await to('tools/call', params)).error.code);
    expect((await to('tools/list', { cursor: 'x'.repeat(5000) })).error.code).toBe(-32602);
    const mismatch = await call(
      key,
      'tools/list',
      {},
      {
        generation: '2026-07-28',
        headers: { 'mcp-method': 'prompts/list' },
      },
    );
    expect([mismatch.status, mismatch.error.code]).toEqual([400, -32020]);
  });

  it('applies rate limits, and hides faults of its own', async () => {
    const { key, workspace } = await newScene({ rounds: [] });
    const faulty = {
      prepare: () => {
        throw new Error('secret of the database');
      },
    };
    const DB = { ...faulty, withSession: () => ({ ...faulty, getBookmark: () => null }) };
    const json = { headers: { accept }, json: list };
    const failed = await requestWith({ DB }, 'POST', '/mcp', key, json);
    expect(JSON.stringify(failed.body)).not.toContain('secret');
    await workspace.put('/rate-limits', { api_key: { default: { requests_per_minute: 1 } } });
    await call(key, 'tools/list');
    const limited = await call(key, 'tools/list');
    expect(limited).toMatchObject({ status: 429, error: { data: { code: 'rate_limited' } } });
    expect(limited.headers.get('retry-after')).not.toBeNull();
    expect(env.DB).toBeDefined();
  });
});

describe('MCP: the list of tools', () => {
  it('has pages, and a name for every agent that all clients accept', async () => {
    const { key, workspace } = await newScene({ rounds: [] });
    const long = 'a'.repeat(30).concat('-', 'b'.repeat(33));
    const slugs = ['7', 'x-y', long, `${long.slice(0, -1)}c`];
    for (const [index, slug] of slugs.entries())
      await workspace.post('/agents', { name: `N${index}`, slug: slug.padEnd(2, '7') });
    for (let index = 0; index < 18; index += 1)
      await workspace.post('/agents', { name: `More ${index}` });
    const names: string[] = [];
    let cursor: string | undefined;
    do {
      const page: { tools: { name: string }[]; nextCursor?: string } = (
        await call(key, 'tools/list', cursor === undefined ? {} : { cursor })
      ).result;
      names.push(...page.tools.map(({ name }) => name));
      cursor = page.nextCursor;
    } while (cursor !== undefined);
    expect(names).toHaveLength(23 + 3);
    expect(new Set(names).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^[a-z][a-z0-9_]{0,47}$/);
    expect(names).toContain('ask_x_y');
    expect(names).toContain(await toToolName(long));
    const asked = await callTool(key, await toToolName(long), { message: '' });
    expect(asked.result._meta['agentgrid/error'].code).toBe('validation_failed');
    const unknown = `${(await toToolName(long)).slice(0, -8)}00000000`;
    expect((await callTool(key, unknown, { message: 'x' })).error.code).toBe(-32602);
    const narrow = await workspace.withRole('runtime', [
      (await workspace.get('/agents/x-y')).body.id,
    ]);
    const seen = (await call(narrow.key, 'tools/list')).result.tools;
    expect(seen.map(({ name }: { name: string }) => name)).toEqual([
      ...['ask_x_y', 'search', 'fetch', 'get_answer'],
    ]);
    expect((await callTool(narrow.key, 'ask_support', { message: 'x' })).error.code).toBe(-32602);
  });
});
