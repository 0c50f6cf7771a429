import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { rollUpWorkspace } from '../../src/analytics/rollup.ts';
import { newId } from '../../src/shared/id.ts';
import { contextAt, insertHistory, messagesOf, newTenant, type Tenant } from './support.ts';

const hour = 3_600_000;
const start = Date.UTC(2026, 2, 2, 9);
const range = 'start_date=2026-03-01&end_date=2026-03-03';

const experiment = newId('exp');
const [control, candidate] = [newId('var'), newId('var')];

/** A run with one call and one rating, in an hour; of a variant where it is given. */
async function insertRun(tenant: Tenant, at: number, variant: string | null, cost: number) {
  const { workspace, agents } = tenant;
  const [agent] = agents as [Tenant['agents'][number]];
  const session_id = newId('ses');
  const of = { agent_id: agent.id, version_id: agent.version_id, session_id };
  const run = {
    id: newId('run'),
    ...of,
    is_preview: false,
    status: 'completed',
    confidence: null,
    coverage: null,
    first_token_ms: 1,
    latency_ms: 100,
    created_by: workspace.key_id,
    created_at: at,
    ended_at: at,
  };
  await insertHistory(workspace.id, {
    sessions: [
      { id: session_id, agent_id: agent.id, kind: 'chat', end_user_id: 'ann', created_at: at },
    ],
    runs: [run],
    calls: [
      {
        id: newId('use'),
        ...of,
        run_id: run.id,
        api_key_id: workspace.key_id,
        end_user_id: 'ann',
        provider: 'openai',
        model: 'a',
        operation: 'answer',
        input_tokens: 10,
        output_tokens: 5,
        cost_nano_usd: cost,
        latency_ms: 100,
        first_token_ms: 1,
        status: 'ok',
        created_at: at,
      },
    ],
    ratings: [
      {
        id: newId('fb'),
        ...of,
        message_id: messagesOf(run).assistant_id,
        run_id: run.id,
        rating: variant === candidate ? 'up' : 'down',
        created_at: at,
      },
    ],
  });
  if (variant !== null)
    await env.DB.prepare('update runs set experiment_id = ?, variant_id = ? where id = ?')
      .bind(experiment, variant, run.id)
      .run();
}

/** Two runs of each variant and one of neither: an hour that is rolled up, and one that is not. */
async function tenantWithVariants(): Promise<Tenant> {
  const tenant = await newTenant(1);
  const { id } = tenant.workspace;
  for (const at of [start, start + hour]) {
    await insertRun(tenant, at, control, 1_000_000_000);
    await insertRun(tenant, at, candidate, 3_000_000_000);
    if (at === start) {
      await insertRun(tenant, at, null, 5_000_000_000);
      await rollUpWorkspace(contextAt(id, start + hour), id);
    }
  }
  return tenant;
}

describe('experiments in analytics', () => {
  it('groups figures by experiment and by variant, from rollups and from the open hour alike', async () => {
    const { workspace, agents } = await tenantWithVariants();
    const agent = agents[0]?.id;
    const groupsBy = async (group_by: string) => {
      const { body } = await workspace.get(
        `/agents/${agent}/analytics?${range}&group_by=${group_by}`,
      );
      return body.groups.map(
        ({ value, usage, cost, quality }: Record<string, Record<string, unknown>>) => [
          value,
          usage?.runs,
          cost?.total_usd,
          quality?.approval_rate,
        ],
      );
    };
    const variants = [
      [`${experiment}/${candidate}`, 2, 6, 1],
      [`${experiment}/${control}`, 2, 2, 0],
    ];
    expect(await groupsBy('variant')).toEqual(variants);
    expect(await groupsBy('experiment')).toEqual([[experiment, 4, 8, 0.5]]);
    await rollUpWorkspace(contextAt(workspace.id, start + 48 * hour), workspace.id);
    expect(await groupsBy('variant')).toEqual(variants);
    expect(await groupsBy('experiment')).toEqual([[experiment, 4, 8, 0.5]]);
  });

  it('filters totals, series and cost by operation by an experiment or a variant', async () => {
    const { workspace } = await tenantWithVariants();
    const read = async (filter: string) =>
      (await workspace.get(`/analytics?${range}&${filter}`)).body;
    const one = await read(`variant=${candidate}`);
    expect([one.totals.usage.runs, one.totals.cost.total_usd]).toEqual([2, 6]);
    expect(one.series.map(({ usage }: { usage: { runs: number } }) => usage.runs)).toEqual([
      0, 2, 0,
    ]);
    expect(one.cost_by_operation).toEqual([{ operation: 'answer', calls: 2, cost_usd: 6 }]);
    expect([one.top_sessions, one.top_end_users, one.capabilities]).toEqual([[], [], []]);
    const both = await read(`experiment=${experiment}&group_by=variant`);
    expect([both.totals.usage.runs, both.groups.length]).toEqual([4, 2]);
    expect((await read(`experiment=${newId('exp')}`)).totals.usage.runs).toBe(0);
    expect((await read('granularity=day')).totals.usage.runs).toBe(5);
  });

  it('filters totals, series and cost by operation by a version, before and after the rollup', async () => {
    const { workspace, agents } = await tenantWithVariants();
    const [{ version_id }] = agents as [Tenant['agents'][number]];
    const read = async (filter: string) =>
      (await workspace.get(`/analytics?${range}&${filter}`)).body;
    const whole = await read('granularity=day');
    const check = async () => {
      const one = await read(`version=${version_id}&group_by=version`);
      expect(one.totals).toEqual(whole.totals);
      expect(one.groups).toMatchObject([
        { value: version_id, name: expect.stringMatching(/^.+ · 1$/) },
      ]);
      const costs = await workspace.get(`/cost-breakdown?${range}&group_by=version`);
      expect(costs.body.parts.map(({ name }: { name: string }) => name)).toContain(
        one.groups[0].name,
      );
      expect([one.top_sessions, one.top_end_users, one.capabilities]).toEqual([[], [], []]);
      const other = await read(`version=${newId('ver')}`);
      expect([other.totals.usage.runs, other.totals.cost.total_usd]).toEqual([0, 0]);
    };
    await check();
    await rollUpWorkspace(contextAt(workspace.id, start + 48 * hour), workspace.id);
    await check();
    for (const refused of ['group_by=model', `variant=${candidate}`, `experiment=${experiment}`])
      expect((await workspace.get(`/analytics?version=${version_id}&${refused}`)).status).toBe(422);
  });

  it('breaks down the cost by variant, with the calls of no experiment as a part', async () => {
    const { workspace } = await tenantWithVariants();
    const { body } = await workspace.get(`/cost-breakdown?${range}&group_by=variant`);
    expect(
      body.parts.map(({ value, cost_usd }: Record<string, unknown>) => [value, cost_usd]),
    ).toEqual([
      [`${experiment}/${candidate}`, 6],
      ['none', 5],
      [`${experiment}/${control}`, 2],
    ]);
  });

  it('refuses a malformed id and a grouping that rollups do not have by variant', async () => {
    const { workspace } = await newTenant(1);
    const malformed = await workspace.get(`/analytics?${range}&experiment=x`);
    expect([malformed.status, malformed.body.code]).toEqual([422, 'validation_failed']);
    const { status, body } = await workspace.get(
      `/analytics?${range}&variant=${candidate}&group_by=model`,
    );
    expect([status, body.errors[0].pointer]).toEqual([422, '?group_by']);
  });
});
