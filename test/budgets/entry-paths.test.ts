import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, request, type Workspace } from '../support/api.ts';
import { addText } from '../support/files.ts';
import { playScript } from '../support/provider/client.ts';
import { atRest } from '../support/resources.ts';

const usage = { input_tokens: 100, output_tokens: 50 };
const openBudget = { name: 'Open', scope: 'workspace', period: 'total', limit_usd: 100 };

/** A workspace whose every model costs something, with an agent that knows a document. */
async function furnished() {
  const workspace = await newWorkspace();
  const scripted = await playScript({ rounds: [{ text: ['An answer.'], usage }], repeat: true });
  const { openai, compatible } = scripted.base_url;
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: compatible,
  });
  await workspace.put('/providers/openai', { api_key: scripted.api_key, base_url: openai });
  const { body: base } = await workspace.post('/knowledge-bases', {
    name: 'Base',
    embedding_model: 'openai/text-embedding-3-large',
  });
  // Embedded while it costs nothing, so that nothing is spent yet.
  await workspace.put('/prices', {
    overrides: [{ model: 'openai/text-embedding-3-large', input: 0, output: 0 }],
  });
  await addText(workspace, base.id, 'hours.txt', 'Open from nine to five.');
  const models = ['openai-compatible/m', 'openai/text-embedding-3-large'];
  await workspace.put('/prices', {
    overrides: models.map((model) => ({ model, input: 1, output: 1 })),
  });
  await workspace.patch('/workspace', { background_model: 'openai-compatible/m' });
  const { body: budget } = await workspace.post('/budgets', openBudget);
  const config = {
    model: 'openai-compatible/m',
    settings: { max_output_tokens: 100 },
    knowledge: { base_ids: [] },
  };
  const { body: agent } = await workspace.post('/agents', { name: 'Agent', config });
  const { body: session } = await workspace.post(`/agents/${agent.id}/sessions`, {});
  return {
    workspace,
    scripted,
    budget: budget.id,
    base: base.id,
    agent: agent.id,
    session: session.id,
  };
}
type World = Awaited<ReturnType<typeof furnished>>;

const openAi = ({ key }: Workspace, path: string, json: object) =>
  request('POST', `/v1${path}`, key, { json });

/** Every way to a model; what a new one leaves out of the budgets fails here. */
const paths: Readonly<Record<string, (world: World) => Promise<{ status: number }>>> = {
  'a chat': ({ workspace, session }) =>
    workspace.post(`/sessions/${session}/messages`, { message: 'Hello?' }),
  'a one-shot run': ({ workspace, agent }) =>
    workspace.post(`/agents/${agent}/runs`, { message: 'Hello?' }),
  'a preview': ({ workspace, agent }) =>
    workspace.post(`/agents/${agent}/runs`, {
      message: 'Hello?',
      config: { instructions: 'Be brief.' },
    }),
  'chat completions': ({ workspace, agent }) =>
    openAi(workspace, '/chat/completions', {
      model: agent,
      messages: [{ role: 'user', content: 'Hello?' }],
    }),
  responses: ({ workspace, agent }) =>
    openAi(workspace, '/responses', { model: agent, input: 'Hello?' }),
  embeddings: ({ workspace }) =>
    openAi(workspace, '/embeddings', {
      model: 'openai/text-embedding-3-large',
      input: 'some text',
    }),
  'a search': ({ workspace, base }) =>
    workspace.post(`/knowledge-bases/${base}/search`, { query: 'opening hours' }),
  'the test of a provider': ({ workspace }) =>
    workspace.post('/providers/openai-compatible/test', { model: 'm' }),
};

const explained = async ({ workspace, budget }: World) =>
  (await workspace.get(`/budgets/${budget}/explain`)).body;
const spentByUsage = async ({ workspace }: World) =>
  (
    await env.DB.prepare('select sum(cost_nano_usd) as n from usage where workspace_id = ?')
      .bind(workspace.id)
      .first<{ n: number | null }>()
  )?.n ?? 0;

/** Background work is over, and what it spent is in the budget: all that was spent and nothing held. */
async function untilSettled(world: World): Promise<number> {
  await atRest(world.workspace.id);
  await vi.waitUntil(async () => (await explained(world)).open_holds.length === 0, {
    timeout: 150_000,
  });
  const { standings } = await explained(world);
  expect(Math.round((standings[0]?.spent_usd ?? 0) * 1e9)).toBe(await spentByUsage(world));
  return await spentByUsage(world);
}

