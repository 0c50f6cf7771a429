import { env } from 'cloudflare:workers';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';
import { playScript } from '../support/provider/client.ts';
import { tenantTables } from '../support/rows.ts';

const unique = (kind: string) => `${kind}-canary-${crypto.randomUUID().replaceAll('-', '')}`;
const encoded = (secret: string) => [secret, btoa(secret), encodeURIComponent(secret)];

afterEach(() => void vi.restoreAllMocks());

/** Everything that is stored of a workspace, and every row of tables that belong to none, by place. */
async function everythingStored(workspace: Workspace): Promise<[place: string, content: string][]> {
  const { results } = await env.DB.prepare(
    "select name from sqlite_master where type = 'table' and name not like '_cf%' and name not like '%fts%'",
  ).all<{ name: string }>();
  const [names, own] = [results.map(({ name }) => name), await tenantTables()];
  const rows = await env.DB.batch(
    names.map((name) => {
      if (!own.includes(name)) return env.DB.prepare(`select * from "${name}"`);
      const column = name === 'workspaces' ? 'id' : 'workspace_id';
      return env.DB.prepare(`select * from "${name}" where ${column} = ?`).bind(workspace.id);
    }),
  );
  const { objects } = await env.FILES.list({
    prefix: workspace.id,
    include: ['customMetadata', 'httpMetadata'],
  });
  return [
    ...rows.map((row, index): [string, string] => [
      names[index] ?? '',
      JSON.stringify(row.results),
    ]),
    ...(await Promise.all(
      objects.map(async (object): Promise<[string, string]> => {
        const content = await (await env.FILES.get(object.key))?.text();
        return [object.key, JSON.stringify([object, content])];
      }),
    )),
  ];
}

/** A tool that echoes its secret, a model that repeats what it reads, and a turn in which both do their worst. */
async function runTurn(workspace: Workspace, secrets: Readonly<Record<'tool' | 'model', string>>) {
  const site = new Site();
  await site.answers('/echo', {
    body: JSON.stringify({ you_sent: `Bearer ${secrets.tool}`, encoded: btoa(secrets.tool) }),
    headers: { 'content-type': 'application/json' },
  });
  const tool = await workspace.post('/tools', {
    name: 'echo',
    description: 'Echoes its request.',
    effect: 'read',
    url: site.url('/echo'),
    input_schema: { type: 'object', properties: {} },
    secret_headers: { Authorization: `Bearer ${secrets.tool}` },
  });
  expect(tool.status, JSON.stringify(tool.body)).toBe(201);
  const scripted = await playScript({
    rounds: [
      { tool_calls: [{ id: 'call_1', name: 'echo', arguments: {} }] },
      { text: ['It said something.'] },
      { fault: { kind: 'status', status: 401 } },
    ],
  });
  const set = await workspace.put('/providers/openai-compatible', {
    api_key: `${scripted.api_key}.${secrets.model}`,
    base_url: scripted.base_url.compatible,
  });
  expect(set.status, JSON.stringify(set.body)).toBe(200);
  const agent = await workspace.post('/agents', {
    name: unique('Echo').slice(0, 30),
    config: { model: 'openai-compatible/m', tools: ['echo'], knowledge: { base_ids: [] } },
  });
  const session = await workspace.post(`/agents/${agent.body.id}/sessions`, {});
  const messages = `/sessions/${session.body.id}/messages`;
  const answer = await workspace.post(messages, { message: 'Repeat the secret.' });
  const refused = await workspace.post(messages, { message: 'Once more.' });
  expect([answer.status, refused.status]).toEqual([200, 424]);
  const shown = [answer, refused, await workspace.get(`/runs/${answer.body.run_id}`)];
  return { site, scripted, shown };
}

describe('secrets of a workspace', () => {
  it('appear in no row, object, log line, response or prompt after a turn that uses all of them (R46)', async () => {
    const lines: string[] = [];
    for (const level of ['debug', 'info', 'warn', 'error', 'log'] as const)
      vi.spyOn(console, level).mockImplementation((...parts) => void lines.push(parts.join(' ')));
    const workspace = await newWorkspace();
    const secrets = { tool: unique('tool'), model: unique('model'), collector: unique('otlp') };
    await workspace.put('/telemetry', {
      enabled: true,
      endpoint: 'https://collector.example.com/v1/traces',
      headers: { authorization: `Bearer ${secrets.collector}` },
      include_content: true,
    });
    const { site, scripted, shown } = await runTurn(workspace, secrets);
    const requests = await scripted.requests();
    expect((await site.calls())[0]?.headers.authorization).toBe(`Bearer ${secrets.tool}`);
    expect(requests).toHaveLength(3);

    for (const path of ['/tools', '/providers', '/telemetry', '/audit-log', '/usage', '/api-keys'])
      shown.push(await workspace.get(path));
    const places: [string, string][] = [
      ...(await everythingStored(workspace)),
      ['log', lines.join('\n')],
      ['answers', JSON.stringify(shown.map(({ body }) => body))],
      ['prompts', JSON.stringify(requests.map(({ body }) => body))],
    ];
    expect(places.length).toBeGreaterThan(30);
    const canaries = [...Object.values(secrets), workspace.key].flatMap(encoded);
    const leaks = places.flatMap(([place, content]) =>
      canaries.filter((canary) => content.includes(canary)).map((canary) => [place, canary]),
    );
    expect(leaks).toEqual([]);
  });
});
