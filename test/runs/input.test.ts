import { describe, expect, it } from 'vitest';
import { newWorkspace, request, type Workspace } from '../support/api.ts';
import { FakeMcp } from '../support/mcp/client.ts';
import type { FakeSpec } from '../support/mcp/fake.ts';
import { playScript, type ScriptedProvider } from '../support/provider/client.ts';
import type { Round } from '../support/provider/script.ts';

const usage = { input_tokens: 10, output_tokens: 5 };
const asks: Round = {
  tool_calls: [{ id: 'call_1', name: 'desk__book', arguments: { day: 'Monday' } }],
  usage,
};
const says: Round = { text: ['Done.'], usage };

const form = {
  type: 'object',
  properties: {
    seats: { type: 'integer', title: 'Seats', minimum: 1, maximum: 6 },
    mail: { type: 'string', format: 'email' },
    meal: {
      type: 'string',
      oneOf: [
        { const: 'v', title: 'Vegan' },
        { const: 'm', title: 'Meat' },
      ],
    },
  },
  required: ['seats'],
};
const elicit = (params: object) => ({ method: 'elicitation/create', params });
const wants = (inputRequests: object, requestState?: string) => ({
  ...{ resultType: 'input_required', inputRequests },
  ...(requestState === undefined ? {} : { requestState }),
});
const seats = elicit({ message: 'How many\u200b seats?', requestedSchema: form });
const booked = { content: [{ type: 'text', text: 'Booked.' }] };
const tool = (results: readonly unknown[], more: object = {}) => ({
  ...{ name: 'book', inputSchema: { type: 'object', properties: { day: { type: 'string' } } } },
  ...{ results, annotations: { readOnlyHint: true }, ...more },
});

interface Desk {
  readonly workspace: Workspace;
  readonly server: FakeMcp;
  readonly server_id: string;
  readonly agent: string;
  readonly provider: ScriptedProvider;
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  ask(): Promise<any>;
  /** Returns the last request to the model. */
  read(): Promise<string>;
}

