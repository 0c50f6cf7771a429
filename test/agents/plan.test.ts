import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { countAll } from '../support/rows.ts';
import { newAgent, problem } from './support.ts';

const idempotent = { headers: { 'idempotency-key': 'plan-1' } };

const prices = (model: string, input: number, output: number) => ({
  model,
  input,
  output,
  cache_read: null,
  cache_write: null,
});

/** Stores a call of an hour ago, as the meter does. */
const insertCall = (workspace: Workspace, agent_id: string, call: object) => {
  const row = {
    id: `use_${crypto.randomUUID()}`,
    workspace_id: workspace.id,
    call_key: crypto.randomUUID(),
    agent_id,
    provider: 'openai',
    model: 'old',
    operation: 'answer',
    input_tokens: 1000,
    output_tokens: 100,
    cost_nano_usd: 1_000_000,
    latency_ms: 1,
    status: 'ok',
    created_at: Date.now() - 3_600_000,
    ...call,
  };
  const names = Object.keys(row);
  return env.DB.prepare(
    `insert into usage (${names.join(', ')}) values (${names.map(() => '?').join(', ')})`,
  )
    .bind(...Object.values(row))
    .run();
};

describe('plan of an agent', () => {
  it('compares an agent with its manifest, also for a viewer, and applies exactly that, once (R9)', async () => {
    const workspace = await newWorkspace();
    await workspace.post('/knowledge-bases', { name: 'Handbook' });
    const agent = await newAgent(workspace, {
      name: 'Help',
      config: { instructions: 'One\nTwo', settings: { temperature: 1 }, tools: ['calculator'] },
    });
    const path = `/agents/${agent.slug}`;
    const exported = (await workspace.get(`${path}/export`)).body;
    const same = await workspace.post(`${path}/plan`, { manifest: exported });
    expect(same.body).toMatchObject({ has_changes: false, summary: [], fields: [], patch: [] });
    const idle = { manifest: exported, plan_hash: 'a'.repeat(64) };
    expect((await workspace.post(`${path}/plan/apply`, idle)).body).toMatchObject({
      has_changed: false,
      version: null,
    });

    const manifest = {
      ...exported,
      agent: { ...exported.agent, tags: ['shop'] },
      config: { instructions: 'One\nThree' },
      knowledge_bases: [...exported.knowledge_bases, { name: 'Handbook', is_own: false }],
    };
    const plan = (await workspace.post(`${path}/plan`, { manifest })).body;
    expect(plan).toMatchObject({
      from: { number: 1 },
      has_changes: true,
      creates_version: true,
      fields: [{ field: 'tags', from: [], to: ['shop'] }],
      tools: { added: [], removed: ['calculator'], updated: [] },
      knowledge_bases: { added: [{ name: 'Handbook' }], removed: [] },
      cost: { calls: 0, last_week_usd: 0, forecast_usd: 0 },
    });
    expect(plan.instructions).toEqual([
      { type: 'same', lines: ['One'] },
      { type: 'removed', lines: ['Two'] },
      { type: 'added', lines: ['Three'] },
    ]);
    // Fields that the manifest leaves out return to their defaults.
    expect(plan.summary).toContain('settings.temperature: 1 -> null');
    expect((await workspace.get(path)).body.latest_version).toBe(1);

    const apply = { manifest, plan_hash: plan.plan_hash, label: 'ci', reason: 'Merged' };
    const viewer = await workspace.withRole('viewer');
    const rows = await countAll(workspace.id);
    const again = await viewer.post(`${path}/plan`, { manifest }, idempotent);
    expect(again.body.plan_hash).toBe(plan.plan_hash);
    // The reply is kept for a repeated request.
    expect(await countAll(workspace.id)).toEqual({ ...rows, idempotency_keys: expect.any(Number) });
    expect((await viewer.post(`${path}/plan/apply`, apply)).status).toBe(403);
    const other = { ...apply, config: undefined, manifest: { ...manifest, config: {} } };
    expect(problem(await workspace.post(`${path}/plan/apply`, other))).toEqual([409, 'conflict']);
    const raced = await Promise.all(
      [1, 2, 3].map(() => workspace.post(`${path}/plan/apply`, apply)),
    );
    expect(raced.filter(({ body }) => body.has_changed).length).toBe(1);
    expect(raced.map(({ status }) => status)).toEqual([200, 200, 200]);
    const after = (await workspace.get(path)).body;
    expect(after).toMatchObject({
      tags: ['shop'],
      latest_version: 2,
      active_version: { number: 2 },
      labels: { ci: { number: 2 } },
      config: { tools: [], instructions: 'One\nThree' },
    });
    const [entry] = (await workspace.get('/audit-log?action=agent.apply_plan')).body.data;
    expect(entry.detail).toMatchObject({ plan_hash: plan.plan_hash, version: 2, reason: 'Merged' });
  });

  it('refuses a plan once the agent has changed, and keeps the active version on request', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace, { config: { instructions: 'One' } });
    const path = `/agents/${agent.id}`;
    const config = { instructions: 'Two' };
    const plan = (await workspace.post(`${path}/plan`, { config })).body;
    expect(plan.summary).toEqual(['instructions: 1 lines added, 1 removed']);
    await workspace.put(`${path}/labels/stable`, { version: '1' });
    const apply = { config, plan_hash: plan.plan_hash, activate: false };
    const late = await workspace.post(`${path}/plan/apply`, apply);
    expect(problem(late)).toEqual([409, 'conflict']);
    expect(late.body.detail).toContain('Plan again');
    const { plan_hash } = (await workspace.post(`${path}/plan`, { config })).body;
    const done = await workspace.post(`${path}/plan/apply`, { ...apply, plan_hash });
    expect(done.body).toMatchObject({
      version: { number: 2 },
      is_activated: false,
      has_changed: true,
      agent: { active_version: { number: 1 }, latest_version: 2 },
    });
  });

  it('reports what a manifest names and the workspace lacks, with pointers', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace, { name: 'Help' });
    const manifest = (await workspace.get(`/agents/${agent.id}/export`)).body;
    const plan = async (change: object) =>
      (await workspace.post(`/agents/${agent.id}/plan`, { manifest: { ...manifest, ...change } }))
        .body.errors;
    expect(await plan({ knowledge_bases: [{ name: 'Lost', is_own: false }] })).toEqual([
      { pointer: '/manifest/knowledge_bases/0/name', detail: expect.stringContaining('`Lost`') },
    ]);
    expect(await plan({ config: { tools: ['calculator', 'lost'] } })).toEqual([
      { pointer: '/manifest/config/tools/1', detail: 'Tool `lost` does not exist.' },
    ]);
    expect(await plan({ agent: { ...manifest.agent, slug: 'other' } })).toEqual([
      { pointer: '/manifest/agent/slug', detail: expect.stringContaining('`help`') },
    ]);
    expect(await plan({ config: { instructions: '{{name}}' } })).toMatchObject([
      { pointer: '/manifest/config/instructions' },
    ]);
    const create = async (change: object) =>
      workspace.post('/agents/plan', { manifest: { ...manifest, ...change } });
    expect(problem(await create({}))).toEqual([409, 'slug_taken']);
    const agent_fields = { ...manifest.agent, slug: 'new' };
    expect(
      (await create({ agent: agent_fields, config: { tools: ['lost'] } })).body.errors,
    ).toEqual([{ pointer: '/manifest/config/tools/0', detail: 'Tool `lost` does not exist.' }]);
    expect((await create({ agent: agent_fields })).body).toMatchObject({
      slug: 'new',
      config: { knowledge: { base_ids: [] } },
    });
    expect((await workspace.get('/agents')).body.data).toHaveLength(1);
    for (const body of [{}, { manifest, config: {} }])
      expect((await workspace.post(`/agents/${agent.id}/plan`, body)).status).toBe(422);
    await workspace.delete(`/agents/${agent.id}`);
    expect(problem(await workspace.post(`/agents/${agent.id}/plan`, { manifest }))).toEqual([
      409,
      'agent_archived',
    ]);
  });

  it('forecasts the cost of the calls of last week with another model', async () => {
    const workspace = await newWorkspace();
    await workspace.put('/providers/openai', { api_key: 'sk-plan-of-a-test' });
    const overrides = [prices('openai/old', 1, 1), prices('openai/new', 2, 10)];
    expect((await workspace.put('/prices', { overrides })).status).toBe(200);
    const agent = await newAgent(workspace, { config: { model: 'openai/old' } });
    const path = `/agents/${agent.id}/plan`;
    const costOf = async (config: object) => (await workspace.post(path, { config })).body.cost;
    await insertCall(workspace, agent.id, {});
    await insertCall(workspace, agent.id, { input_tokens: 3000, output_tokens: 300 });
    await insertCall(workspace, agent.id, { operation: 'embed_query', model: 'embedding' });
    // Older than a week, of another agent.
    await insertCall(workspace, agent.id, { created_at: Date.now() - 8 * 86_400_000 });
    await insertCall(workspace, (await newAgent(workspace)).id, {});
    const cost = await costOf({ model: 'openai/new' });
    // Two calls of 2,000 and 200 tokens at $2 and $10 per million, and the embedding as it was.
    expect(cost).toMatchObject({ calls: 3, last_week_usd: 0.003, forecast_usd: 0.013 });
    expect(cost.assumptions.join('\n')).toMatch(/openai\/old are made to openai\/new[\s\S]*same/);
    const longer = await costOf({ model: 'openai/new', instructions: 'x'.repeat(4000) });
    expect(longer.forecast_usd).toBeCloseTo(0.013 + 2 * 1000 * 2e-6, 9);
    expect((await costOf({ model: 'openai/unknown-model' })).forecast_usd).toBeNull();
    await insertCall(workspace, agent.id, { cost_nano_usd: null });
    expect((await costOf({ model: 'openai/new' })).last_week_usd).toBeNull();
  });

  it('counts the calls of users, and not those of evaluations and drafts', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace, { config: { knowledge: { base_ids: [] } } });
    const run = async (fields: object) =>
      expect(
        (await workspace.post(`/agents/${agent.id}/runs`, { message: 'Hello', ...fields })).status,
      ).toBe(200);
    await run({ metadata: { evaluation_id: 'eval_1' } });
    await run({ config: { instructions: 'Draft' } });
    const plan = async () =>
      (await workspace.post(`/agents/${agent.id}/plan`, { config: {} })).body.cost;
    expect(await plan()).toMatchObject({ calls: 0 });
    await run({ metadata: { evaluation_id: 7 } });
    expect(await plan()).toMatchObject({ calls: 1, last_week_usd: 0, forecast_usd: 0 });
  });
});
