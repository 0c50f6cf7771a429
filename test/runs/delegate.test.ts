import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';
import type { Round } from '../support/provider/script.ts';

const usage = { input_tokens: 100, output_tokens: 50 };
const perCall = 0.00015;
const ask: Round = {
  tool_calls: [{ id: 'call_1', name: 'agent', arguments: { agent: 'bee', message: 'How often?' } }],
  usage,
};
const say = (text: string): Round => ({ text: [text], usage });

interface Step {
  readonly id: string;
  readonly ordinal: number;
  readonly parent_id: string | null;
  readonly agent_id: string | null;
  readonly type: string;
  readonly name: string;
  readonly output: unknown;
  readonly error: string | null;
  readonly cost_usd: number | null;
}

/** An agent `boss` that delegates to an agent `bee`, and the model's answers to both, in order. */
async function delegating(
  rounds: readonly Round[],
  {
    bee: own = {},
    prepare,
  }: { bee?: object; prepare?: (workspace: Workspace) => Promise<object> } = {},
) {
  const workspace = await newWorkspace();
  const provider = await playScript({ rounds });
  await workspace.put('/providers/openai-compatible', {
    api_key: provider.api_key,
    base_url: provider.base_url.compatible,
  });
  const price = { model: 'openai-compatible/m', input: 1, output: 1 };
  await workspace.put('/prices', { overrides: [price] });
  const config = { model: 'openai-compatible/m', knowledge: { base_ids: [] } };
  const more = (await prepare?.(workspace)) ?? {};
  const make = async (slug: string, fields: object) =>
    (await workspace.post('/agents', { name: slug, slug, config: { ...config, ...fields } })).body;
  const bee = await make('bee', { ...own, ...more });
  const boss = await make('boss', { tools: ['agent'] });
  const run = async () => {
    const { body } = await workspace.post(`/agents/${boss.id}/runs`, { message: 'Hello?' });
    const { body: read } = await workspace.get(`/runs/${body.run_id}`);
    return { text: body.text as string, run: read, steps: read.steps as Step[] };
  };
  return { workspace, provider, bee, boss, run };
}

const answerOf = (steps: readonly Step[]) => {
  const call = steps.find(({ type, name }) => type === 'tool' && name === 'agent');
  return { output: call?.output as Record<string, unknown> | null, error: call?.error ?? null };
};

describe('the usage of a delegate', () => {
  it('is attributed to its own agent and version, and to the run of its caller', async () => {
    const { workspace, bee, boss, run } = await delegating([
      ask,
      say('Daily.'),
      say('It says daily.'),
    ]);
    const { text, run: made } = await run();
    expect(text).toBe('It says daily.');
    expect(made.usage).toMatchObject({
      input_tokens: 300,
      output_tokens: 150,
      cost_usd: 3 * perCall,
    });
    const { results } = await env.DB.prepare(
      'select agent_id, version_id, count(*) as calls, sum(cost_nano_usd) as cost from usage where run_id = ? group by 1, 2 order by calls',
    )
      .bind(made.id)
      .all();
    expect(results).toEqual([
      { agent_id: bee.id, version_id: bee.active_version.id, calls: 1, cost: 150_000 },
      { agent_id: boss.id, version_id: boss.active_version.id, calls: 2, cost: 300_000 },
    ]);
    const costs = await Promise.all(
      [bee, boss].map(async ({ id }) => {
        const { body } = await workspace.get(`/agents/${id}/analytics`);
        return [body.totals.cost.total_usd, body.totals.usage.calls, body.totals.usage.runs];
      }),
    );
    expect(costs).toEqual([
      [perCall, 1, 0],
      [2 * perCall, 2, 1],
    ]);
  });

  it('counts against the budget of its own agent, and against those of its caller', async () => {
    const { workspace, bee, boss, run } = await delegating([
      ask,
      say('Daily.'),
      say('It says daily.'),
    ]);
    const budget = { scope: 'agent', period: 'total', limit_usd: 1 };
    const [each, named] = await Promise.all(
      [null, boss.id].map(
        async (subject_id) =>
          (await workspace.post('/budgets', { ...budget, name: `${subject_id}`, subject_id })).body
            .id,
      ),
    );
    await run();
    const spent = async (id: string) =>
      (await workspace.get(`/budgets/${id}/explain`)).body.standings
        .map(({ subject, spent_usd }: { subject: string; spent_usd: number }) => [
          subject,
          spent_usd,
        ])
        .sort();
    expect(await spent(each)).toEqual(
      [
        [bee.id, perCall],
        [boss.id, 2 * perCall],
      ].sort(),
    );
    expect(await spent(named)).toEqual([[boss.id, 3 * perCall]]);
  });

  it('is refused by a budget of the delegate, which the caller reads as the result of the tool', async () => {
    const { workspace, bee, run } = await delegating([ask, say('I cannot ask.')]);
    const limit = { scope: 'agent', period: 'total', limit_usd: 0.00001 };
    await workspace.post('/budgets', { ...limit, name: 'Small', subject_id: bee.id });
    const { text, steps } = await run();
    expect(text).toBe('I cannot ask.');
    expect(answerOf(steps).error).toContain('does not cover this call');
  });
});