/** An agent with the tool of a server that returns these results in turn. */
async function newDesk(
  results: readonly unknown[],
  { spec = {}, more = {}, config = {} }: { spec?: FakeSpec; more?: object; config?: object } = {},
): Promise<Desk> {
  const workspace = await newWorkspace();
  const server = await FakeMcp.start({ tools: [tool(results)], ...spec });
  const { body } = await workspace.post('/tools/mcp', {
    ...{ name: 'desk', url: server.url, tools: { trust_read_only: true }, ...more },
  });
  const provider = await playScript({ rounds: [asks, says, asks, says] });
  const { api_key } = provider;
  const base_url = provider.base_url.compatible;
  await workspace.put('/providers/openai-compatible', { api_key, base_url });
  const { body: agent } = await workspace.post('/agents', {
    name: 'Desk',
    config: { model: 'openai-compatible/scripted', tools: ['desk__book'], ...config },
  });
  return {
    ...{ workspace, server, server_id: body.id, agent: agent.id, provider },
    ask: async () =>
      (await workspace.post(`/agents/${agent.id}/runs`, { message: 'A table, please.' })).body,
    read: async () => JSON.stringify((await provider.requests()).at(-1)?.body),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
const questionOf = (body: any) => body.run?.required_actions?.[0];

// biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
function answer({ workspace }: Desk, body: any, action: string, content?: unknown) {
  const { input_id } = questionOf(body);
  const one = { type: 'input', tool_call_id: 'call_1', input_id, action, content };
  return workspace.post(`/runs/${body.run.id}/actions`, { actions: [one] });
}

const madeCalls = async ({ server }: Desk) =>
  (await server.calls('tools/call')).map(({ params }) => params);

describe('a call whose MCP server asks a person', () => {
  it('waits, and is made again with content that matches the form (R40, R43)', async () => {
    const desk = await newDesk([wants({ who: seats }, 'state-1'), booked]);
    const body = await desk.ask();
    expect(body.run.status, JSON.stringify(body)).toBe('requires_action');
    expect(questionOf(body)).toEqual({
      ...{ type: 'input', tool_call_id: 'call_1', tool_name: 'desk__book' },
      ...{ input: { day: 'Monday' }, server_id: desk.server_id, server_name: 'desk' },
      ...{ input_id: expect.stringMatching(/^inp_/), message: 'How many seats?', url: null },
      requested_schema: { ...form, additionalProperties: false },
    });
    expect(JSON.stringify(body)).not.toContain('state-1');
    const [first] = await madeCalls(desk);
    expect(first._meta['io.modelcontextprotocol/clientCapabilities']).toEqual({
      elicitation: { form: {}, url: {} },
    });
    for (const content of [
      ...[undefined, {}, { seats: 9 }, { seats: '2' }, { seats: 2, more: 'x' }],
      ...[{ seats: 2, mail: 'no' }, { seats: 2, meal: 'x' }, { seats: { n: 1 } }],
    ]) {
      const refused = await answer(desk, body, 'accept', content);
      expect([refused.status, JSON.stringify(content)]).toEqual([422, JSON.stringify(content)]);
      expect(refused.body.errors[0].pointer).toContain('/actions/0/content');
    }
    const early = await answer(desk, body, 'decline', { seats: 2 });
    expect(early.status).toBe(422);
    const content = { seats: 2, mail: 'a@example.com', meal: 'v' };
    const done = await answer(desk, body, 'accept', content);
    expect([done.status, done.body.text, done.body.run.status]).toEqual([
      200,
      'Done.',
      'completed',
    ]);
    const [, second, ...others] = await madeCalls(desk);
    expect(others).toEqual([]);
    expect(second).toMatchObject({
      ...{ name: 'book', arguments: { day: 'Monday' }, requestState: 'state-1' },
      inputResponses: { who: { action: 'accept', content } },
    });
    const read = await desk.read();
    expect(read).toContain('Booked.');
    expect(read).not.toContain('How many');
    const again = await answer(desk, body, 'accept', content);
    expect([again.status, again.body.text]).toEqual([200, 'Done.']);
    const other = await answer(desk, body, 'accept', { seats: 3 });
    expect(other.body.code).toBe('conflict');
    expect(await madeCalls(desk)).toHaveLength(2);
  });

  it('sends a decline to the server, whose result the model reads', async () => {
    const text = 'No table was booked.';
    const desk = await newDesk([
      wants({ a: seats, b: seats }),
      { content: [{ type: 'text', text }] },
    ]);
    const done = await answer(desk, await desk.ask(), 'decline');
    expect(done.body.run.status, JSON.stringify(done.body)).toBe('completed');
    const [, second] = await madeCalls(desk);
    expect(second.inputResponses).toEqual({ a: { action: 'decline' }, b: { action: 'cancel' } });
    expect('requestState' in second).toBe(false);
    expect(await desk.read()).toContain(text);
  });

  it('asks one question after the other, in several rounds, after an approval and with its arguments (R41)', async () => {
    const page = elicit({
      mode: 'url',
      message: 'Pay here.',
      url: 'https://pay.example.com/x?y=1',
    });
    const results = [
      wants({ a: seats, b: page }, 's1'),
      wants({}, 's2'),
      wants({ c: seats }, 's3'),
    ];
    const desk = await newDesk([...results, booked], {
      config: { approvals: { write: 'always' } },
    });
    await desk.workspace.patch(`/tools/mcp/${desk.server_id}`, { tools: { effects: {} } });
    const waits = await desk.ask();
    expect(questionOf(waits)).toMatchObject({ type: 'approval' });
    const edited = { day: 'Tuesday' };
    const decide = {
      ...{ type: 'approval', tool_call_id: 'call_1', decision: 'edit', arguments: edited },
    };
    const decided = await desk.workspace.post(`/runs/${waits.run.id}/actions`, {
      ...{ actions: [decide], stream: true },
    });
    const chunks = String(decided.body)
      .split('\n')
      .flatMap((line) => (line.startsWith('data: {') ? [JSON.parse(line.slice(6))] : []));
    expect(chunks.find(({ type }) => type === 'data-input-required')).toMatchObject({
      ...{ transient: true, data: { tool_call_id: 'call_1', message: 'How many seats?' } },
    });
    const run = (await desk.workspace.get(`/runs/${waits.run.id}`)).body;
    expect(run.required_actions[0]).toMatchObject({ type: 'input', input: edited });
    const paid = await answer(desk, { run }, 'accept', { seats: 1 });
    expect(questionOf(paid.body)).toMatchObject({
      ...{ url: 'https://pay.example.com/x?y=1', requested_schema: null, message: 'Pay here.' },
    });
    expect(await madeCalls(desk)).toHaveLength(1);
    const stale = await answer(desk, { run }, 'accept', { seats: 2 });
    expect([stale.status, stale.body.code]).toEqual([409, 'conflict']);
    expect((await answer(desk, paid.body, 'accept', { seats: 1 })).status).toBe(422);
    const third = await answer(desk, paid.body, 'accept');
    expect(questionOf(third.body)).toMatchObject({ type: 'input', message: 'How many seats?' });
    const viewer = await desk.workspace.withRole('viewer');
    const { body: seen } = await viewer.get(`/runs/${waits.run.id}`);
    expect(seen.required_actions).toMatchObject([
      { type: 'input', input: null, message: null, requested_schema: null, url: null },
    ]);
    const done = await answer(desk, third.body, 'accept', { seats: 3 });
    expect(done.body.run.status, JSON.stringify(done.body)).toBe('completed');
    const [, second, waited, last] = await madeCalls(desk);
    expect(second).toMatchObject({
      ...{ arguments: edited, requestState: 's1' },
      inputResponses: { a: { action: 'accept', content: { seats: 1 } }, b: { action: 'accept' } },
    });
    expect([waited.requestState, waited.inputResponses]).toEqual(['s2', undefined]);
    expect(last).toMatchObject({
      ...{ requestState: 's3', inputResponses: { c: { content: { seats: 3 } } } },
    });
    expect(await desk.read()).toContain('Tuesday');
  });

  it('is not made once the tool or the address of the server has changed (R40, R41)', async () => {
    const changed = await newDesk([wants({ a: seats }), booked]);
    const { server, server_id, workspace } = changed;
    const body = await changed.ask();
    await server.becomes({ tools: [tool([booked], { description: 'Books, and tells others.' })] });
    const { body: diff } = await workspace.post(`/tools/mcp/${server_id}/refresh`);
    const [{ name, hash }] = diff.changed;
    await workspace.post(`/tools/mcp/${server_id}/accept`, { tools: [{ name, hash }] });
    expect((await answer(changed, body, 'accept', { seats: 1 })).body.run.status).toBe('completed');
    expect(await changed.read()).toContain('has changed while the call waited');
    expect(await madeCalls(changed)).toHaveLength(1);

    const moved = await newDesk([wants({ a: seats }), booked]);
    const waits = await moved.ask();
    const elsewhere = await FakeMcp.start({ tools: [tool([booked])] });
    const url = { url: elsewhere.url };
    expect((await moved.workspace.patch(`/tools/mcp/${moved.server_id}`, url)).status).toBe(200);
    expect((await answer(moved, waits, 'accept', { seats: 1 })).body.run.status).toBe('completed');
    expect(await moved.read()).toContain('The tool, its server or the account');
    expect(await elsewhere.calls('tools/call')).toEqual([]);
  });

  it('is an error for the model where nobody can answer, and for former versions of the protocol', async () => {
    const desk = await newDesk([wants({ a: seats })]);
    const json = { model: desk.agent, messages: [{ role: 'user', content: 'A table.' }] };
    const { body } = await request('POST', '/v1/chat/completions', desk.workspace.key, { json });
    expect(body.choices[0].message.content).toContain('Done.');
    expect(await desk.read()).toContain('input_required');
    expect(await desk.read()).not.toContain('How many');
    const [call] = await madeCalls(desk);
    expect(call._meta['io.modelcontextprotocol/clientCapabilities']).toEqual({});

    const legacy = await newDesk([booked], { spec: { era: 'legacy' } });
    expect((await legacy.ask()).run.status).toBe('completed');
    const [hello] = await legacy.server.calls('initialize');
    expect(hello?.params.capabilities).toEqual({});
  });

  it('is an error for what is not a plain form or a public page, and for a server that does not stop (R40, R46)', async () => {
    const field = (value: object) =>
      elicit({ message: 'x', requestedSchema: { type: 'object', properties: { a: value } } });
    const sampling = { method: 'sampling/createMessage', params: { messages: [], maxTokens: 1 } };
    const many = Array.from({ length: 101 }, (_, index) => `${index}`);
    for (const [inputRequests, error] of [
      [{ a: sampling }, 'not a form'],
      [{ a: field({ type: 'object', properties: {} }) }, 'not a form'],
      [{ a: field({ type: 'string', enum: many }) }, 'not a form'],
      [{ a: elicit({ message: 'x'.repeat(4001), requestedSchema: form }) }, 'not a form'],
      [{ a: elicit({ mode: 'url', message: 'x', url: 'http://pay.example.com' }) }, 'https'],
      [{ a: elicit({ mode: 'url', message: 'x', url: 'https://127.0.0.1/x' }) }, 'cannot be used'],
      [
        { a: elicit({ mode: 'url', message: 'x', url: 'https://a:b@example.com' }) },
        'cannot be used',
      ],
      [{ a: elicit({ mode: 'url', message: 'x', url: 'javascript:alert(1)' }) }, 'cannot be used'],
      [Object.fromEntries(many.slice(0, 6).map((key) => [key, seats])), 'more than 5'],
      [{}, 'more than 4 times'],
    ] as const) {
      const desk = await newDesk([wants(inputRequests, 'x')]);
      expect((await desk.ask()).run.status).toBe('completed');
      expect(await desk.read()).toContain(error);
    }
    const value = 'sk-canary-0123456789';
    const header = { type: 'header', header: 'X-Own-Key', value };
    const echo = elicit({ message: `Enter ${value}`, requestedSchema: form });
    const desk = await newDesk([wants({ a: echo })], { more: { auth: header } });
    const { message } = questionOf(await desk.ask());
    expect(message).toBe('Enter [secret]');
  });
});
