import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newChat } from '../support/chat.ts';
import { addText, newBase } from '../support/files.ts';
import type { Script } from '../support/provider/script.ts';

const prices = { overrides: [{ model: 'openai-compatible/scripted', input: 1, output: 1 }] };

async function open(script: Script, rewrite_query = true) {
  const chat = await newChat(script);
  const { workspace, agent } = chat;
  await workspace.put('/prices', prices);
  const base = await newBase(workspace);
  await addText(workspace, base, 'grinder.md', '# Grinder\n\nThe grinder is cleaned every Friday.');
  await addText(workspace, base, 'oven.md', '# Oven\n\nThe oven is cleaned once a month.');
  const config = { knowledge: { base_ids: [base], rewrite_query, top_k: 2 } };
  await workspace.post(`/agents/${agent}/versions`, { config, activate: true });
  const ask = async (message: string) => {
    const { body } = await chat.send({ message });
    const run = (await workspace.get(`/runs/${body.run_id}`)).body;
    const retrieval = run.steps.find(({ type }: { type: string }) => type === 'retrieval');
    return { body, run, retrieval, requests: await chat.provider.requests() };
  };
  return { ...chat, ask };
}

const queries = (...given: string[]) => ({ text: [JSON.stringify({ queries: given })] });

describe('the search of an agent with `rewrite_query`', () => {
  it('uses the query that its model writes for a question that depends on the one before', async () => {
    const { ask } = await open({
      rounds: [
        { text: ['On Fridays. [1]'] },
        queries('When is the oven cleaned?'),
        { text: ['Monthly. [1]'] },
      ],
    });
    const first = await ask('On which day is the grinder cleaned?');
    expect(first.requests).toHaveLength(1);
    expect(first.retrieval.output).not.toHaveProperty('queries');
    const { body, run, retrieval, requests } = await ask('And the oven?');
    expect(requests).toHaveLength(3);
    expect(JSON.stringify(requests[1]?.body)).toContain('On which day is the grinder cleaned?');
    expect(retrieval.output.queries).toEqual(['When is the oven cleaned?']);
    expect(body.citations).toMatchObject([{ file_name: 'oven.md' }]);
    // The run pays for both calls.
    expect([run.usage.cost_usd, retrieval.cost_usd]).toEqual([0.000004, 0.000002]);
    const { results } = await env.DB.prepare(
      'select operation, run_id from usage where run_id = ? order by operation',
    )
      .bind(run.id)
      .all();
    expect(results.map(({ operation }) => operation)).toEqual([
      'answer',
      'embed_query',
      'rewrite_query',
    ]);
  });

  it('searches for each part of a question about several things', async () => {
    const { ask } = await open({
      rounds: [
        queries('grinder cleaning day', 'oven cleaning interval'),
        { text: ['Friday [1], monthly [2].'] },
      ],
    });
    const { retrieval, requests } = await ask(
      'When is the grinder cleaned? And how often is the other one?',
    );
    expect(retrieval.output.queries).toHaveLength(2);
    const prompt = JSON.stringify(requests[1]?.body);
    expect(prompt).toContain('every Friday');
    expect(prompt).toContain('once a month');
  });

  it('falls back to the rule when the model fails or answers something else', async () => {
    for (const round of [
      { text: ['I cannot.'] },
      { fault: { kind: 'status', status: 500 } },
    ] as const) {
      const { ask } = await open({
        rounds: [
          { text: ['On Fridays. [1]'] },
          ...Array.from({ length: 'fault' in round ? 3 : 1 }, () => round),
          { text: ['Monthly.'] },
        ],
      });
      await ask('On which day is the grinder cleaned?');
      const { body, retrieval } = await ask('And the oven?');
      expect(body.text, JSON.stringify(body)).toBe('Monthly.');
      expect(retrieval.output.hits).toHaveLength(2);
    }
  });

  it('is in the trace: queries, ranks, and passages with their places, beside question and answer', async () => {
    const { ask, workspace } = await open({ rounds: [{ text: ['On Fridays. [1]'] }] }, false);
    const { run, retrieval } = await ask('On which day is the grinder cleaned?');
    expect(retrieval.input).toEqual({ queries: ['On which day is the grinder cleaned?'] });
    expect(retrieval.output.hits[0]).toMatchObject({ keyword_rank: 1, rerank_score: null });
    const [found] = retrieval.output.passages;
    expect(found).toMatchObject({ file_name: 'grinder.md', page: null, revision: 2 });
    expect(found.text).toContain('every Friday');
    expect(found.chunk_id).toBe(retrieval.output.hits[0].chunk_id);
    const text = async (id: string) => (await workspace.get(`/messages/${id}`)).body.text;
    expect(await text(run.question_id)).toBe('On which day is the grinder cleaned?');
    expect(await text(run.answer_id)).toBe('On Fridays. [1]');
  });

  it('calls no model without it', async () => {
    const { ask } = await open(
      { rounds: [{ text: ['On Fridays. [1]'] }, { text: ['Monthly.'] }] },
      false,
    );
    await ask('On which day is the grinder cleaned?');
    expect((await ask('And the oven?')).requests).toHaveLength(2);
  });
});
