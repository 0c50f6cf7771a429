import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, request } from '../support/api.ts';
import { addText } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';
import type { Script } from '../support/provider/script.ts';
import { requestWith } from '../support/worker.ts';

const model = 'openai-compatible/my-vectors';

async function open(provider: string, script: Partial<Script> = {}) {
  const workspace = await newWorkspace();
  const scripted = await playScript({ rounds: [], ...script });
  const base_url = provider === 'openai-compatible' ? scripted.base_url.compatible : null;
  await workspace.put(`/providers/${provider}`, { api_key: scripted.api_key, base_url });
  const embed = (input: readonly string[], rest: Record<string, unknown> = {}) =>
    request('POST', '/v1/embeddings', workspace.key, { json: { model, input, ...rest } });
  const sent = async () =>
    (await scripted.requests()).map(({ body }) => [body.input?.length, body.dimensions]);
  return { workspace, embed, sent, requests: scripted.requests };
}

const texts = (count: number) => Array.from({ length: count }, (_, at) => `text number ${at}`);

/** The vectors that a server without limits returns. */
async function expected(input: readonly string[], dimensions: number) {
  const { embed } = await open('openai-compatible');
  return (await embed(input, { dimensions })).body.data;
}

describe('an embedding server', () => {
  it('that accepts fewer texts or tokens gets smaller requests, also from then on', async () => {
    const input = texts(20);
    const { embed, sent } = await open('openai-compatible', { embedding: { texts: 6 } });
    const { status, body } = await embed(input, { dimensions: 32 });
    expect(status, JSON.stringify(body)).toBe(200);
    expect(body.data).toEqual(await expected(input, 32));
    expect((await sent()).map(([count]) => count)).toEqual([20, 10, 5, 5, 5, 5]);
    await embed(input, { dimensions: 32 });
    expect((await sent()).slice(6).map(([count]) => count)).toEqual([5, 5, 5, 5]);
    const few = await open('openai-compatible', { embedding: { characters: 100 } });
    expect((await few.embed(input, { dimensions: 32 })).body.data).toEqual(body.data);
  });

  it('that has no text that fits fails with its reason', async () => {
    const { embed, sent } = await open('openai-compatible', { embedding: { characters: 5 } });
    const { status, body } = await embed(texts(4), { dimensions: 32 });
    expect([status, body.error.code]).toEqual([502, 'provider_error']);
    expect((await sent()).map(([count]) => count)).toEqual([4, 2, 1]);
  });

  it('that rejects the length is not sent it, and must return vectors of that length', async () => {
    const { embed, sent, workspace } = await open('openai-compatible', {
      embedding: { rejects_length: true, length: 32 },
    });
    expect((await embed(['Hello'], { dimensions: 32 })).body.data[0].embedding).toHaveLength(32);
    await embed(['Hello again'], { dimensions: 32 });
    expect(await sent()).toEqual([
      [1, 32],
      [1, undefined],
      [1, undefined],
    ]);
    const other = await embed(['Hello'], { dimensions: 64 });
    expect([other.status, other.body.error.message]).toEqual([
      502,
      `${model} returned vectors with a length other than 64.`,
    ]);
    const { body } = await workspace.get('/usage?limit=10');
    expect(body.data.map(({ status }: { status: string }) => status)).toContain('ok');
  });

  it('that returns vectors in another order is read by their indexes', async () => {
    const input = texts(3);
    const { embed } = await open('openai-compatible', { embedding: { answers: 'reversed' } });
    expect((await embed(input, { dimensions: 32 })).body.data).toEqual(await expected(input, 32));
  });

  it.each([
    ['one-less', 'returned 1 vectors for 2 texts'],
    ['one-more', 'returned 3 vectors for 2 texts'],
    ['zeros', 'returned a vector of zeros'],
    ['nulls', 'failed or returned an unreadable response'],
    ['base64', 'failed or returned an unreadable response'],
  ] as const)('whose answer is %s fails with the reason', async (answers, reason) => {
    const { embed } = await open('openai-compatible', { embedding: { answers } });
    const { status, body } = await embed(texts(2), { dimensions: 32 });
    expect([status, body.error.code]).toEqual([502, 'provider_error']);
    expect(body.error.message).toContain(reason);
  });

  it('that limits its rate gets the request again after its Retry-After, or is reported with it', async () => {
    const limited = { kind: 'status', status: 429 } as const;
    const soon = await open('openai-compatible', {
      embedding_faults: [{ ...limited, retry_after: '0' }, null],
    });
    expect((await soon.embed(['Hello'])).status).toBe(200);
    const late = await open('openai-compatible', {
      embedding_faults: [{ ...limited, retry_after: '60' }],
    });
    const { status, headers } = await late.embed(['Hello']);
    expect([status, headers.get('retry-after')]).toEqual([429, '60']);
    expect(await late.sent()).toHaveLength(1);
  });
});

