import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { atRest } from '../support/resources.ts';

const count = async (sql: string, id: string) =>
  (await env.DB.prepare(sql).bind(id).first<{ n: number }>())?.n;

async function usedAgent(workspace: Workspace) {
  const agent = (
    await workspace.post('/agents', {
      name: 'Old desk',
      slug: 'desk',
      config: { instructions: 'Answer.' },
    })
  ).body;
  const file = (
    await workspace.post('/agents/desk/files', {
      name: 'hours.md',
      text: '# Hours\n\nThe shop opens at nine.',
    })
  ).body.data[0];
  await atRest(workspace.id);
  const session = (await workspace.post('/agents/desk/sessions', {})).body.id;
  const answer = (
    await workspace.post(`/sessions/${session}/messages`, { message: 'When does the shop open?' })
  ).body;
  const once = (await workspace.post('/agents/desk/runs', { message: 'When does the shop open?' }))
    .body;
  await workspace.post(`/sessions/${session}/attachments`, {
    name: 'a.txt',
    text: 'An attachment',
  });
  return { agent, file, session, answer, once };
}

describe('deleting an agent permanently', () => {
  it('is refused for an agent that is not archived, and for a stale If-Match', async () => {
    const workspace = await newWorkspace();
    await workspace.post('/agents', { name: 'Desk', slug: 'desk' });
    const refused = await workspace.delete('/agents/desk?permanent=true');
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    await workspace.delete('/agents/desk');
    const stale = await workspace.delete('/agents/desk?permanent=true', {
      headers: { 'if-match': '"1"' },
    });
    expect(stale.status).toBe(412);
    expect((await workspace.get('/agents/desk')).status).toBe(200);
  });

  it("frees the slug at once, erases the agent's data and keeps its usage (R77)", async () => {
    const workspace = await newWorkspace();
    const { agent, file, session, answer, once } = await usedAgent(workspace);
    const usage = (await workspace.get('/usage')).body.data.length;
    expect(usage).toBeGreaterThan(0);
    await workspace.delete('/agents/desk');
    expect((await workspace.delete('/agents/desk?permanent=true')).status).toBe(204);
    for (const path of [
      '/agents/desk',
      `/agents/${agent.id}`,
      `/files/${file.id}`,
      `/agents/${agent.id}/versions`,
    ])
      expect([path, (await workspace.get(path)).status]).toEqual([path, 404]);
    expect((await workspace.delete(`/agents/${agent.id}?permanent=true`)).status).toBe(404);
    expect((await workspace.post(`/agents/${agent.id}/restore`)).status).toBe(404);
    expect((await workspace.get('/agents?archived=true')).body.data).toEqual([]);
    const again = await workspace.post('/agents', { name: 'New desk', slug: 'desk' });
    expect(again.status).toBe(201);

    await atRest(workspace.id);
    for (const path of [
      `/sessions/${session}`,
      `/messages/${answer.id}`,
      `/runs/${answer.run.id}`,
      `/runs/${once.run.id}`,
    ])
      expect([path, (await workspace.get(path)).status]).toEqual([path, 404]);
    for (const table of [
      'agent_versions',
      'agent_labels',
      'agent_activations',
      'sessions',
      'runs',
      'feedback',
    ])
      expect([
        table,
        await count(`select count(*) as n from ${table} where agent_id = ?`, agent.id),
      ]).toEqual([table, 0]);
    for (const table of ['chunks', 'vectors', 'files', 'attachments'])
      expect([
        table,
        await count(`select count(*) as n from ${table} where workspace_id = ?`, workspace.id),
      ]).toEqual([table, 0]);
    expect(
      await count('select count(*) as n from knowledge_bases where workspace_id = ?', workspace.id),
    ).toBe(1);
    await vi.waitUntil(
      async () => (await env.FILES.list({ prefix: `${workspace.id}/` })).objects.length === 0,
      { timeout: 150_000 },
    );
    const kept = await env.DB.prepare('select name, description, tags from agents where id = ?')
      .bind(agent.id)
      .first();
    expect(kept).toEqual({ name: 'Deleted agent', description: '', tags: '[]' });
    expect((await workspace.get('/usage')).body.data).toHaveLength(usage);
    expect((await workspace.get(`/usage?agent=${agent.id}`)).body.data).toHaveLength(usage);
    const quotas = (await workspace.get('/quotas')).body.data;
    expect(
      quotas
        .filter(({ used }: { used: number }) => used > 0)
        .map(({ quota }: { quota: string }) => quota),
    ).toEqual(['agents', 'keys']);
    const [audit] = (await workspace.get(`/audit-log?target_id=${agent.id}`)).body.data;
    expect(audit).toMatchObject({
      action: 'agent.delete',
      detail: { slug: 'desk', name: 'Old desk' },
    });
  });

  it('is refused without any change while another agent searches its base', async () => {
    const workspace = await newWorkspace();
    const { body: desk } = await workspace.post('/agents', { name: 'Desk', slug: 'desk' });
    const base_ids = [desk.base_id ?? desk.knowledge_base_id ?? desk.config.knowledge.base_ids[0]];
    await workspace.post('/agents', {
      name: 'Borrower',
      slug: 'borrower',
      config: { knowledge: { base_ids } },
    });
    await workspace.delete('/agents/desk');
    const refused = await workspace.delete('/agents/desk?permanent=true');
    expect([refused.status, refused.body.code, refused.body.detail]).toEqual([
      409,
      'conflict',
      expect.stringContaining('borrower'),
    ]);
    expect((await workspace.post('/agents/desk/restore')).status).toBe(200);
  });

  it('does not affect other agents', async () => {
    const workspace = await newWorkspace();
    const other = (await workspace.post('/agents', { name: 'Other', slug: 'other' })).body.id;
    const session = (await workspace.post('/agents/other/sessions', {})).body.id;
    await usedAgent(workspace);
    await workspace.delete('/agents/desk');
    await workspace.delete('/agents/desk?permanent=true');
    await atRest(workspace.id);
    expect((await workspace.get(`/sessions/${session}`)).status).toBe(200);
    expect((await workspace.get(`/agents/${other}/versions`)).body.data).toHaveLength(1);
    expect(
      (await workspace.post('/agents/other/files', { name: 'a.txt', text: 'Text' })).status,
    ).toBe(202);
  });
});
