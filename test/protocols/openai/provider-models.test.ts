import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request } from '../../support/api.ts';
import { playScript } from '../../support/provider/client.ts';
import type { Script } from '../../support/provider/script.ts';
import { clientOf, failureOf, says } from './support.ts';

async function ownServer(script: Script = { rounds: [says('Plainly.')], repeat: true }) {
  const scripted = await playScript(script);
  const workspace = await newWorkspace();
  await workspace.put('/providers/openai-compatible', {
    base_url: scripted.base_url.compatible,
    api_key: scripted.api_key,
  });
  await workspace.put('/prices', {
    overrides: [{ model, input: 1, output: 2, cache_read: null, cache_write: null }],
  });
  return { workspace, client: clientOf(workspace.key), scripted };
}

const model = 'openai-compatible/scripted-large';

describe('models of providers', () => {
  it('answer chat completions and chains of responses without agent instructions, as one agent', async () => {
    const { workspace, client, scripted } = await ownServer();
    const completion = await client.chat.completions.create({
      model,
      messages: [{ role: 'user', content: 'Hello?' }],
    });
    expect([completion.model, completion.choices[0]?.message.content]).toEqual([model, 'Plainly.']);
    const first = await client.responses.create({ model, input: 'One' });
    const second = await client.responses.create({ input: 'Two', previous_response_id: first.id });
    expect([first.model, second.model, second.output_text]).toEqual([model, model, 'Plainly.']);
    const sent = (await scripted.requests()).filter(({ body }) => body?.messages !== undefined);
    expect(sent[0]?.body.messages).toEqual([{ role: 'user', content: 'Hello?' }]);
    expect(sent.at(-1)?.body.messages.map(({ content }: { content: string }) => content)).toEqual([
      'One',
      'Plainly.',
      'Two',
    ]);
    const { results } = await env.DB.prepare(
      'select id, provider_model from agents where workspace_id = ?',
    )
      .bind(workspace.id)
      .all();
    expect(results).toMatchObject([{ provider_model: model }]);
    const usage = await env.DB.prepare(
      "select distinct agent_id, model from usage where workspace_id = ? and operation = 'answer'",
    )
      .bind(workspace.id)
      .all();
    expect(usage.results).toEqual([{ agent_id: results[0]?.id, model: 'scripted-large' }]);
  });

  it('create one agent for concurrent first calls and ignore changes of that agent', async () => {
    const { workspace, client, scripted } = await ownServer();
    const ask = () =>
      client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello?' }] });
    await Promise.all([ask(), ask(), ask(), ask()]);
    const { data } = (await workspace.get('/agents')).body;
    expect(data).toHaveLength(1);
    await workspace.patch(`/agents/${data[0].id}`, {
      config: { instructions: 'You are a pirate.' },
    });
    await ask();
    expect(JSON.stringify((await scripted.requests()).map(({ body }) => body))).not.toContain(
      'pirate',
    );
    await workspace.delete(`/agents/${data[0].id}`);
    expect((await failureOf(ask())).code).toBe('model_not_found');
  });

  it('get a new agent after their agent was deleted permanently', async () => {
    const { workspace, client } = await ownServer();
    const ask = () =>
      client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello?' }] });
    await ask();
    const [first] = (await workspace.get('/agents')).body.data;
    await workspace.delete(`/agents/${first.id}`);
    expect((await workspace.delete(`/agents/${first.id}?permanent=true`)).status).toBe(204);
    await ask();
    const { data } = (await workspace.get('/agents')).body;
    expect(data).toEqual([expect.objectContaining({ slug: first.slug })]);
    expect(data[0].id).not.toBe(first.id);
  });

  it('are subject to budgets and idempotency keys', async () => {
    const { workspace, client, scripted } = await ownServer();
    const body = { model, messages: [{ role: 'user' as const, content: 'Hello?' }] };
    const once = () =>
      client.chat.completions.create(body, { headers: { 'idempotency-key': 'k' } });
    expect(await once()).toEqual(await once());
    expect(await scripted.requests()).toHaveLength(1);
    await workspace.post('/budgets', {
      name: 'None',
      scope: 'workspace',
      period: 'month',
      limit_usd: 0.000001,
    });
    expect((await failureOf(client.chat.completions.create(body))).code).toBe('insufficient_quota');
  });

  it.each(['runtime', 'limited'] as const)('return 404 for a %s key', async (kind) => {
    const { workspace } = await ownServer();
    const agent = (await workspace.post('/agents', { name: 'Own' })).body.id;
    const { key } =
      kind === 'runtime'
        ? await workspace.withRole('runtime')
        : await workspace.withRole('editor', [agent]);
    const client = clientOf(key);
    const calls = [
      () =>
        client.chat.completions.create({ model, messages: [{ role: 'user', content: 'Hello?' }] }),
      () => client.responses.create({ model, input: 'Hello?' }),
      () => client.models.retrieve(model),
    ];
    for (const call of calls) expect((await failureOf(call())).code).toBe('model_not_found');
    expect((await workspace.get('/agents')).body.data).toHaveLength(1);
  });

  it('return 404 for unknown names and for embedding models', async () => {
    const { client } = await ownServer();
    for (const name of ['nobody/gpt', 'openai/text-embedding-3-small', 'builtin/none']) {
      expect(
        (await failureOf(client.responses.create({ model: name, input: 'Hello?' }))).code,
        name,
      ).toBe('model_not_found');
    }
  });
});

