import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { playScript } from '../../support/provider/client.ts';
import { clientOf, failureOf } from './support.ts';

describe('embeddings and models with the openai client', () => {
  it('returns one metered vector per text, equal as floats and as base64', async () => {
    const workspace = await newWorkspace();
    const client = clientOf(workspace.key);
    const body = { model: 'builtin/lexical', input: ['Descaling', 'Warranty', 'Descaling'] };
    const floats = await client.embeddings.create({ ...body, encoding_format: 'float' });
    // Without a format the client requests base64 and decodes it.
    const decoded = await client.embeddings.create(body);
    expect(floats.data.map(({ index, embedding }) => [index, embedding.length])).toEqual([
      [0, 512],
      [1, 512],
      [2, 512],
    ]);
    for (const [index, { embedding }] of decoded.data.entries()) {
      expect([...embedding]).toEqual([...Float32Array.from(floats.data[index]?.embedding ?? [])]);
    }
    expect(floats.data[0]?.embedding).toEqual(floats.data[2]?.embedding);
    expect(floats.usage.prompt_tokens).toBeGreaterThan(0);
    const { results } = await env.DB.prepare(
      'select operation, model from usage where workspace_id = ?',
    )
      .bind(workspace.id)
      .all();
    expect(results).toEqual([
      { operation: 'embed', model: 'lexical' },
      { operation: 'embed', model: 'lexical' },
    ]);
  });

  it('calls a provider once per Idempotency-Key', async () => {
    const scripted = await playScript({ rounds: [] });
    const workspace = await newWorkspace();
    await workspace.put('/providers/openai', { api_key: scripted.api_key });
    const ask = (key: string) =>
      clientOf(workspace.key).embeddings.create(
        { model: 'openai/text-embedding-3-large', input: 'Hello' },
        { headers: { 'idempotency-key': key } },
      );
    expect(await ask('a')).toEqual(await ask('a'));
    expect(await scripted.requests()).toHaveLength(1);
  });

  it('rejects unknown models, other lengths and tokens as input', async () => {
    const client = clientOf((await newWorkspace()).key);
    const create = (more: object) =>
      failureOf(client.embeddings.create({ model: 'builtin/lexical', input: 'Hello', ...more }));
    for (const model of ['text-embedding-ada-002', 'valueOf', 'constructor'])
      expect((await create({ model })).code).toBe('model_not_found');
    expect((await create({ dimensions: 64 })).param).toBe('dimensions');
    expect((await create({ input: [[1, 2, 3]] })).param).toBe('input');
  });

  it('lists agents, newest first, and the models that the role may read', async () => {
    const workspace = await newWorkspace();
    const made = [];
    for (const name of ['First', 'Second', 'Third'])
      made.push((await workspace.post('/agents', { name })).body);
    await workspace.delete(`/agents/${made[1].id}`);
    const namesOf = async (key: string) =>
      (await clientOf(key).models.list()).data.map(({ id }) => id);
    expect(await namesOf(workspace.key)).toEqual([
      'third',
      'first',
      'builtin/lexical',
      'builtin/extractive',
    ]);
    expect(await namesOf((await workspace.withRole('viewer')).key)).toEqual([
      'third',
      'first',
      'builtin/lexical',
    ]);
    expect(await namesOf((await workspace.withRole('runtime')).key)).toEqual(['third', 'first']);
    expect(await namesOf((await workspace.withRole('runtime', [made[0].id])).key)).toEqual([
      'first',
    ]);
  });
});
