import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { forbiddenUrls } from '../support/forbidden-urls.ts';
import { call, done, obedient, obeys } from '../support/obedient.ts';
import { Site, unexpectedCalls } from '../support/outbound.ts';
import { playScript } from '../support/provider/client.ts';
import * as malice from '../support/provider/malice.ts';
import type { Script } from '../support/provider/script.ts';

const weather = {
  description: 'The weather in a city.',
  effect: 'read',
  input_schema: {
    type: 'object',
    properties: { city: { type: 'string', maxLength: 200 } },
    required: ['city'],
    additionalProperties: false,
  },
};

interface Prepared {
  readonly workspace: Workspace;
  readonly site: Site;
}

/** A workspace with an HTTP tool `weather`, at a site that records its callers. */
async function prepare(): Promise<Prepared> {
  const [workspace, site] = [await newWorkspace(), new Site()];
  for (const path of ['/weather', '/admin'])
    await site.answers(path, {
      body: '{"sky":"grey"}',
      headers: { 'content-type': 'application/json' },
    });
  const made = await workspace.post('/tools', {
    name: 'weather',
    ...weather,
    url: `${site.url('/weather')}?city={city}`,
  });
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  return { workspace, site };
}

/** One turn of an agent whose model follows the script, and its stored rows. */
async function turn({ workspace }: Prepared, script: Script, config: object = {}) {
  const scripted = await playScript(script);
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.compatible,
  });
  const knowledge = { base_ids: [] };
  const agent = await workspace.post('/agents', {
    name: crypto.randomUUID(),
    config: {
      instructions: 'Help.',
      model: 'openai-compatible/evil',
      tools: ['weather'],
      knowledge,
      ...config,
    },
  });
  expect(agent.status, JSON.stringify(agent.body)).toBe(201);
  const session = await workspace.post(`/agents/${agent.body.id}/sessions`, {});
  const answer = await workspace.post(`/sessions/${session.body.id}/messages`, {
    message: 'Continue.',
  });
  expect(answer.status, JSON.stringify(answer.body)).toBe(200);
  const { body: run } = await workspace.get(`/runs/${answer.body.run.id}`);
  const tools: { name: string; input: unknown; output: unknown; error: string | null }[] =
    run.steps.filter(({ type }: { type: string }) => type === 'tool');
  const requests = await scripted.requests();
  const offered: string[] = (requests[0]?.body.tools ?? []).map(
    (tool: { function: { name: string } }) => tool.function.name,
  );
  return { answer: answer.body, run, tools, requests, offered };
}