describe('the list of models', () => {
  it('contains the models of a workspace’s own server, which can be retrieved by names with slashes', async () => {
    const { workspace, client } = await ownServer();
    const names = (await client.models.list()).data.map(({ id }) => id);
    expect(names).toEqual(
      expect.arrayContaining([model, 'openai-compatible/scripted-small', 'builtin/lexical']),
    );
    expect(new Set(names).size).toBe(names.length);
    for (const name of [model, 'builtin/lexical']) {
      const plain = await request('GET', `/v1/models/${name}`, workspace.key);
      expect([plain.status, plain.body]).toEqual([200, await client.models.retrieve(name)]);
      expect(plain.body).toMatchObject({ id: name, object: 'model', owned_by: name.split('/')[0] });
    }
    expect((await request('GET', '/v1/models/openai-compatible/none', workspace.key)).status).toBe(
      404,
    );
  });

  it('omits a server that does not respond', async () => {
    const workspace = await newWorkspace();
    await workspace.put('/providers/openai-compatible', {
      base_url: 'https://unregistered.example.com/v1',
    });
    const names = (await clientOf(workspace.key).models.list()).data.map(({ id }) => id);
    expect(names).toContain('builtin/lexical');
    expect(names.filter((name) => name.startsWith('openai-compatible/'))).toEqual([]);
  });
});

describe('embedding models of a server of the workspace', () => {
  it('return metered vectors of the default or the requested length', async () => {
    const { workspace, client } = await ownServer();
    const create = (more: object) =>
      client.embeddings.create({
        model: 'openai-compatible/qwen3-embed',
        input: ['One', 'Two'],
        ...more,
      });
    expect((await create({})).data.map(({ embedding }) => embedding.length)).toEqual([64, 64]);
    expect(
      (await create({ dimensions: 32 })).data.map(({ embedding }) => embedding.length),
    ).toEqual([32, 32]);
    const { results } = await env.DB.prepare(
      "select model from usage where workspace_id = ? and operation = 'embed'",
    )
      .bind(workspace.id)
      .all();
    expect(results).toEqual([{ model: 'qwen3-embed' }, { model: 'qwen3-embed' }]);
  });

  it('are listed when the workspace has set a price', async () => {
    const { workspace, client } = await ownServer();
    const price = {
      model: 'openai-compatible/nomic-embed-text',
      input: 1,
      output: 0,
      cache_read: null,
      cache_write: null,
    };
    await workspace.put('/prices', { overrides: [price] });
    const viewer = clientOf((await workspace.withRole('viewer')).key);
    for (const list of [await client.models.list(), await viewer.models.list()])
      expect(list.data.map(({ id }) => id)).toContain('openai-compatible/nomic-embed-text');
  });
});
