import { describe, expect, it } from 'vitest';
import { providers } from '../../src/llm/providers.ts';
import { rerankingProviders } from '../../src/models/index.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';
import type { RecordedRequest } from '../support/provider/provider.ts';

async function open(provider: string) {
  const workspace = await newWorkspace();
  const scripted = await playScript({ rounds: [] });
  const base_url = provider === 'openai-compatible' ? scripted.base_url.compatible : null;
  const set = await workspace.put(`/providers/${provider}`, {
    api_key: scripted.api_key,
    base_url,
  });
  expect(set.status, JSON.stringify(set.body)).toBe(200);
  return { workspace, requests: scripted.requests };
}

const create = (workspace: Workspace, rest: Record<string, unknown>) =>
  workspace.post('/knowledge-bases', { name: 'Handbook', ...rest });

/** Stores two texts in a new base, searches it, and returns the hits and the bodies of the requests. */
async function fillAndSearch(provider: string, base: Record<string, unknown>, search = {}) {
  const { workspace, requests } = await open(provider);
  const made = await create(workspace, base);
  expect(made.status, JSON.stringify(made.body)).toBe(201);
  for (const [name, text] of [
    ['cats.txt', 'Cats purr when they are content.'],
    ['dogs.txt', 'Dogs bark when a stranger comes.'],
  ] as const)
    expect(await addText(workspace, made.body.id, name, text)).toMatchObject({ status: 'ready' });
  const found = await workspace.post(`/knowledge-bases/${made.body.id}/search`, {
    query: 'Why do dogs bark?',
    ...search,
  });
  expect(found.status, JSON.stringify(found.body)).toBe(200);
  return { base: made.body, hits: found.body.hits, requests: await requests(), workspace };
}

const bodiesOf = (requests: readonly RecordedRequest[], path: string) =>
  requests.filter(({ url }) => url.endsWith(path)).map(({ body }) => body);

describe('the embedding model of a base', () => {
  it('may be any model, with its length, and gets the prefixes of its family', async () => {
    const { base, hits, requests } = await fillAndSearch('openai-compatible', {
      embedding_model: 'openai-compatible/intfloat/multilingual-e5-small',
      dimensions: 96,
    });
    expect(base).toMatchObject({
      dimensions: 96,
      query_prefix: 'query: ',
      document_prefix: 'passage: ',
    });
    expect(hits[0]).toMatchObject({ file_name: 'dogs.txt', vector_rank: 1 });
    const bodies = bodiesOf(requests, '/embeddings');
    expect(bodies.map(({ input }) => input)).toEqual([
      ['passage: Cats purr when they are content.'],
      ['passage: Dogs bark when a stranger comes.'],
      ['query: Why do dogs bark?'],
    ]);
    expect(bodies.map(({ dimensions }) => dimensions)).toEqual([96, 96, 96]);
  });

  it('gets the prefixes of the base, which may be empty', async () => {
    const { requests } = await fillAndSearch('openai-compatible', {
      embedding_model: 'openai-compatible/nomic-embed-text-v1.5',
      dimensions: 64,
      query_prefix: 'Frage: ',
      document_prefix: '',
    });
    expect(bodiesOf(requests, '/embeddings').map(({ input }) => input[0])).toEqual([
      'Cats purr when they are content.',
      'Dogs bark when a stranger comes.',
      'Frage: Why do dogs bark?',
    ]);
  });

  it.each([
    [{ embedding_model: 'openai-compatible/my-vectors' }, '/dimensions', 'State the length'],
    [{ embedding_model: 'mistral/mistral-embed', dimensions: 512 }, '/dimensions', '1024'],
    [{ embedding_model: 'openai-compatible/x', dimensions: 4096 }, '/dimensions', '1536'],
    [{ embedding_model: 'anthropic/claude-haiku-4-5' }, '/embedding_model', 'Unknown'],
  ])('is refused with the reason: %j', async (input, pointer, detail) => {
    const { status, body } = await create(await newWorkspace(), input);
    expect([status, body.code]).toEqual([422, 'validation_failed']);
    expect(body.errors[0].pointer).toBe(pointer);
    expect(body.errors[0].detail).toContain(detail);
  });

  it('of Cohere tells questions from passages', async () => {
    const { hits, requests } = await fillAndSearch('cohere', {
      embedding_model: 'cohere/embed-multilingual-v3.0',
    });
    expect(hits[0]).toMatchObject({ file_name: 'dogs.txt', vector_rank: 1 });
    expect(
      bodiesOf(requests, '/embed').map((body) => [body.input_type, body.output_dimension]),
    ).toEqual([
      ['search_document', undefined],
      ['search_document', undefined],
      ['search_query', undefined],
    ]);
  });

  it('of Voyage AI tells questions from passages, and has the length of the base', async () => {
    const { base, requests } = await fillAndSearch('voyage', {
      embedding_model: 'voyage/voyage-3.5',
      dimensions: 512,
    });
    expect(base.dimensions).toBe(512);
    expect(
      bodiesOf(requests, '/embeddings').map((body) => [body.input_type, body.output_dimension]),
    ).toEqual([
      ['document', 512],
      ['document', 512],
      ['query', 512],
    ]);
  });
});

