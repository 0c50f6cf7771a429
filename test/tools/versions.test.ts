import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';

const input_schema = {
  type: 'object',
  properties: { order: { type: 'string' } },
  required: ['order'],
};
const tool = (name: string) => ({
  name,
  description: 'An order by its number.',
  effect: 'read',
  url: 'https://shop.example.com/orders/{order}',
  input_schema,
  secret_headers: { 'X-Own-Key': 'sk-canary-0123456789abcdef' },
});
const makeTool = async (workspace: Workspace, name = 'get_order') =>
  (await workspace.post('/tools', tool(name))).body;
const makeAgent = async (workspace: Workspace, tools: string[]) =>
  (await workspace.post('/agents', { name: 'A', config: { instructions: 'x', tools } })).body;
const toolsOf = async (workspace: Workspace, agent: string, version: number) =>
  (await workspace.get(`/agents/${agent}/versions/${version}`)).body.tools;
const rows = async (table: string, tool_id: string) =>
  (
    await env.DB.prepare(`select count(*) as n from ${table} where tool_id = ?`)
      .bind(tool_id)
      .first<{ n: number }>()
  )?.n;

describe('tools of a version', () => {
  it('must exist', async () => {
    const workspace = await newWorkspace();
    const other = await newWorkspace();
    await makeTool(other);
    const refused = await workspace.post('/agents', {
      name: 'A',
      config: { instructions: 'x', tools: ['calculator', 'get_order'] },
    });
    expect([refused.status, refused.body.errors]).toEqual([
      422,
      [{ pointer: '/config/tools/1', detail: 'Tool `get_order` does not exist.' }],
    ]);
    for (const name of ['web_search', 'run_python', 'Calculator']) {
      expect(
        (
          await workspace.post('/agents', {
            name: 'A',
            config: { instructions: 'x', tools: [name] },
          })
        ).status,
        name,
      ).toBe(422);
    }
  });

  it('stay at their revision and show when the tool has changed', async () => {
    const workspace = await newWorkspace();
    const { id } = await makeTool(workspace);
    const agent = await makeAgent(workspace, ['get_order', 'calculator']);
    const builtin = { name: 'calculator', tool_id: null, revision: null, status: 'current' };
    const at = (revision: number, status: string) => [
      { name: 'get_order', tool_id: id, revision, status },
      builtin,
    ];
    expect(await toolsOf(workspace, agent.id, 1)).toEqual(at(1, 'current'));
    await workspace.patch(`/tools/${id}`, { description: 'Better.' });
    expect(await toolsOf(workspace, agent.id, 1)).toEqual(at(1, 'changed'));

    // A change of another field keeps the pinned revision. Setting `tools` pins the current one.
    await workspace.patch(`/agents/${agent.id}`, { config: { instructions: 'y' } });
    expect(await toolsOf(workspace, agent.id, 2)).toEqual(at(1, 'changed'));
    const draft = await workspace.post(`/agents/${agent.id}/versions`, {
      config: { tools: ['get_order', 'calculator'] },
    });
    expect([draft.body.number, draft.body.tools]).toEqual([3, at(2, 'current')]);
    const named = await workspace.patch(`/agents/${agent.id}`, {
      config: { tools: ['get_order', 'calculator'] },
    });
    expect(named.body.version?.number ?? named.body.active_version?.number).toBe(4);
    await workspace.patch(`/agents/${agent.id}`, {
      config: { tools: ['get_order', 'calculator'] },
    });
    expect((await workspace.get(`/agents/${agent.id}/versions/5`)).status).toBe(404);
  });

  it('outlive a deleted tool; unpinned revisions are erased with it', async () => {
    const workspace = await newWorkspace();
    const { id } = await makeTool(workspace);
    const free = await makeTool(workspace, 'free');
    const agent = await makeAgent(workspace, ['get_order']);
    await workspace.patch(`/tools/${id}`, { description: 'Better.' });
    for (const one of [id, free.id])
      expect((await workspace.delete(`/tools/${one}`)).status).toBe(204);
    expect([await rows('tool_revisions', id), await rows('tool_secrets', id)]).toEqual([1, 1]);
    expect([await rows('tool_revisions', free.id), await rows('tool_secrets', free.id)]).toEqual([
      0, 0,
    ]);
    expect(await toolsOf(workspace, agent.id, 1)).toEqual([
      { name: 'get_order', tool_id: id, revision: 1, status: 'deleted' },
    ]);

    expect(
      (await workspace.patch(`/agents/${agent.id}`, { config: { instructions: 'y' } })).status,
    ).toBe(200);
    expect((await toolsOf(workspace, agent.id, 2))[0].status).toBe('deleted');
    expect(
      (
        await workspace.post('/agents', {
          name: 'B',
          config: { instructions: 'x', tools: ['get_order'] },
        })
      ).status,
    ).toBe(422);
    const copy = await workspace.post(`/agents/${agent.id}/duplicate`, {});
    expect((await toolsOf(workspace, copy.body.id, 1))[0]).toMatchObject({
      tool_id: id,
      revision: 1,
    });
  });

  it('cannot be erased between pinning and storing', async () => {
    const workspace = await newWorkspace();
    for (let round = 0; round < 5; round += 1) {
      const { id } = await makeTool(workspace, `tool_${round}`);
      const config = { instructions: 'x', tools: [`tool_${round}`] };
      const [made, gone] = await Promise.all([
        workspace.post('/agents', { name: 'A', config }),
        workspace.delete(`/tools/${id}`),
      ]);
      expect([201, 422]).toContain(made.status);
      expect(gone.status).toBe(204);
      expect(await rows('tool_revisions', id)).toBe(made.status === 201 ? 1 : 0);
    }
  });

  it('that the workspace lacks are omitted from an imported agent with a warning', async () => {
    const workspace = await newWorkspace();
    await makeTool(workspace);
    const agent = await makeAgent(workspace, ['get_order', 'current_time']);
    const manifest = (await workspace.get(`/agents/${agent.id}/export`)).body;
    expect(JSON.stringify(manifest)).not.toContain('canary');
    const other = await newWorkspace();
    const imported = await other.post('/agents/import', manifest);
    expect([imported.status, imported.body.config.tools]).toEqual([201, ['current_time']]);
    expect(imported.body.warnings).toEqual([
      'Tool `get_order` does not exist in this workspace and was left out.',
    ]);
  });
});