describe('the vectors of a base', () => {
  /** Creates a base, adds a text and searches; returns the bodies of the embedding requests. */
  async function bodies(provider: string, base: Record<string, unknown>) {
    const { workspace, requests } = await open(provider);
    const made = await workspace.post('/knowledge-bases', { name: 'Base', ...base });
    expect(made.status, JSON.stringify(made.body)).toBe(201);
    const path = `/knowledge-bases/${made.body.id}/search`;
    expect((await addText(workspace, made.body.id, 'a.txt', 'Cats purr.')).status).toBe('ready');
    const found = await workspace.post(path, { query: 'Why do cats purr?', mode: 'vector' });
    expect(found.body.hits, JSON.stringify(found.body)).toHaveLength(1);
    return (await requests()).map(({ body }) => body);
  }

  it('of Google have a purpose and the length of the base', async () => {
    const sent = await bodies('google', { embedding_model: 'google/gemini-embedding-001' });
    expect(sent.map((body) => [body.taskType, body.outputDimensionality])).toEqual([
      ['RETRIEVAL_DOCUMENT', 768],
      ['RETRIEVAL_QUERY', 768],
    ]);
  });

  it('of Cohere may have 1,024 dimensions', async () => {
    const embedding = { embedding_model: 'cohere/embed-v4.0', dimensions: 1024 };
    const sent = await bodies('cohere', embedding);
    expect(sent.map((body) => [body.input_type, body.output_dimension])).toEqual([
      ['search_document', 1024],
      ['search_query', 1024],
    ]);
  });

  it('of Amazon Bedrock have a purpose or a length, by model', async () => {
    const cohere = await bodies('bedrock', {
      ...{ embedding_model: 'bedrock/cohere.embed-multilingual-v3', dimensions: 1024 },
    });
    expect(cohere.map((body) => [body.input_type, body.output_dimension])).toEqual([
      ['search_document', undefined],
      ['search_query', undefined],
    ]);
    const titan = await bodies('bedrock', {
      ...{ embedding_model: 'bedrock/amazon.titan-embed-text-v2:0', dimensions: 256 },
    });
    expect(titan.map((body) => body.dimensions)).toEqual([256, 256]);
  });

  it('of Workers AI are requested for at most 100 texts at once', async () => {
    const { key } = await newWorkspace();
    const calls: number[] = [];
    const run = async (_model: string, { text }: { text: string[] }) => {
      calls.push(text.length);
      return { shape: [text.length, 1024], data: text.map(() => new Array(1024).fill(0.5)) };
    };
    const json = { model: 'workers-ai/@cf/baai/bge-m3', input: texts(150) };
    const { status, body } = await requestWith({ AI: { run } }, 'POST', '/v1/embeddings', key, {
      json,
    });
    expect(status, JSON.stringify(body)).toBe(200);
    expect([body.data.length, calls]).toEqual([150, [100, 50]]);
    const rows = await env.DB.prepare(
      "select count(*) as n from usage where model = '@cf/baai/bge-m3'",
    ).first();
    expect(rows).toEqual({ n: 2 });
  });
});

describe('a reranking server', () => {
  async function search(reranking: Script['reranking'], provider = 'openai-compatible') {
    const { workspace } = await open(provider, {
      ...(reranking === undefined ? {} : { reranking }),
    });
    const { body: base } = await workspace.post('/knowledge-bases', { name: 'Base' });
    for (const name of ['cats', 'dogs', 'birds'])
      await addText(workspace, base.id, `${name}.txt`, `All ${name} are animals.`);
    const found = await workspace.post(`/knowledge-bases/${base.id}/search`, {
      ...{
        query: 'animals dogs',
        reranker: `${provider}/${provider === 'voyage' ? 'rerank-2.5' : 'any'}`,
      },
    });
    return { ...found, workspace };
  }
  // biome-ignore lint/suspicious/noExplicitAny: tests read arbitrary JSON.
  const names = ({ body }: { body: any }) =>
    body.hits.map(({ file_name, rerank_score }: Record<string, unknown>) => [
      file_name,
      rerank_score,
    ]);

  it('may rank in any order, and leave documents out', async () => {
    expect(names(await search('worst-first'))[0]).toEqual(['dogs.txt', 1]);
    const some = names(await search('first-only'));
    expect([some.length, some[0], some[1][1]]).toEqual([3, ['dogs.txt', 1], null]);
  });

  it.each(['another', 'repeated', 'none'] as const)(
    'that returns %s of the documents fails the search',
    async (reranking) => {
      const { status, body } = await search(reranking);
      expect([status, body.code]).toEqual([502, 'provider_error']);
      expect(body.detail).toContain('ranking of other documents');
    },
  );

  it('that reports its tokens is metered by them', async () => {
    const { workspace } = await search(undefined, 'voyage');
    const { body } = await workspace.get('/usage?limit=20');
    const [row] = body.data.filter(
      ({ operation }: { operation: string }) => operation === 'rerank',
    );
    expect(row).toMatchObject({ input_tokens: 12, is_estimated: false });
  });
});