describe('the reranking model of a search', () => {
  it.each([
    ['cohere', 'cohere/rerank-v3.5'],
    ['voyage', 'voyage/rerank-2.5'],
    ['openai-compatible', 'openai-compatible/bge-reranker-v2-m3'],
  ])('of %s orders the hits and is metered', async (provider, reranker) => {
    const { hits, requests, workspace } = await fillAndSearch(
      provider,
      {},
      { reranker, query: 'Dogs bark, stranger content' },
    );
    const [sent] = bodiesOf(requests, '/rerank');
    expect(sent).toMatchObject({
      query: 'Dogs bark, stranger content',
      model: reranker.split('/')[1],
    });
    expect(sent.documents).toHaveLength(2);
    expect(hits.map((hit: { rerank_score: number }) => hit.rerank_score)).toEqual([0.75, 0.25]);
    const usage = await workspace.get('/usage?limit=10');
    expect(
      usage.body.data.filter(({ operation }: { operation: string }) => operation === 'rerank'),
    ).toMatchObject([{ provider, model: reranker.split('/')[1] }]);
  });

  it('orders the passages of an answer', async () => {
    const { workspace, base, requests } = await fillAndSearch('cohere', {});
    const agent = await workspace.post('/agents', {
      name: 'Helper',
      config: {
        model: 'builtin/extractive',
        knowledge: { base_ids: [base.id], reranker: 'cohere/rerank-v3.5' },
      },
    });
    expect(agent.status, JSON.stringify(agent.body)).toBe(201);
    const run = await workspace.post(`/agents/${agent.body.id}/runs`, {
      message: 'Why do dogs bark?',
    });
    expect(run.body).toMatchObject({ run: { status: 'completed' } });
    expect(run.body.text).toContain('stranger');
    expect(bodiesOf(requests, '/rerank')).toHaveLength(0);
    const usage = await workspace.get('/usage?limit=20');
    expect(
      usage.body.data.some(({ operation }: { operation: string }) => operation === 'rerank'),
    ).toBe(true);
  });

  it('is refused when it cannot rerank', async () => {
    const { workspace } = await open('cohere');
    const made = await create(workspace, {});
    for (const reranker of ['openai/gpt-5-mini', 'cohere/command-a-03-2025', 'rerank']) {
      const { status, body } = await workspace.post(`/knowledge-bases/${made.body.id}/search`, {
        query: 'dogs',
        reranker,
      });
      expect([status, body.errors[0].pointer]).toEqual([422, '/reranker']);
    }
  });

  it('that fails is reported with the fault of its provider', async () => {
    const workspace = await newWorkspace();
    const made = await create(workspace, {});
    await addText(workspace, made.body.id, 'dogs.txt', 'Dogs bark.');
    const { status, body } = await workspace.post(`/knowledge-bases/${made.body.id}/search`, {
      query: 'dogs',
      reranker: 'cohere/rerank-v3.5',
    });
    expect(status, JSON.stringify(body)).toBeGreaterThanOrEqual(400);
    expect(body.detail).toContain('Cohere');
  });

  it('has the providers that are declared to rerank', () => {
    const declared = providers.filter(({ reranking }) => reranking !== undefined);
    expect(declared.map(({ id }) => id).sort()).toEqual([...rerankingProviders].sort());
  });
});
