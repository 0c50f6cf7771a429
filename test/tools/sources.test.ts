import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { z } from '@hono/zod-openapi';
import { describe, expect, it } from 'vitest';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import { defineBuiltIn } from '../../src/tools/builtin/define.ts';
import { listAvailableTools } from '../../src/tools/index.ts';
import { sources } from '../../src/tools/sources/registry.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { playScript } from '../support/provider/client.ts';
import { draft } from './support.ts';

const contextOf = (workspace: Workspace) =>
  openPlatform(env, createExecutionContext(), { request_id: 'req_test' }).context({
    workspace_id: workspace.id,
    actor: { type: 'system', name: 'test' },
  });

const storedPins = async (version_id: string) =>
  JSON.parse(
    (await env.DB.prepare('select tools from agent_versions where id = ?')
      .bind(version_id)
      .first<string>('tools')) ?? '',
  );

const tools = ['get_order', 'calculator', 'agent'];

/** An agent whose second version was stored before pins had a kind. */
async function withLegacyVersion(workspace: Workspace, tool_id: string) {
  const scripted = await playScript({ rounds: [{ text: ['Hello.'] }] });
  await workspace.put('/providers/openai-compatible', {
    api_key: scripted.api_key,
    base_url: scripted.base_url.compatible,
  });
  const config = { model: 'openai-compatible/scripted-large', instructions: 'x', tools };
  const agent = (await workspace.post('/agents', { name: 'A', config })).body;
  const legacy = [
    { name: 'get_order', tool_id, revision: 1 },
    { name: 'calculator', builtin: true },
    { name: 'agent', builtin: true },
  ];
  await env.DB.batch([
    env.DB.prepare(
      `insert into agent_versions (id, workspace_id, agent_id, number, config, config_hash, tools, created_at)
       select ?, workspace_id, agent_id, 2, config, config_hash, ?, created_at from agent_versions where agent_id = ?`,
    ).bind(`ver_${agent.id.slice(4)}`, JSON.stringify(legacy), agent.id),
    env.DB.prepare('update agents set latest_version = 2 where id = ?').bind(agent.id),
  ]);
  return { agent, scripted };
}

describe('tool pins', () => {
  it('store the kind and, where there is one, the revision', async () => {
    const workspace = await newWorkspace();
    const { id } = (
      await workspace.post('/tools', draft('https://shop.example.com/{order}?l={limit}'))
    ).body;
    const config = { instructions: 'x', tools };
    const agent = (await workspace.post('/agents', { name: 'A', config })).body;
    expect(await storedPins(agent.active_version.id)).toEqual([
      { kind: 'http', name: 'get_order', tool_id: id, revision: 1 },
      { kind: 'builtin', name: 'calculator', revision: 1 },
      { kind: 'agent', name: 'agent' },
    ]);
  });

  it('of versions stored without a kind still show, resolve and carry over', async () => {
    const workspace = await newWorkspace();
    const { id } = (
      await workspace.post('/tools', draft('https://shop.example.com/{order}?l={limit}'))
    ).body;
    const { agent, scripted } = await withLegacyVersion(workspace, id);
    const shown = await workspace.get(`/agents/${agent.id}/versions/2`);
    expect(shown.body.tools).toEqual([
      { name: 'get_order', tool_id: id, revision: 1, status: 'current' },
      { name: 'calculator', tool_id: null, revision: null, status: 'current' },
      { name: 'agent', tool_id: null, revision: null, status: 'current' },
    ]);
    const run = await workspace.post(`/agents/${agent.id}/runs`, { message: 'Hi', version: 2 });
    expect(run.status, JSON.stringify(run.body)).toBeLessThan(300);
    const [request] = await scripted.requests();
    expect(request?.body).toMatchObject({
      tools: tools.map((name) => ({ function: { name } })),
    });

    await workspace.post(`/agents/${agent.id}/activations`, { version: 2 });
    const named = await workspace.post(`/agents/${agent.id}/versions`, {
      config: { tools },
    });
    expect((await storedPins(named.body.id)).map(({ kind }: { kind: string }) => kind)).toEqual([
      'http',
      'builtin',
      'agent',
    ]);
  });
});

describe('tool sources', () => {
  it('list the tools of every kind that a configuration can name', async () => {
    const [workspace, other] = await Promise.all([newWorkspace(), newWorkspace()]);
    await workspace.post('/tools', draft('https://shop.example.com/{order}?l={limit}'));
    const listed = await listAvailableTools(contextOf(workspace));
    expect(listed.find(({ name }) => name === 'get_order')).toEqual({
      name: 'get_order',
      description: 'An order by its number.',
      effect: 'read',
    });
    const builtIn = [
      ...['knowledge_search', 'web_search', 'fetch_url', 'run_code', 'calculator', 'current_time'],
      'hand_over',
      'agent',
    ];
    const names = (await listAvailableTools(contextOf(other))).map(({ name }) => name);
    expect(names).toEqual(builtIn);
  });

  it('show a built-in tool as changed once its revision moves on, and as deleted once it is gone', () => {
    const { status } = sources.builtin;
    const statusOf = (name: string, revision: number) =>
      status.where === 'code' ? status.of({ kind: 'builtin', name, revision }) : null;
    expect([statusOf('calculator', 1), statusOf('calculator', 0), statusOf('gone', 1)]).toEqual([
      'current',
      'changed',
      'deleted',
    ]);
  });
});

describe('a built-in tool', () => {
  const whole = {
    name: 'echo',
    description: 'Returns its input.',
    input: z.strictObject({ text: z.string().max(10) }),
    effect: 'read',
    revision: 1,
    run: async (_ctx: unknown, input: { text: string }) => ({
      ok: true as const,
      output: input.text,
    }),
  } as const;

  it('derives the JSON Schema of its arguments from Zod and refuses others', async () => {
    const echo = defineBuiltIn(whole);
    expect(echo.input_schema).toEqual({
      type: 'object',
      properties: { text: { type: 'string', maxLength: 10 } },
      required: ['text'],
      additionalProperties: false,
    });
    expect(await echo.run({} as never, { text: 'x' }, {} as never)).toEqual({
      ok: true,
      output: 'x',
    });
    expect(await echo.run({} as never, { text: 1 }, {} as never)).toMatchObject({ ok: false });
  });

  it('does not compile with a part missing', () => {
    const { effect: _effect, ...withoutEffect } = whole;
    const { revision: _revision, ...withoutRevision } = whole;
    const { run: _run, ...withoutRun } = whole;
    const { input: _input, ...withoutInput } = whole;
    // @ts-expect-error a tool declares its effect
    defineBuiltIn(withoutEffect);
    // @ts-expect-error a tool declares its revision
    defineBuiltIn(withoutRevision);
    // @ts-expect-error a tool can be run
    defineBuiltIn(withoutRun);
    // @ts-expect-error a tool declares its input
    defineBuiltIn(withoutInput);
  });
});
