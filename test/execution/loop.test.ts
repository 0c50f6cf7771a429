import { env } from 'cloudflare:workers';
import type { UIMessageChunk } from 'ai';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';
import { playScript } from '../support/provider/client.ts';
import type { Round, Script } from '../support/provider/script.ts';

const addresses = {
  openai: 'openai',
  'openai-chat': 'openai',
  anthropic: 'anthropic',
  'openai-compatible': 'compatible',
} as const;
type Provider = keyof typeof addresses;

const schema = {
  type: 'object',
  properties: { city: { type: 'string' } },
  required: ['city'],
  additionalProperties: false,
};

/**
 * Three steps: two parallel calls, one call that finds a passage, and the answer with its citation.
 */
const rounds: Round[] = [
  {
    text: ['I will look.'],
    tool_calls: [
      { id: 'call_1', name: 'get_weather', arguments: { city: 'Zürich' } },
      { id: 'call_2', name: 'get_weather', arguments: { city: 'Paris' } },
    ],
    usage: { input_tokens: 100, output_tokens: 10 },
  },
  {
    tool_calls: [
      { id: 'call_3', name: 'knowledge_search', arguments: { query: 'umbrella policy' } },
    ],
    usage: { input_tokens: 150, output_tokens: 5 },
  },
  { text: ['Take an umbrella ', '[1].'], usage: { input_tokens: 200, output_tokens: 6 } },
];

async function newAgent(
  workspace: Workspace,
  script: Script,
  config: object = {},
  provider: Provider = 'openai-compatible',
) {
  const scripted = await playScript(script);
  await workspace.put(`/providers/${provider}`, {
    api_key: scripted.api_key,
    base_url: scripted.base_url[addresses[provider]],
  });
  const created = await workspace.post('/agents', {
    name: 'Traveller',
    config: { model: `${provider}/scripted-large`, instructions: 'Help.', ...config },
  });
  expect(created.status, JSON.stringify(created.body)).toBe(201);
  return { agent: created.body.id as string, scripted };
}

async function newWeatherTool(workspace: Workspace) {
  const site = new Site();
  const url = await site.answers('/weather', {
    headers: { 'content-type': 'application/json' },
    body: '{"sky":"rain"}',
  });
  const tool = await workspace.post('/tools', {
    name: 'get_weather',
    description: 'The weather in a city.',
    method: 'GET',
    url: `${url}?city={city}`,
    input_schema: schema,
    effect: 'read',
  });
  expect(tool.status, JSON.stringify(tool.body)).toBe(201);
  return site;
}

async function ask(
  workspace: Workspace,
  agent: string,
  message: string,
  headers: Record<string, string> = {},
) {
  const session = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id as string;
  const answer = await workspace.post(`/sessions/${session}/messages`, { message }, { headers });
  return { session, ...answer };
}

const chunksOf = (sse: string): UIMessageChunk[] =>
  sse
    .split('\n\n')
    .filter((event) => event.includes('data: {'))
    .map((event) => JSON.parse(/^data: (.*)$/m.exec(event)?.[1] ?? ''));

