import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';

const usage = { input_tokens: 100, output_tokens: 50 };

/** An agent that asks another one, and then answers. */
async function asking() {
  const workspace = await newWorkspace();
  const ask = { id: 'call_1', name: 'agent', arguments: { agent: 'bee', message: 'Hello?' } };
  const asks = { tool_calls: [ask], usage };
  const says = { text: ['Said.'], usage };
  const rounds = [asks, says, says, asks, says];
  const scripted = await playScript({ rounds, repeat: true });
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.compatible,
  });
  await workspace.put('/prices', {
    overrides: [{ model: 'openai-compatible/m', input: 1, output: 1 }],
  });
  const config = {
    model: 'openai-compatible/m',
    settings: { max_output_tokens: 100 },
    knowledge: { base_ids: [] },
  };
  const bee = (await workspace.post('/agents', { name: 'Bee', slug: 'bee', config })).body
    .id as string;
  const boss = (
    await workspace.post('/agents', { name: 'Boss', config: { ...config, tools: ['agent'] } })
  ).body.id as string;
  const run = async () => {
    const { body } = await workspace.post(`/agents/${boss}/runs`, { message: 'Hello?' });
    const { steps } = (await workspace.get(`/runs/${body.run.id}`)).body;
    return {
      text: body.text,
      error: steps.find(({ name }: { name: string }) => name === 'agent')?.error ?? null,
    };
  };
  return { workspace, scripted, bee, boss, run };
}

describe('a delegate', () => {
  it('spends its own budgets and those of its caller', async () => {
    const { workspace, bee, boss, run } = await asking();
    const about = { scope: 'agent', period: 'total', limit_usd: 1 };
    const ids = await Promise.all(
      [bee, boss].map(
        async (subject_id) =>
          (await workspace.post('/budgets', { ...about, name: subject_id, subject_id })).body.id,
      ),
    );
    expect(await run()).toEqual({ text: 'Said.', error: null });
    const spent = await Promise.all(
      ids.map(
        async (id) => (await workspace.get(`/budgets/${id}/explain`)).body.standings[0].spent_usd,
      ),
    );
    expect(spent).toEqual([0.00015, 0.00045]);
    await workspace.patch(`/budgets/${ids[0]}`, { limit_usd: 0.0002 });
    const { error } = await run();
    expect(error).toContain('does not cover this call');
  });

  it('counts against its own rate limits', async () => {
    const { workspace, scripted, bee, run } = await asking();
    await workspace.put('/rate-limits', {
      agent: { overrides: [{ id: bee, requests_per_minute: 0 }] },
    });
    const { error } = await run();
    expect(error).toContain('cannot be called');
    expect(await scripted.requests()).toHaveLength(2);
  });
});
