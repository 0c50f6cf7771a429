import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { FakeMcp } from '../../support/mcp/client.ts';
import type { FakeSpec } from '../../support/mcp/fake.ts';
import { addServer, calls, newAgent, search, testTool } from './support.ts';

const nested = (levels: number): unknown =>
  JSON.parse(`${'{"properties":{"a":'.repeat(levels)}{}${'}}'.repeat(levels)}`);
const deep = (levels: number): unknown => JSON.parse('['.repeat(levels) + ']'.repeat(levels));
const html = { body: '<html>', headers: { 'content-type': 'text/html' } };
const one = (more: object) => [{ ...search, ...more }];

describe('a hostile MCP server', () => {
  it.each<[string, FakeSpec, string]>([
    ['a cursor that never ends', { tools: one({}), is_endless: true }, 'too many pages'],
    [
      'too many tools',
      { tools: Array.from({ length: 300 }, (_, n) => ({ name: `t${n}` })) },
      'at most 256',
    ],
    ['HTML', { faults: { 'server/discover': html, initialize: html } }, 'neither JSON'],
    ['text that is not JSON', { faults: { 'tools/list': { body: 'nonsense' } } }, 'not valid MCP'],
    [
      'JSON that is not JSON-RPC',
      { faults: { 'tools/list': { body: '{"a":[1]}' } } },
      'not valid MCP',
    ],
    [
      'the answer to another request',
      { faults: { 'tools/list': { wrong_id: true } } },
      'without an answer',
    ],
    [
      'a stream that ends early',
      {
        faults: {
          'tools/list': { body: ': ping\n\n', headers: { 'content-type': 'text/event-stream' } },
        },
      },
      'without an answer',
    ],
    [
      'a huge list',
      { faults: { 'tools/list': { body: 'x'.repeat(1000), repeat: 9000 } } },
      'bytes',
    ],
    [
      'a redirect to another origin',
      {
        faults: {
          'server/discover': { status: 307, headers: { location: 'https://evil.example.org/mcp' } },
        },
      },
      'another',
    ],
    [
      'an error with an endless message',
      {
        faults: {
          'server/discover': { status: 500, body: 'y'.repeat(100_000) },
          initialize: { status: 500 },
        },
      },
      'HTTP 500',
    ],
  ])('that answers with %s is refused with the reason', async (_, spec, reason) => {
    const workspace = await newWorkspace();
    const { made } = await addServer(workspace, spec);
    expect(made.status).toBe('failed');
    expect(made.error).toMatch(new RegExp(reason));
    expect(made.error.length).toBeLessThan(400);
    expect(made.catalog).toEqual([]);
  });

  it('has tools with unusable definitions left out, and the others made harmless (R16, R40, R43)', async () => {
    const workspace = await newWorkspace();
    const schema = (more: object) => ({ type: 'object', ...more });
    const tools = [
      { name: 'deep', inputSchema: schema({ default: deep(60) }) },
      { name: 'large', description: 'x'.repeat(20_000) },
      { name: 'wrong', inputSchema: schema({ required: 'query' }) },
      { name: 'bad\nname' },
      { name: 'twice' },
      { name: 'twice' },
      {
        name: 'recursive',
        description: 'Finds\u200b.\u{e0049}\u{e0047}\u0000',
        inputSchema: schema({
          properties: {
            filter: { $ref: '#/$defs/filter' },
            slow: { type: 'string', pattern: '^(a+)+$' },
            far: { $ref: 'https://evil.example.org/schema' },
          },
          $defs: {
            filter: { type: 'object', properties: { and: { items: { $ref: '#/$defs/filter' } } } },
          },
        }),
      },
      { name: 'nested', inputSchema: schema({ properties: { a: nested(30) } }) },
    ];
    const { made, id } = await addServer(workspace, { tools });
    expect(made.status, made.error).toBe('ready');
    expect(made.refused.map(({ name }: { name: string }) => name)).toEqual([
      ...['deep', 'large', 'wrong', 'badname', 'twice', 'nested'],
    ]);
    expect(made.catalog.map(({ name }: { name: string }) => name)).toEqual(['recursive', 'twice']);
    const [recursive] = made.catalog;
    expect(recursive.description).toBe('Finds.');
    expect(JSON.stringify(recursive.input_schema)).not.toMatch(/evil|a\+|\$ref/);
    const filter = { and: [{ and: [] }] };
    expect(await testTool(workspace, id, 'recursive', { filter, slow: 'aaaa!' })).toMatchObject({
      ok: true,
    });
  });

  it('cannot send results that are large, slow, of another shape, or the failures of which say much', async () => {
    const workspace = await newWorkspace();
    const outputSchema = {
      type: 'object',
      properties: { n: { type: 'integer' } },
      required: ['n'],
    };
    const result = (structuredContent: unknown) => ({ content: [], structuredContent });
    const tools = [
      { name: 'good', outputSchema, result: result({ n: 1 }) },
      { name: 'shape', outputSchema, result: result({ n: 'one' }) },
      { name: 'none', outputSchema, result: { content: [{ type: 'text', text: '{"n":1}' }] } },
      { name: 'large', result: { content: [{ type: 'text', text: 'x'.repeat(5000) }] } },
      {
        name: 'fails',
        result: { isError: true, content: [{ type: 'text', text: 'No such ticket.' }] },
      },
      { name: 'throws', error: { code: -32603, message: 'TypeError at /srv/app.js '.repeat(200) } },
      {
        name: 'asks',
        result: { resultType: 'input_required', inputRequests: {}, requestState: 'x' },
      },
      {
        name: 'parts',
        result: { content: Array.from({ length: 300 }, () => ({ type: 'text', text: '' })) },
      },
    ];
    const { id } = await addServer(workspace, { tools }, { max_bytes: 20_000 });
    const errorOf = async (name: string) => (await testTool(workspace, id, name)).error;
    expect(await testTool(workspace, id, 'good')).toMatchObject({ ok: true, output: { n: 1 } });
    expect(await errorOf('shape')).toContain('does not match the schema');
    expect(await errorOf('none')).toContain('returned none');
    expect(await errorOf('fails')).toBe('No such ticket.');
    expect((await errorOf('throws')).length).toBeLessThan(700);
    expect(await errorOf('asks')).toContain('input_required');
    expect(await errorOf('parts')).toContain('300 parts'.slice(4));
    await workspace.patch(`/tools/mcp/${id}`, { max_bytes: 1000, timeout_ms: 1000 });
    expect(await errorOf('large')).toContain('too_large');
  });

  it('is given up at the time limit, whatever it sends', async () => {
    const workspace = await newWorkspace();
    const { server, id } = await addServer(workspace, { tools: [search] }, { timeout_ms: 1000 });
    await server.becomes({
      tools: [search],
      faults: { 'tools/call': { delay_ms: 4000, status: 200 } },
    });
    const started = Date.now();
    const answer = await testTool(workspace, id, 'search', { query: 'x' });
    expect(answer.error).toContain('timeout');
    expect(Date.now() - started).toBeLessThan(3500);
  });

  it('is given up when the run is cancelled', async () => {
    const workspace = await newWorkspace();
    const { server } = await addServer(workspace, { tools: [search] }, { timeout_ms: 60_000 });
    const round = { tool_calls: [calls('tickets__search', { query: 'a' })] };
    const never = { approvals: { write: 'never' } };
    const { agent } = await newAgent(workspace, ['tickets__search'], [round], never);
    const faults = { 'tools/call': { delay_ms: 60_000, status: 200 } };
    await server.becomes({ tools: [search], faults });
    const { body } = await workspace.post(`/agents/${agent.id}/runs`, {
      ...{ message: 'Hi', background: true },
    });
    const run = body.run?.id ?? body.id;
    const called = async () => (await server.calls('tools/call')).length;
    await expect.poll(called, { timeout: 150_000 }).toBe(1);
    await workspace.post(`/runs/${run}/cancel`);
    const read = async () => (await workspace.get(`/runs/${run}`)).body;
    await expect.poll(async () => (await read()).status, { timeout: 150_000 }).toBe('cancelled');
    const step = (await read()).steps.find(({ type }: { type: string }) => type === 'tool');
    expect(step.error).toContain('(aborted)');
    await server.becomes({ tools: [search] });
  });

  it('that has lost a session, or changed its generation, is connected to once more', async () => {
    const workspace = await newWorkspace();
    const lost = { 'tools/call': { status: 404, times: 1 } };
    const { server, id } = await addServer(workspace, { era: 'legacy', tools: [search] });
    await server.becomes({ era: 'legacy', tools: [search], faults: lost });
    expect(await testTool(workspace, id, 'search', { query: 'x' })).toMatchObject({ ok: true });
    expect(await server.calls('tools/call')).toHaveLength(2);
    await server.becomes({ era: 'modern', tools: [search] });
    expect(await testTool(workspace, id, 'search', { query: 'x' })).toMatchObject({ ok: true });
    await server.becomes({
      era: 'legacy',
      tools: [search],
      faults: { 'server/discover': { status: 500 } },
    });
    const again = await workspace.post(`/tools/mcp/${id}/refresh`);
    expect(again.body.server).toMatchObject({ status: 'ready', error: null });
    const failing = { 'tools/call': { status: 500 } };
    await server.becomes({ era: 'legacy', tools: [search], faults: failing });
    await workspace.patch(`/tools/mcp/${id}`, { url: `${server.url}/` });
    expect((await testTool(workspace, id, 'search', { query: 'x' })).error).toContain('HTTP 500');
    expect(await server.calls('tools/call')).toHaveLength(4);
    const gone = { 'tools/call': { status: 404 } };
    await server.becomes({ era: 'legacy', tools: [search], faults: gone });
    expect((await testTool(workspace, id, 'search', { query: 'x' })).error).toContain(
      'session_lost',
    );
    expect(await server.calls('tools/call')).toHaveLength(6);
  });

  it('is followed to the same origin', async () => {
    const workspace = await newWorkspace();
    const server = await FakeMcp.start({
      tools: [search],
      faults: { 'server/discover': { status: 307, headers: { location: '/mcp/' }, times: 1 } },
    });
    const { body } = await workspace.post('/tools/mcp', { name: 'x', url: server.url });
    expect(body.status, body.error).toBe('ready');
  });
});