describe('the tool loop', () => {
  it('produces the same steps, events and answer for every provider', async () => {
    const seen: unknown[] = [];
    for (const provider of Object.keys(addresses) as Provider[]) {
      const workspace = await newWorkspace();
      const site = await newWeatherTool(workspace);
      const config = {
        tools: ['get_weather', 'knowledge_search'],
        knowledge: { scope: 'general' },
      };
      const { agent, scripted } = await newAgent(
        workspace,
        { rounds: [...rounds] },
        config,
        provider,
      );
      const upload = await workspace.post(`/agents/${agent}/files`, {
        name: 'policy.md',
        text: '# Umbrella policy\n\nTake an umbrella when it rains.',
      });
      await vi.waitUntil(
        async () =>
          (await workspace.get(`/files/${upload.body.data[0].id}`)).body.status === 'ready',
        {
          timeout: 150_000,
        },
      );
      const { status, body } = await ask(workspace, agent, 'Xyzzy?', {
        accept: 'text/event-stream',
      });
      expect(status, JSON.stringify(body)).toBe(200);
      const chunks = chunksOf(body);
      const ran = chunks.findLast((chunk) => chunk.type === 'data-run');
      const run = (ran as unknown as { data: { id: string; session_id: string } }).data;
      const { steps } = (await workspace.get(`/runs/${run.id}`)).body;
      const message = (await workspace.get(`/sessions/${run.session_id}/messages`)).body.data[0];
      expect(
        (await site.calls()).map(({ url }) => new URL(url).searchParams.get('city')).sort(),
      ).toEqual(['Paris', 'Zürich']);
      expect(await scripted.requests()).toHaveLength(3);
      seen.push({
        types: chunks.map(({ type }) => type).filter((type, index, all) => type !== all[index - 1]),
        steps: steps.map(({ type, name, error }: Record<string, unknown>) => [
          type,
          type === 'model' ? 'model' : name,
          error,
        ]),
        text: message.text,
        citations: message.citations.map(({ quote }: { quote: string }) => quote),
        // Not every provider reports its reasoning tokens.
        usage: { ...message.run.usage, reasoning_tokens: null },
      });
    }
    expect(seen[0]).toMatchObject({
      text: 'I will look.\n\nTake an umbrella [1].',
      citations: ['Take an umbrella when it rains.'],
      usage: { input_tokens: 450, output_tokens: 21, cost_usd: null },
    });
    expect((seen[0] as { steps: unknown[] }).steps).toEqual([
      ['retrieval', 'hybrid', null],
      ['model', 'model', null],
      ['tool', 'get_weather', null],
      ['tool', 'get_weather', null],
      ['model', 'model', null],
      ['tool', 'knowledge_search', null],
      ['model', 'model', null],
    ]);
    for (const other of seen.slice(1)) expect(other).toEqual(seen[0]);
  });

  it('returns the error of a call to the model', async () => {
    const workspace = await newWorkspace();
    const site = await newWeatherTool(workspace);
    const wrong = [
      { id: 'a', name: 'get_weather', arguments: { city: 7 } },
      { id: 'b', name: 'get_weather', arguments: '{"city":' },
      { id: 'c', name: 'launch_rocket', arguments: {} },
      { id: 'd', name: 'get_weather', arguments: { city: 'Paris', admin: true } },
    ];
    const script = { rounds: [{ tool_calls: wrong }, { text: ['Sorry.'] }] };
    const { agent, scripted } = await newAgent(workspace, script, {
      tools: ['get_weather'],
      knowledge: { base_ids: [] },
    });
    const { body } = await ask(workspace, agent, 'Hi');
    expect(body).toMatchObject({ text: 'Sorry.', run: { status: 'completed' } });
    expect(await site.calls()).toEqual([]);
    const { steps } = (await workspace.get(`/runs/${body.run.id}`)).body;
    expect(
      steps
        .filter(({ type }: { type: string }) => type === 'tool')
        .every(({ error }: { error: unknown }) => typeof error === 'string'),
    ).toBe(true);
    expect(JSON.stringify((await scripted.requests())[1])).toContain(
      'Tool launch_rocket does not exist.',
    );
  });

  it.each([
    ['steps', { steps: 2 }, 2],
    ['tool_calls', { tool_calls: 1 }, 2],
  ])('ends at the limit of %s and keeps the text so far (R47)', async (limit, limits, requests) => {
    const workspace = await newWorkspace();
    await newWeatherTool(workspace);
    const round: Round = {
      text: ['Again.'],
      tool_calls: [{ id: 'x', name: 'get_weather', arguments: { city: 'Bern' } }],
    };
    const { agent, scripted } = await newAgent(
      workspace,
      { rounds: [round], repeat: true },
      { tools: ['get_weather'], knowledge: { base_ids: [] }, limits },
    );
    const { status, body } = await ask(workspace, agent, 'Hi');
    expect(status).toBe(200);
    expect(body.run).toMatchObject({
      status: 'limit_exceeded',
      finish_reason: 'limit_exceeded',
      error: { detail: `The run reached its limit of ${limit}.` },
    });
    expect(body.text).toBe(['Again.', 'Again.'].slice(0, requests).join('\n\n'));
    expect(await scripted.requests()).toHaveLength(requests);
    const rows = await env.DB.prepare('select count(*) as count from usage where run_id = ?')
      .bind(body.run.id)
      .first();
    expect(rows?.count).toBe(requests);
  });

  it('holds a structured answer until it is valid, with one repair', async () => {
    const workspace = await newWorkspace();
    const output_schema = {
      type: 'object',
      properties: { city: { type: 'string' } },
      required: ['city'],
      additionalProperties: false,
    };
    const config = { output_schema, knowledge: { base_ids: [] } };
    const repaired = await newAgent(
      workspace,
      { rounds: [{ text: ['Bern it is'] }, { text: ['{"city":', '"Bern"}'] }] },
      config,
    );
    expect((await ask(workspace, repaired.agent, 'Where?')).body.text).toBe('{"city":"Bern"}');
    const hopeless = await newAgent(
      workspace,
      { rounds: [{ text: ['no'] }, { text: ['never'] }] },
      config,
    );
    const { session, status, body } = await ask(workspace, hopeless.agent, 'Where?');
    expect([status, body.code]).toEqual([502, 'structured_output_failed']);
    expect((await workspace.get(`/sessions/${session}/messages`)).body.data[0]).toMatchObject({
      role: 'assistant',
      text: 'never',
      run: { status: 'failed' },
    });
  });

  it('bills a delegate to the account of the run and refuses cycles', async () => {
    const workspace = await newWorkspace();
    const asks = (slug: string): Round => ({
      tool_calls: [{ id: 'ask', name: 'agent', arguments: { agent: slug, message: 'Colour?' } }],
    });
    const config = { tools: ['agent'], knowledge: { base_ids: [] } };
    // One script for both agents: the outer one calls the inner one, which calls back, is refused,
    // and answers.
    const script = {
      rounds: [asks('painter'), asks('outer'), { text: ['Blue.'] }, { text: ['It says blue.'] }],
    };
    const { agent, scripted } = await newAgent(workspace, script, config);
    await workspace.patch(`/agents/${agent}`, { slug: 'outer' });
    const painter = {
      name: 'Painter',
      slug: 'painter',
      config: { model: 'openai-compatible/scripted-large', ...config },
    };
    expect((await workspace.post('/agents', painter)).status).toBe(201);
    const { body } = await ask(workspace, agent, 'Which colour?');
    expect(body).toMatchObject({ text: 'It says blue.', run: { status: 'completed' } });
    const requests = await scripted.requests();
    expect(JSON.stringify(requests[2])).toContain('in a cycle');
    expect(JSON.stringify(requests[3])).toContain('Blue.');
    const { results } = await env.DB.prepare('select * from usage where run_id = ?')
      .bind(body.run.id)
      .all();
    expect(results).toHaveLength(4);
  });

  it('bills a failed delegate to the run and stops at the limit of the caller (R47)', async () => {
    const workspace = await newWorkspace();
    const price = { model: 'openai-compatible/scripted-large', input: 10_000, output: 0 };
    expect((await workspace.put('/prices', { overrides: [price] })).status).toBeLessThan(300);
    const usage = { input_tokens: 300, output_tokens: 0 };
    const asks: Round = {
      tool_calls: [{ id: 'ask', name: 'agent', arguments: { agent: 'spender', message: 'Go.' } }],
      usage,
    };
    const loops: Round = {
      tool_calls: [{ id: 'now', name: 'current_time', arguments: {} }],
      usage,
    };
    const { agent, scripted } = await newAgent(
      workspace,
      { rounds: [asks, loops], repeat: true },
      { tools: ['agent'], knowledge: { base_ids: [] }, limits: { cost_usd: 10 } },
    );
    const spender = {
      model: 'openai-compatible/scripted-large',
      tools: ['current_time'],
      knowledge: { base_ids: [] },
      limits: { cost_usd: 1000, steps: 50 },
    };
    expect(
      (await workspace.post('/agents', { name: 'Spender', slug: 'spender', config: spender }))
        .status,
    ).toBe(201);
    const { body } = await ask(workspace, agent, 'Hi');
    // Each call costs 3 USD: one of the caller and three of the delegate reach the limit of 10.
    expect(await scripted.requests()).toHaveLength(4);
    expect(body.run).toMatchObject({
      status: 'limit_exceeded',
      usage: { cost_usd: 12, input_tokens: 1200 },
    });
    const { steps } = (await workspace.get(`/runs/${body.run.id}`)).body;
    expect(steps.find(({ type }: { type: string }) => type === 'tool').cost_usd).toBe(9);
    const sum = await env.DB.prepare('select sum(cost_nano_usd) as sum from usage where run_id = ?')
      .bind(body.run.id)
      .first('sum');
    expect(sum).toBe(12_000_000_000);
  });

  it('repairs a structured answer within the limits and keeps the first text when the repair fails', async () => {
    const workspace = await newWorkspace();
    const config = {
      output_schema: { type: 'object', properties: {} },
      knowledge: { base_ids: [] },
    };
    const limited = await newAgent(
      workspace,
      { rounds: [{ text: ['first'] }] },
      { ...config, limits: { steps: 1 } },
    );
    expect((await ask(workspace, limited.agent, 'Where?')).body).toMatchObject({
      text: 'first',
      run: { status: 'limit_exceeded' },
    });
    expect(await limited.scripted.requests()).toHaveLength(1);
    const script: Script = {
      rounds: [{ text: ['first'] }, { fault: { kind: 'status', status: 400 } }],
    };
    const { session, status } = await ask(
      workspace,
      (await newAgent(workspace, script, config)).agent,
      'Where?',
    );
    expect(status).toBe(502);
    expect((await workspace.get(`/sessions/${session}/messages`)).body.data[0]).toMatchObject({
      role: 'assistant',
      text: 'first',
    });
  });
});
