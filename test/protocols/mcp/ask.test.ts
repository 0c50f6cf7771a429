import { describe, expect, it } from 'vitest';
import { Site } from '../../support/outbound.ts';
import type { Round } from '../../support/provider/script.ts';
import { call, callTool, generations, newScene, open, type Scene } from './support.ts';

const usage = { input_tokens: 5, output_tokens: 2 };
const says = (...text: string[]): Round => ({ text, usage });
const noteOf = ({ result }: Awaited<ReturnType<typeof callTool>>): string =>
  result.content.at(-1).text;

describe.each(generations)('MCP %s: ask_…', (generation) => {
  it('asks an agent and continues the conversation', async () => {
    const scene = await newScene({ rounds: [says('Hello ', 'there.'), says('Again.')] });
    const { key, workspace, agent, scripted } = scene;
    const first = await callTool(key, 'ask_support', { message: 'Hi' }, { generation });
    expect(first).toMatchObject({ status: 200, events: [] });
    expect(first.headers.get('server-timing')).toContain('db;');
    const { structuredContent: answer, content, isError } = first.result;
    expect([isError, content[0].text]).toEqual([undefined, 'Hello there.']);
    expect(answer).toMatchObject({ answer: 'Hello there.', status: 'completed', citations: [] });
    for (const id of [answer.session_id, answer.run_id]) expect(noteOf(first)).toContain(id);
    const { session_id } = answer;
    const more = { message: 'And?', session_id };
    const second = await callTool(key, 'ask_support', more, {
      ...{ generation, path: `/mcp/agents/${agent}`, meta: { progressToken: 'p' } },
    });
    expect(second.result.structuredContent).toMatchObject({ answer: 'Again.', session_id });
    const steps = second.events.map(({ params }) => params.message);
    const { run_id } = second.result.structuredContent;
    expect(steps).toEqual([`Run ${run_id} has started.`, 'Writing the answer.']);
    expect(second.events.map(({ params }) => params.progress)).toEqual([1, 2]);
    const [, sent] = await scripted.requests();
    expect(JSON.stringify(sent?.body.messages)).toContain('Hello there.');
    const session = (await workspace.get(`/sessions/${session_id}`)).body;
    expect(session).toMatchObject({ agent_id: agent, message_count: 4 });
    expect((await workspace.get(`/runs/${run_id}`)).body.usage.input_tokens).toBe(5);
  });

  it('returns failures as results that name what to do, without internals', async () => {
    const scene = await newScene({ rounds: [{ fault: { kind: 'status', status: 401 } }] });
    const { key, workspace } = scene;
    const ask = (args: object, name = 'ask_support') => callTool(key, name, args, { generation });
    const failed = await ask({ message: 'Hi' });
    expect(failed).toMatchObject({ status: 200, result: { isError: true } });
    expect(failed.result._meta['agentgrid/error'].code).toBe('provider_auth');
    expect(noteOf(failed)).toMatch(/run_id: run_\w+/);
    const invalid = await ask({ massage: 'Hi', session_id: 'ses_x' });
    expect(invalid.result.isError).toBe(true);
    expect(noteOf(invalid)).toContain('message');
    expect(noteOf(invalid)).toContain('validation_failed');
    const gone = await ask({ message: 'Hi', session_id: 'ses_01kajv2q5ve0mt8h2vj3c6x7ra' });
    expect(gone.result._meta['agentgrid/error'].code).toBe('not_found');
    for (const name of ['ask_nobody', 'ask_', '__proto__', 'constructor'])
      expect((await ask({ message: 'Hi' }, name)).error, name).toMatchObject({ code: -32602 });
    await workspace.put('/prices', {
      overrides: [{ model: 'openai-compatible/scripted', input: 1, output: 1 }],
    });
    const budget = { name: 'None', scope: 'workspace', period: 'month', limit_usd: 0 };
    const { status, body } = await workspace.post('/budgets', budget);
    expect(status, JSON.stringify(body)).toBe(201);
    const refused = await ask({ message: 'Hi' });
    expect(refused.result.isError).toBe(true);
    expect(refused.result._meta['agentgrid/error'].code).toBe('budget_exceeded');
  });
});