describe('the trace of a delegate', () => {
  it('is in the trace of the run, below the tool call, in order', async () => {
    const { bee, run } = await delegating([ask, say('Daily.'), say('It says daily.')]);
    const { steps } = await run();
    const call = steps.find(({ type }) => type === 'tool');
    expect(steps.map(({ type, parent_id, agent_id }) => [type, parent_id, agent_id])).toEqual([
      ['model', null, null],
      ['tool', null, null],
      ['model', call?.id, bee.id],
      ['model', null, null],
    ]);
    expect(steps.map(({ ordinal }) => ordinal)).toEqual([0, 1, 2, 3]);
    expect(call?.cost_usd).toBe(perCall);
  });

  it('nests delegates of delegates, and keeps every id apart in parallel calls', async () => {
    const twice: Round = {
      tool_calls: ['call_1', 'call_1'].map((id) => ({
        ...{ id, name: 'agent' },
        arguments: { agent: 'bee', message: id },
      })),
      usage,
    };
    const { run } = await delegating([twice, say('One.'), say('Two.'), say('Both.')]);
    const { text, steps, run: made } = await run();
    expect([text, made.usage.cost_usd]).toEqual(['Both.', 4 * perCall]);
    const calls = steps.filter(({ type }) => type === 'tool').map(({ id }) => id);
    const parents = steps.flatMap(({ parent_id }) => parent_id ?? []);
    expect(new Set(calls).size).toBe(2);
    expect(parents.sort()).toEqual(calls.sort());
    expect(new Set(steps.map(({ ordinal }) => ordinal)).size).toBe(steps.length);
  });

  it('does not count as tool use of the caller in analytics', async () => {
    const clock: Round = {
      tool_calls: [{ id: 'call_2', name: 'current_time', arguments: { zone: 'Europe/Zurich' } }],
      usage,
    };
    const { workspace, boss, run } = await delegating([ask, clock, say('Noon.'), say('At noon.')], {
      bee: { tools: ['current_time'] },
    });
    const { text, steps } = await run();
    expect(text).toBe('At noon.');
    expect(steps.map(({ name, parent_id }) => [name, parent_id !== null])).toEqual([
      ['openai-compatible/m', false],
      ['agent', false],
      ['openai-compatible/m', true],
      ['current_time', true],
      ['openai-compatible/m', true],
      ['openai-compatible/m', false],
    ]);
    const { body } = await workspace.get(`/agents/${boss.id}/analytics/breakdown?by=capability`);
    if (body.data !== undefined)
      expect(body.data.map(({ value }: { value: string }) => value)).not.toContain(
        'tool:current_time',
      );
  });

  it('keeps no texts without content logging', async () => {
    const { workspace, run } = await delegating([ask, say('Daily.'), say('It says daily.')]);
    await workspace.patch('/workspace', { content_logging: false });
    const { steps } = await run();
    expect(steps).toHaveLength(4);
    expect(JSON.stringify(steps)).not.toContain('Daily');
  });
});

describe('the answer of a delegate', () => {
  const output_schema = {
    type: 'object',
    properties: { days: { type: 'integer' } },
    required: ['days'],
    additionalProperties: false,
  };

  it('that does not follow its schema is repaired once', async () => {
    const rounds = [ask, say('{"days":"one"}'), say('{"days":1}'), say('Every day.')];
    const { run, provider } = await delegating(rounds, { bee: { output_schema } });
    const { steps, text } = await run();
    expect(text).toBe('Every day.');
    expect(answerOf(steps)).toEqual({ output: { agent: 'bee', answer: { days: 1 } }, error: null });
    expect(steps.filter(({ parent_id }) => parent_id !== null)).toHaveLength(2);
    expect(await provider.requests()).toHaveLength(4);
  });

  it('that does not follow its schema twice is an error that the caller reads', async () => {
    const rounds = [ask, say('No.'), say('Not at all.'), say('It cannot tell.')];
    const { run } = await delegating(rounds, { bee: { output_schema } });
    const { steps, text, run: made } = await run();
    expect(text).toBe('It cannot tell.');
    expect(answerOf(steps).error).toContain('does not match its schema');
    expect(made.usage.cost_usd).toBe(4 * perCall);
  });

  it('includes the passages that it cites', async () => {
    const rounds = [ask, say('Descale after 200 cups [1].'), say('After 200 cups.')];
    const { run } = await delegating(rounds, {
      prepare: async (workspace) => {
        const base = (await workspace.post('/knowledge-bases', { name: 'Manual' })).body.id;
        await addText(
          workspace,
          base,
          'manual.txt',
          'How often to descale: descale after 200 cups.',
        );
        return { knowledge: { base_ids: [base] } };
      },
    });
    const { output } = answerOf((await run()).steps);
    expect(output?.answer).toBe('Descale after 200 cups.');
    expect(output?.citations).toMatchObject([
      { file_name: 'manual.txt', quote: expect.stringContaining('200 cups') },
    ]);
  });
});