describe('every way to a model', () => {
  it.each(Object.entries(paths))('is charged to the budget: %s', async (_name, call) => {
    const world = await furnished();
    const { status, ...answer } = await call(world);
    expect(status, JSON.stringify(answer)).toBeLessThan(300);
    expect(await untilSettled(world)).toBeGreaterThan(0);
  });

  it.each(Object.entries(paths))('is refused when the budget is spent: %s', async (_name, call) => {
    const world = await furnished();
    await world.workspace.patch(`/budgets/${world.budget}`, { limit_usd: 0 });
    const before = await world.scripted.requests();
    await call(world);
    await atRest(world.workspace.id);
    expect(await world.scripted.requests()).toEqual(before);
    expect(await spentByUsage(world)).toBe(0);
  });

  it('is charged for background work: titles and file processing', async () => {
    const world = await furnished();
    const { workspace, session, base } = world;
    await workspace.post(`/sessions/${session}/messages`, {
      message: 'When does the shop open, and when does it close on Sundays?',
    });
    await workspace.post(`/knowledge-bases/${base}/files`, {
      name: 'hours.md',
      text: '# Hours\n\nThe shop opens at nine.\n',
    });
    await untilSettled(world);
    const { results } = await env.DB.prepare(
      'select distinct operation from usage where workspace_id = ? and cost_nano_usd > 0',
    )
      .bind(workspace.id)
      .all();
    const operations = results.map(({ operation }) => operation);
    expect(operations).toEqual(expect.arrayContaining(['answer', 'embed_file', 'title']));
  });

  it('is attributed to its key, agent and run, and to the budget of the key', async () => {
    const world = await furnished();
    const { workspace, session, agent } = world;
    const { body: own } = await workspace.post('/budgets', {
      ...{
        name: 'Key',
        scope: 'api_key',
        subject_id: workspace.key_id,
        period: 'total',
        limit_usd: 100,
      },
    });
    const { body: turn } = await workspace.post(`/sessions/${session}/messages`, {
      message: 'When does the shop open on Sundays?',
    });
    const { base_id } = (await workspace.get(`/agents/${agent}`)).body;
    // The agent's own base, with a model that costs something.
    await env.DB.prepare(
      'update knowledge_bases set (embedding_model, dimensions) = (select embedding_model, dimensions from knowledge_bases where id = ?) where id = ?',
    )
      .bind(world.base, base_id)
      .run();
    await workspace.post(`/knowledge-bases/${base_id}/files`, {
      name: 'hours.md',
      text: '# Hours\n\nThe shop opens at nine.\n',
    });
    const spent = await untilSettled(world);
    const { results } = await env.DB.prepare(
      'select operation, api_key_id, agent_id, run_id from usage where workspace_id = ?',
    )
      .bind(workspace.id)
      .all();
    const caused = { api_key_id: workspace.key_id, agent_id: agent };
    expect(results).toContainEqual({ operation: 'title', ...caused, run_id: turn.run.id });
    expect(results).toContainEqual({ operation: 'embed_file', ...caused, run_id: null });
    const { standings } = (await workspace.get(`/budgets/${own.id}/explain`)).body;
    expect(Math.round(standings[0].spent_usd * 1e9)).toBe(spent);
  });

  it('is charged to the budget of a key across rotations, with the old and the new key', async () => {
    const world = await furnished();
    const { workspace, session } = world;
    const key = { scope: 'api_key', period: 'total', limit_usd: 100 };
    const { body: own } = await workspace.post('/budgets', {
      ...key,
      name: 'Own',
      subject_id: workspace.key_id,
    });
    const { body: each } = await workspace.post('/budgets', { ...key, name: 'Each' });
    const say = (secret: string) =>
      request('POST', `/api/v1/sessions/${session}/messages`, secret, {
        json: { message: 'Hello?' },
      });
    expect((await say(workspace.key)).status).toBe(200);
    const { body: successor } = await workspace.post(`/api-keys/${workspace.key_id}/rotate`, {
      grace_s: 3600,
    });
    for (const secret of [workspace.key, successor.secret])
      expect((await say(secret)).status).toBe(200);
    const spent = await untilSettled(world);
    for (const { id } of [own, each]) {
      const { standings } = (await workspace.get(`/budgets/${id}/explain`)).body;
      expect(standings.map(({ subject }: { subject: string }) => subject)).toEqual([successor.id]);
      expect(Math.round(standings[0].spent_usd * 1e9)).toBe(spent);
    }
    expect((await workspace.patch(`/budgets/${own.id}`, { limit_usd: 0 })).body).toMatchObject({
      limit_usd: 0,
    });
    for (const secret of [workspace.key, successor.secret])
      expect((await say(secret)).status).toBe(402);
  });
});