describe('MCP: the tool of an agent', () => {
  it('has the fields of its form, which start a conversation', async () => {
    const inputs = [
      { type: 'text', name: 'city', label: 'City', required: true },
      { type: 'select', name: 'tone', label: 'Tone', options: ['dry', 'warm'], default: 'dry' },
    ];
    const config = { inputs, instructions: 'In {{city}}, {{tone}}.' };
    const { key, scripted } = await newScene({ rounds: [says('Rain.')], repeat: true }, config);
    const [tool] = (await call(key, 'tools/list')).result.tools;
    expect(tool.inputSchema.properties.inputs).toMatchObject({
      properties: { city: { type: 'string' }, tone: { enum: ['dry', 'warm'], default: 'dry' } },
      required: ['city'],
    });
    const missing = await callTool(key, 'ask_support', { message: 'Weather?' });
    expect(noteOf(missing)).toContain('validation_failed');
    const args = { message: 'Weather?', inputs: { city: 'Bern' } };
    const { result } = await callTool(key, 'ask_support', args);
    expect((await scripted.requests())[0]?.body.messages[0].content).toContain('In Bern, dry.');
    const { session_id } = result.structuredContent;
    const changed = await callTool(key, 'ask_support', { ...args, session_id });
    expect(noteOf(changed)).toContain('keeps its inputs');
  });

  it('returns a structured answer as an object', async () => {
    const output_schema = {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { n: { $ref: '#/$defs/count' } },
      required: ['n'],
      additionalProperties: false,
      $defs: { count: { type: 'number' } },
    };
    const { key } = await newScene({ rounds: [says('{"n":4}')] }, { output_schema });
    const [tool] = (await call(key, 'tools/list')).result.tools;
    // References would be relative to the schema of the tool.
    expect(tool.outputSchema.properties.output).toMatchObject({
      properties: { n: { type: 'number' } },
      required: ['n'],
    });
    expect(JSON.stringify(tool)).not.toContain('$ref');
    const { result } = await callTool(key, 'ask_support', { message: 'A number' });
    expect(result.structuredContent).toMatchObject({ output: { n: 4 }, answer: '{"n":4}' });
  });

  it('has the hints of its tools', async () => {
    const { key, workspace, agent } = await newScene({ rounds: [says('x')] });
    const hints = async () => (await call(key, 'tools/list')).result.tools[0].annotations;
    expect(await hints()).toMatchObject({ readOnlyHint: true, openWorldHint: false });
    const url = new Site().url('/orders');
    const input_schema = { type: 'object', properties: {} };
    const tool = { description: 'Orders.', method: 'POST', url, input_schema };
    for (const [name, effect] of [
      ['change', 'write'],
      ['remove', 'destructive'],
    ] as const) {
      await workspace.post('/tools', { ...tool, name, effect });
      await workspace.patch(`/agents/${agent}`, { config: { tools: [name] } });
      expect(await hints()).toMatchObject({
        ...{ readOnlyHint: false, openWorldHint: true },
        destructiveHint: effect === 'destructive',
      });
    }
    await workspace.patch(`/agents/${agent}`, { config: { tools: ['agent'] } });
    expect(await hints()).toMatchObject({ readOnlyHint: false, destructiveHint: true });
  });

  it('returns a run that waits for a person, and its answer after the decision (R41)', async () => {
    const remove = { id: 'call_1', name: 'remove', arguments: {} };
    const scene = await newScene({ rounds: [{ tool_calls: [remove], usage }, says('Removed.')] });
    const { key, workspace, agent } = scene;
    const site = new Site();
    await site.answers('/orders', { body: '{}', headers: { 'content-type': 'application/json' } });
    const input_schema = { type: 'object', properties: {} };
    const tool = { description: 'x', method: 'DELETE', url: site.url('/orders'), input_schema };
    await workspace.post('/tools', { ...tool, name: 'remove', effect: 'destructive' });
    const approvals = { destructive: 'always' };
    await workspace.patch(`/agents/${agent}`, { config: { tools: ['remove'], approvals } });
    const waiting = await callTool(key, 'ask_support', { message: 'Remove it.' });
    const { run_id, session_id, status, required_actions } = waiting.result.structuredContent;
    expect([status, waiting.result.isError]).toEqual(['requires_action', undefined]);
    expect(required_actions).toMatchObject([{ tool_name: 'remove', tool_call_id: 'call_1' }]);
    expect(noteOf(waiting)).toContain(`/api/v1/runs/${run_id}/actions`);
    const again = await callTool(key, 'get_answer', { run_id });
    expect(again.result.structuredContent).toMatchObject({ status: 'requires_action', run_id });
    const busy = await callTool(key, 'ask_support', { message: 'And?', session_id });
    expect(busy.result._meta['agentgrid/error']).toMatchObject({ code: 'session_busy', run_id });
    const actions = [{ type: 'approval', tool_call_id: 'call_1', decision: 'approve' }];
    const decided = await workspace.post(`/runs/${run_id}/actions`, { actions });
    expect([decided.status, decided.body.run?.status], JSON.stringify(decided.body)).toEqual([
      200,
      'completed',
    ]);
    const { result } = await callTool(key, 'get_answer', { run_id });
    expect(result.structuredContent).toMatchObject({ answer: 'Removed.', status: 'completed' });
    expect(await site.calls()).toHaveLength(1);
    await workspace.post('/agents', { name: 'Other' });
    const elsewhere = await callTool(key, 'get_answer', { run_id }, { path: '/mcp/agents/other' });
    expect(elsewhere.result._meta['agentgrid/error'].code).toBe('not_found');
  });

  it('runs once for an idempotency key, whatever the id of the request (R55)', async () => {
    const scene = await newScene({ rounds: [says('One.'), says('Two.'), says('Three.')] });
    const { key, scripted, workspace } = scene;
    const headers = { 'idempotency-key': 'once' };
    const ask = (message: string, meta: object, by = key) =>
      callTool(by, 'ask_support', { message }, { headers, meta });
    const first = await ask('Hi', { progressToken: 1 });
    const second = await ask('Hi', { progressToken: 2 });
    expect(second.result.structuredContent).toEqual(first.result.structuredContent);
    expect(second.result._meta).toEqual({ 'agentgrid/idempotent_replayed': true });
    expect(await scripted.requests()).toHaveLength(1);
    const other = await ask('Bye', {});
    expect(other.result._meta['agentgrid/error'].code).toBe('idempotency_mismatch');
    // The id of a request is the client's own counter, which begins anew with each connection.
    const unkeyed = await callTool(key, 'ask_support', { message: 'Hi' });
    expect(unkeyed.result.structuredContent.answer).toBe('Two.');
    expect((await call(key, 'tools/list', {}, { headers })).status).toBe(200);
    const foreign = await ask('Hi', {}, (await workspace.withRole('runtime')).key);
    expect(foreign.result.structuredContent.answer).toBe('Three.');
  });

  it('acts for the end user whom the header or the token names (R85)', async () => {
    const scene = await newScene({ rounds: [says('Hi.')], repeat: true });
    const { key, workspace, agent } = scene;
    const runtime = await workspace.withRole('runtime');
    const as = (user: string, args: object, by = runtime.key) =>
      callTool(by, 'ask_support', args, { headers: user === '' ? {} : { 'x-end-user-id': user } });
    const first = await as('ann', { message: 'Hi' });
    const { session_id, run_id } = first.result.structuredContent;
    expect((await workspace.get(`/sessions/${session_id}`)).body.end_user_id).toBe('ann');
    const codeOf = (reply: Awaited<ReturnType<typeof as>>) =>
      reply.result._meta['agentgrid/error'].code;
    expect(codeOf(await as('bob', { message: 'Hi', session_id }))).toBe('not_found');
    const headers = { 'x-end-user-id': 'bob' };
    expect(codeOf(await callTool(runtime.key, 'get_answer', { run_id }, { headers }))).toBe(
      'not_found',
    );
    const issued = await runtime.post('/end-user-tokens', {
      end_user_id: 'ann',
      agent_ids: [agent],
    });
    const { token } = issued.body;
    const own = await as('', { message: 'And?', session_id }, token);
    expect(own.result.structuredContent).toMatchObject({ session_id, answer: 'Hi.' });
    expect((await call(token, 'tools/list', {}, { headers })).status).toBe(403);
    expect((await call(token, 'resources/list')).result.resources).toEqual([]);
    expect(
      (await call(key, 'tools/list', {}, { headers: { 'x-end-user-id': 'a b' } })).status,
    ).toBe(400);
  });
});

describe('MCP: a client that disconnects', () => {
  it('leaves the run, whose answer can be read later', async () => {
    const scene: Scene = await newScene({
      rounds: [{ ...says('Slow ', 'answer.'), fault: { kind: 'drip', bytes: 60, ms: 40 } }],
    });
    const { key, workspace } = scene;
    const args = { name: 'ask_support', arguments: { message: 'Hi' }, _meta: { progressToken: 1 } };
    const response = await open(key, 'tools/call', args);
    const reader = (response.body as ReadableStream<Uint8Array>).getReader();
    let seen = '';
    while (!/run_\w{26}/.test(seen)) seen += new TextDecoder().decode((await reader.read()).value);
    await reader.cancel();
    const [run_id = ''] = /run_\w{26}/.exec(seen) ?? [];
    const { result } = await callTool(key, 'get_answer', { run_id });
    expect(result.structuredContent).toMatchObject({ answer: 'Slow answer.', status: 'completed' });
    const { body } = await workspace.get(`/runs/${run_id}`);
    expect(body.status).toBe('completed');
  });
});