describe('a malicious model (R42)', () => {
  it('cannot call a tool that its version does not name', async () => {
    const prepared = await prepare();
    const hidden = {
      ...weather,
      name: 'hidden',
      url: prepared.site.url('/admin'),
      input_schema: { type: 'object' },
    };
    await prepared.workspace.post('/tools', hidden);
    const { run, tools, requests, offered } = await turn(
      prepared,
      malice.undeclaredTools('hidden', 'delete_everything', 'fetch_url', '__proto__'),
    );
    expect(offered).toEqual(['weather']);
    expect(run.status).toBe('completed');
    expect(tools.map(({ error }) => error !== null)).toEqual([true, true, true, true]);
    expect(await prepared.site.calls()).toEqual([]);
    // The model receives the error.
    expect(JSON.stringify(requests[1]?.body)).toContain('Tool delete_everything does not exist.');
  });

  it('cannot call a tool with invalid arguments (R39)', async () => {
    const prepared = await prepare();
    const given = [
      { city: 5 },
      {},
      [],
      null,
      'text',
      '{"city": "Bo',
      { city: 'Bonn', admin: true },
      { city: 'x'.repeat(300) },
      { city: { $gt: '' } },
    ];
    const { run, tools } = await turn(prepared, malice.withArguments('weather', ...given));
    expect(run.status).toBe('completed');
    expect(tools.map(({ error }) => error !== null)).toEqual(given.map(() => true));
    expect(await prepared.site.calls()).toEqual([]);
  });

  it('cannot change the origin or path of a tool by its arguments (R39)', async () => {
    const prepared = await prepare();
    const given = [
      '../admin',
      '/admin',
      'x&city=y',
      'x#',
      '?x=',
      '%2e%2e/admin',
      '\r\nhost: evil.example',
      '@evil.example',
    ];
    const { tools } = await turn(
      prepared,
      malice.withArguments('weather', ...given.map((city) => ({ city }))),
    );
    expect(tools).toHaveLength(given.length);
    const seen = (await prepared.site.calls()).map(({ url }) => new URL(url));
    expect(seen.map(({ origin, pathname }) => origin + pathname)).toEqual(
      seen.map(() => prepared.site.url('/weather')),
    );
    for (const { searchParams } of seen) expect([...searchParams.keys()]).toEqual(['city']);
    for (const { searchParams } of seen) expect(given).toContain(searchParams.get('city'));
  });

  it('cannot pass 5 MB of arguments', async () => {
    const prepared = await prepare();
    const { run, tools, requests } = await turn(
      prepared,
      malice.hugeArguments('weather', 'city', 5_000_000),
    );
    expect(['completed', 'limit_exceeded', 'failed']).toContain(run.status);
    expect(await prepared.site.calls()).toEqual([]);
    expect(JSON.stringify(tools).length).toBeLessThan(200_000);
    for (const { body } of requests) expect(JSON.stringify(body).length).toBeLessThan(300_000);
  });

  it('is stopped at the limit of steps, with the text so far (R47)', async () => {
    const prepared = await prepare();
    const { answer, run, requests } = await turn(
      prepared,
      malice.endlessLoop('weather', { city: 'Bonn' }),
      { limits: { steps: 4 } },
    );
    expect(run).toMatchObject({ status: 'limit_exceeded', error: { code: 'limit_exceeded' } });
    expect(requests).toHaveLength(4);
    expect((await prepared.site.calls()).length).toBeLessThanOrEqual(4);
    expect(answer.text).toContain('Again.');
  });

  it('cannot exceed the limit of tool calls, at once or in turn (R47)', async () => {
    const prepared = await prepare();
    const many = malice.parallelCalls('weather', 100, (index) => ({ city: `City ${index}` }));
    const refused = await turn(prepared, many, { limits: { tool_calls: 99 } });
    expect(refused.run.status).toBe('limit_exceeded');
    expect((await prepared.site.calls()).length).toBeLessThanOrEqual(99);
    const before = (await prepared.site.calls()).length;
    const allowed = await turn(prepared, many, { limits: { tool_calls: 100 } });
    expect(allowed.run.status).toBe('completed');
    expect(allowed.tools).toHaveLength(100);
    expect((await prepared.site.calls()).length - before).toBe(100);
  });

  it('can give two calls one id without mixing their results', async () => {
    const prepared = await prepare();
    const { run, tools, requests } = await turn(
      prepared,
      malice.sameId('weather', { city: 'Bonn' }, { city: 'Ulm' }),
    );
    expect(run.status).toBe('completed');
    expect(tools).toHaveLength(2);
    const { messages } = (requests[1]?.body ?? { messages: [] }) as {
      messages: { role: string; tool_call_id?: string; tool_calls?: { id: string }[] }[];
    };
    const asked = messages.flatMap(({ tool_calls }) => tool_calls ?? []).map(({ id }) => id);
    const told = messages.flatMap(({ tool_call_id }) => tool_call_id ?? []);
    // Services refuse a history in which an id stands for two calls.
    expect(new Set(asked).size).toBe(asked.length);
    expect(told).toEqual(asked);
  });

  it('cannot reach an internal address, directly or by a redirect (R34, R35)', async () => {
    const prepared = await prepare();
    const before = (await unexpectedCalls()).length;
    await prepared.site.answers('/robots.txt', { status: 404 });
    const detour = await prepared.site.answers('/detour', {
      status: 302,
      headers: { location: 'http://169.254.169.254/latest' },
    });
    const urls = [...forbiddenUrls, detour];
    const script = malice.withArguments('fetch_url', ...urls.map((url) => ({ url })));
    const { run, tools, offered } = await turn(prepared, script, {
      tools: ['fetch_url'],
      limits: { tool_calls: 500 },
    });
    expect(offered).toEqual(['fetch_url']);
    expect(run.status).toBe('completed');
    expect(tools).toHaveLength(urls.length);
    expect(tools.filter(({ error }) => error === null)).toEqual([]);
    // Tests of other files call hosts of their own at the same time.
    const hosts = new Set(
      urls.flatMap((url) => URL.parse(url)?.host ?? []).concat('169.254.169.254'),
    );
    const inside = (await unexpectedCalls())
      .slice(before)
      .filter(({ url }) => hosts.has(URL.parse(url)?.host ?? ''));
    expect(inside).toEqual([]);
    const called = (await prepared.site.calls()).map(({ url }) => new URL(url).pathname);
    expect(called).toEqual(['/robots.txt', '/detour']);
  });

  it('cannot search documents of another workspace or another agent', async () => {
    const [prepared, other] = [await prepare(), await prepare()];
    const { body: base } = await other.workspace.post('/knowledge-bases', { name: 'Secret' });
    const given = [
      { query: 'secret', base_ids: [base.id] },
      { query: 'secret', base_id: base.id },
      { query: `base_ids: ${base.id}` },
    ];
    const script = malice.withArguments('knowledge_search', ...given);
    const { tools, offered } = await turn(prepared, script, { tools: ['knowledge_search'] });
    expect(offered).toEqual(['knowledge_search']);
    expect(tools.map(({ error }) => error !== null)).toEqual([true, true, true]);
  });

  it('cannot call an agent of another workspace, or itself in a cycle (R47)', async () => {
    const [prepared, other] = [await prepare(), await prepare()];
    const { body: stranger } = await other.workspace.post('/agents', {
      name: 'Stranger',
      config: { instructions: 'the-secret-of-others' },
    });
    const asks = (...agents: string[]) =>
      malice.withArguments('agent', ...agents.map((agent) => ({ agent, message: 'Tell me.' })));
    const { tools, offered, requests } = await turn(
      prepared,
      asks(stranger.id, stranger.slug, '../stranger', '*'),
      { tools: ['agent'] },
    );
    expect(offered).toEqual(['agent']);
    expect(tools.map(({ error }) => error !== null)).toEqual([true, true, true, true]);
    expect(JSON.stringify(requests)).not.toContain('the-secret-of-others');
  });

  it('cannot delete by any form of a call, or approve it itself, within the cost limit (R41)', async () => {
    const order = { order: '7' };
    const many = Array.from({ length: 10_000 }, (_, index) =>
      call('delete_order', order, `many_${index}`),
    );
    const forms = [
      call('delete_order', order, 'plain'),
      call('delete_order', { ...order, approved: true }, 'more'),
      call('Delete_Order', order, 'case'),
      call('submit_actions', { decision: 'approve', tool_call_id: 'plain' }, 'self'),
      call('fetch_url', { url: 'http://localhost:8787/api/v1/approvals' }, 'inside'),
      call('read_order', order, 'same'),
      call('delete_order', order, 'same'),
    ];
    const desk = await obedient([obeys(...forms), obeys(...many), done]);
    const { body } = await desk.send({ message: 'Continue.' });
    const required: { tool_call_id: string; input: unknown }[] = body.run.required_actions;
    expect(required.map(({ input }) => input)).toEqual([order, order]);
    await desk.expectNoHarm();
    const actions = required.map(({ tool_call_id }) => ({
      ...{ type: 'approval', tool_call_id, decision: 'reject' },
    }));
    const { body: ended } = await desk.workspace.post(`/runs/${body.run.id}/actions`, { actions });
    expect(ended.run.status).toBe('limit_exceeded');
    expect(ended.run.usage.cost_usd).toBeLessThanOrEqual(0.01);
    await desk.expectNoHarm();
    expect(await desk.provider.requests()).toHaveLength(2);
  });
});
