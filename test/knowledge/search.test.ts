import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { searchKnowledge } from '../../src/knowledge/index.ts';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';

const contextOf = (workspace_id: string) =>
  openPlatform(env, createExecutionContext(), { request_id: newId('req') }).context({
    workspace_id,
    actor: { type: 'system', name: 'test' },
  });

const search = (
  workspace: Workspace,
  base: string,
  query: string,
  rest: Record<string, unknown> = {},
) => workspace.post(`/knowledge-bases/${base}/search`, { query, ...rest });

const wanted = { mode: 'hybrid', top_k: 8, min_score: 0, reranker: null } as const;

describe('search', () => {
  it('finds identifiers by their parts, and those of the same parts in another spelling', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const camel = await addText(workspace, base, 'a.md', 'Call getUserName before the form opens.');
    const snake = await addText(
      workspace,
      base,
      'b.md',
      'Call get_user_name before the page loads.',
    );
    await addText(workspace, base, 'c.md', 'Call the service before the train leaves.');
    const filesOf = async (query: string) =>
      (await search(workspace, base, query)).body.hits.map(
        ({ file_id }: { file_id: string }) => file_id,
      );
    expect((await filesOf('user name')).slice(0, 2).sort()).toEqual([camel.id, snake.id].sort());
    expect((await filesOf('getUserName')).slice(0, 2)).toEqual([camel.id, snake.id]);
    expect((await filesOf('get_user_name')).slice(0, 2).sort()).toEqual(
      [camel.id, snake.id].sort(),
    );
    const { body } = await search(workspace, base, 'user name');
    expect(body.coverage).toBe('full');
  });

  it('drops stale index hits of another workspace, base or attempt (R5)', async () => {
    const [workspace, stranger] = [await newWorkspace(), await newWorkspace()];
    const [base, other, foreign] = [
      await newBase(workspace),
      await newBase(workspace),
      await newBase(stranger),
    ];
    const mine = await addText(workspace, base, 'a.txt', 'A secret about zebras.');
    const beside = await addText(workspace, other, 'b.txt', 'Another secret about zebras.');
    const theirs = await addText(stranger, foreign, 'c.txt', 'Their secret about zebras.');
    const idOf = async (owner: Workspace, file: string) =>
      (await owner.get(`/files/${file}/chunks`)).body.data[0].id;
    const ids = [
      await idOf(stranger, theirs.id),
      newId('chk'),
      await idOf(workspace, beside.id),
      await idOf(workspace, mine.id),
    ];
    const ctx = contextOf(workspace.id);
    const lying = {
      ...ctx,
      vectors: { ...ctx.vectors, query: async () => ids.map((id) => ({ id, score: 0.9 })) },
    };
    const { hits } = await searchKnowledge(
      lying,
      { ...wanted, mode: 'vector', base_ids: [base], query: 'zebras' },
      { call_key: newId('req') },
    );
    expect(hits.map(({ file_id }) => file_id)).toEqual([mine.id]);
    expect(hits[0]).toMatchObject({ vector_rank: 1, vector_score: 0.9 });
    const reached = await searchKnowledge(
      ctx,
      { ...wanted, base_ids: [foreign], query: 'zebras' },
      { call_key: newId('req') },
    );
    expect(reached).toMatchObject({ hits: [], confidence: 0, coverage: 'none' });
  });

  it('takes two round trips with a warm cache, one without vectors, and one usage row', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    await addText(workspace, base, 'a.txt', 'Zebras have stripes.');
    await addText(workspace, base, 'b.txt', 'Lions have manes.');
    const trips = async (mode: 'hybrid' | 'keyword') => {
      const ctx = contextOf(workspace.id);
      const { usage } = await searchKnowledge(
        ctx,
        { ...wanted, mode, base_ids: [base], query: 'zebra manes' },
        { call_key: newId('req') },
      );
      return [ctx.meter.db.trips, usage.length];
    };
    await trips('hybrid');
    expect((await trips('hybrid'))[0]).toBeLessThanOrEqual(2);
    expect(await trips('keyword')).toEqual([1, 0]);
    const { body } = await workspace.post(`/knowledge-bases/${base}/search`, { query: 'zebra' });
    expect(body.hits).not.toHaveLength(0);
    const rows = await env.DB.prepare(
      "select operation, input_tokens from usage where workspace_id = ? and operation = 'embed_query'",
    )
      .bind(workspace.id)
      .all();
    expect(rows.results).toHaveLength(1);
  });

  it('accepts any text as a query (R21)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    await addText(workspace, base, 'a.txt', 'Plain text with words and "quotes" in it.');
    const odd = [
      '"',
      "'; drop table chunks --",
      'NEAR(a b) AND scope:*',
      'a OR NOT (',
      '^title: "x',
      '\u{1f600}',
      '的',
      '*',
      'the of and',
      '-'.repeat(4000),
    ];
    for (const query of odd) expect((await search(workspace, base, query)).status, query).toBe(200);
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 60 }),
        async (query) => {
          const { status } = await search(workspace, base, query);
          expect(query.includes('\0') || query.trim() === '' ? [422] : [200, 422]).toContain(
            status,
          );
        },
      ),
      { numRuns: 40 },
    );
  });

  it('finds Chinese, Thai, German and French, whatever their case and accents', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const texts = {
      zh: '退货政策：顾客可以在三十天内退货并获得全额退款。',
      th: 'ร้านเปิดเวลาเก้าโมงเช้าและปิดเวลาหกโมงเย็น',
      de: 'Die Kündigungsfrist beträgt drei Monate zum Quartalsende.',
      fr: "L'abonnement se résilie par écrit avant l'échéance.",
    };
    for (const [language, text] of Object.entries(texts))
      await addText(workspace, base, `${language}.txt`, text);
    const queries = {
      zh: '多少天内可以退货？',
      th: 'ร้านปิดกี่โมง',
      de: 'KUNDIGUNGSFRIST?',
      fr: 'Comment résilier un abonnement ?',
    };
    for (const [language, query] of Object.entries(queries)) {
      const { body } = await search(workspace, base, query, { mode: 'keyword' });
      expect(body.hits[0]?.file_name, language).toBe(`${language}.txt`);
    }
  });

  it('is confident only about content that exists', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const text = [
      '# Shop',
      '## Returns\n\nGoods can be returned within 30 days for a full refund. The customer pays the postage of the return.',
      '## Delivery\n\nOrders are sent within two working days. Delivery to Switzerland takes five days and costs nine francs.',
      '## Opening hours\n\nThe shop is open from nine to six, on Saturdays from ten to four, and closed on Sundays.',
    ].join('\n\n');
    await addText(workspace, base, 'shop.md', text);
    const ask = async (query: string) => (await search(workspace, base, query)).body;
    for (const query of [
      'How many days do I have to return goods?',
      'What does delivery to Switzerland cost?',
      'Is the shop open on Sundays?',
    ]) {
      expect((await ask(query)).confidence, query).toBeGreaterThan(0.5);
      expect((await ask(query)).coverage, query).not.toBe('none');
    }
    for (const query of ['the of and', 'for a the', 'What is it?', 'Please tell me how many']) {
      const { hits, confidence, coverage } = await ask(query);
      expect(confidence, query).toBeLessThanOrEqual(0.2);
      expect(coverage, query).not.toBe('full');
      if (query === 'for a the') expect(hits).not.toEqual([]);
    }
    for (const query of [
      'What is the boiling point of mercury?',
      'Who won the football world cup?',
      'Explain quantum entanglement',
    ]) {
      expect((await ask(query)).confidence, query).toBeLessThan(0.25);
      expect((await ask(query)).coverage, query).toBe('none');
    }
  });

  it('filters by file and metadata, limits by top_k and min_score, and orders by score', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const files = [];
    for (let index = 0; index < 6; index += 1) {
      const metadata = { year: 2020 + index, even: index % 2 === 0, team: 'red' };
      files.push(
        await addText(
          workspace,
          base,
          `${index}.txt`,
          `Report ${index} about zebras. ${'zebra '.repeat(index)}`,
          { metadata },
        ),
      );
    }
    const names = async (rest: Record<string, unknown>) =>
      (await search(workspace, base, 'zebras', rest)).body.hits
        .map((hit: { file_name: string }) => hit.file_name)
        .sort();
    expect(await names({ filter: { metadata: { even: true } } })).toEqual([
      '0.txt',
      '2.txt',
      '4.txt',
    ]);
    expect(await names({ filter: { metadata: { even: true, year: 2022 } } })).toEqual(['2.txt']);
    expect(await names({ filter: { metadata: { year: '2022' } } })).toEqual([]);
    expect(await names({ filter: { metadata: { even: 1 } } })).toEqual([]);
    expect(
      await names({ filter: { file_ids: [files[1].id, files[3].id] }, mode: 'vector' }),
    ).toEqual(['1.txt', '3.txt']);
    expect(await names({ top_k: 2 })).toHaveLength(2);
    const { hits } = (await search(workspace, base, 'zebras', { reranker: 'builtin/lexical' }))
      .body;
    const scores = hits.map((hit: { score: number }) => hit.score);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(
      hits.every((hit: { rerank_score: number }) => hit.rerank_score > 0 && hit.rerank_score <= 1),
    ).toBe(true);
    expect(await names({ min_score: 1, mode: 'keyword' })).toHaveLength(1);
  });

  it('scores coverage of the query, so that min_score omits weak hits', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    await addText(workspace, base, 'zebra.txt', 'Zebras have black stripes and graze in herds.');
    await addText(
      workspace,
      base,
      'lion.txt',
      'Lions sleep for most of the day and hunt in the night, in herds of their own.',
    );
    await addText(workspace, base, 'quiz.txt', 'Quick quizzes puzzle and dazzle the jazzy crowd.');
    const ask = async (query: string, rest: Record<string, unknown>) =>
      (await search(workspace, base, query, rest)).body.hits;
    for (const mode of ['vector', 'hybrid', 'keyword']) {
      expect(await ask('zzzz qqqq', { mode, min_score: 0.5 }), mode).toEqual([]);
      const hits = await ask('black stripes of zebra herds', { mode });
      const names = await ask('black stripes of zebra herds', { mode, min_score: 0.5 });
      expect(
        names.map((hit: { file_name: string }) => hit.file_name),
        mode,
      ).toEqual(['zebra.txt']);
      const scores = hits.map((hit: { score: number }) => hit.score);
      expect(scores, mode).toEqual([...scores].sort((a, b) => b - a));
      expect(Math.min(...scores), mode).toBeGreaterThanOrEqual(0);
    }
    const [near] = await ask('zzzz qqqq', { mode: 'vector' });
    if (near !== undefined) expect(near.score).toBeCloseTo(near.vector_score, 5);
    const [reranked] = await ask('black stripes of zebra herds', { reranker: 'builtin/lexical' });
    expect(reranked).toMatchObject({ file_name: 'zebra.txt', keyword_rank: 1 });
    expect(reranked.score).toBeGreaterThan(0.5);
    expect(reranked.score).toBeLessThanOrEqual(1);
  });

  it('finds chunks by common words when no chunk has the rare ones', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 64, chunk_overlap_tokens: 0 });
    const text = Array.from(
      { length: 1100 },
      (_, index) => `# Part ${index}\n\nThe pump of this part is quiet, the valve of it is not.`,
    ).join('\n\n');
    const file = await addText(workspace, base, 'manual.md', `${text}\n\n# End\n\nA gasket.`);
    expect(file.chunk_count).toBe(1101);
    const find = async (query: string) =>
      (await search(workspace, base, query, { mode: 'keyword' })).body.hits;
    expect(await find('pump valve xylophone zeppelin')).toHaveLength(8);
    const mixed = await find('pump valve gasket');
    expect(mixed).toHaveLength(8);
    expect(mixed[0].text).toContain('gasket');
    const filter = { file_ids: [file.id] };
    const filtered = await search(workspace, base, 'pump gasket', { mode: 'keyword', filter });
    expect(filtered.body.hits).toHaveLength(8);
  });

  it('finds other chunks when those with the rarest words are too few, or not visible', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 64, chunk_overlap_tokens: 0 });
    const parts = (count: number, text: string) =>
      Array.from({ length: count }, (_, index) => `# Part ${index}\n\n${text}`).join('\n\n');
    const rare = 'Flange grommet spindle bushing impeller gasket sleeve washer of the pump.';
    await addText(workspace, base, 'pumps.md', parts(1100, 'The pump of this part is quiet.'));
    await addText(workspace, base, 'rare.md', parts(40, rare));
    const many = await addText(workspace, base, 'valves.md', parts(300, 'A valve of the pump.'));
    const find = async (query: string, top_k: number) =>
      (await search(workspace, base, query, { mode: 'keyword', top_k })).body.hits;
    expect(await find(rare, 50)).toHaveLength(50);
    expect((await find('pump valve', 8))[0].file_id).toBe(many.id);
    // Its chunks are still counted while the file is ingested again.
    await env.DB.prepare(`update files set status = 'embedding' where id = ?`).bind(many.id).run();
    expect(await find('pump valve', 8)).toHaveLength(8);
  });

  it('returns 404 to other workspaces and to keys of other agents (R2, R3)', async () => {
    const [workspace, stranger] = [await newWorkspace(), await newWorkspace()];
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'a.txt', 'Ours.');
    const paths = [
      `/knowledge-bases/${base}`,
      `/knowledge-bases/${base}/files`,
      `/files/${file.id}`,
      `/files/${file.id}/content`,
    ];
    for (const path of [...paths, `/files/${file.id}/chunks`])
      expect((await stranger.get(path)).status, path).toBe(404);
    expect((await search(stranger, base, 'ours')).status).toBe(404);
    expect(
      (await stranger.post(`/knowledge-bases/${base}/files`, { name: 'a.txt', text: 'x' })).status,
    ).toBe(404);
    expect((await stranger.post(`/files/${file.id}/reprocess`)).status).toBe(404);
    expect((await stranger.delete(`/knowledge-bases/${base}`)).status).toBe(404);
    expect((await workspace.get(`/files/${file.id}`)).body.status).toBe('ready');
  });
});
