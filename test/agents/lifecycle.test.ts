import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { newAgent, problem } from './support.ts';

const ready = (workspace: Workspace, file: string) =>
  vi.waitUntil(async () => (await workspace.get(`/files/${file}`)).body.status === 'ready', {
    timeout: 150_000,
    interval: 50,
  });

describe('agent lifecycle', () => {
  it('archives an agent as hidden and read-only, and restores it without loss', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const path = `/agents/${agent.id}`;
    await workspace.post(`${path}/versions`, { label: 'staging' });
    expect((await workspace.delete(path)).status).toBe(204);
    expect((await workspace.delete(path)).status).toBe(204);
    for (const answer of [
      await workspace.patch(path, { name: 'x' }),
      await workspace.patch(path, {}),
      await workspace.post(`${path}/versions`, {}),
      await workspace.post(`${path}/versions/2/activate`, {}),
      await workspace.put(`${path}/labels/a`, { version: '1' }),
      await workspace.delete(`${path}/labels/staging`),
      await workspace.post(`${path}/files`, { name: 'a.txt', text: 'x' }),
    ]) {
      expect(problem(answer)).toEqual([409, 'agent_archived']);
    }
    expect((await workspace.get('/agents')).body.data).toEqual([]);
    expect((await workspace.get(path)).body).toMatchObject({
      archived_at: expect.any(String),
      revision: 3,
    });
    expect((await workspace.get(`${path}/versions`)).body.data).toHaveLength(2);
    expect((await workspace.post('/agents', { name: 'x', slug: agent.slug })).body.code).toBe(
      'slug_taken',
    );
    const restored = await workspace.post(`${path}/restore`);
    expect([restored.status, restored.body.archived_at, restored.body.revision]).toEqual([
      200,
      null,
      4,
    ]);
    expect((await workspace.post(`${path}/restore`)).body).toEqual(restored.body);
    expect((await workspace.get('/agents')).body.data).toHaveLength(1);
    const audit = (await workspace.get(`/audit-log?target_id=${agent.id}`)).body.data.map(
      ({ action }: { action: string }) => action,
    );
    expect(audit).toEqual([
      'agent.restore',
      'agent.archive',
      'agent.create_version',
      'agent.create',
    ]);
  });

  it('duplicates the active configuration with the same bases and its own', async () => {
    const workspace = await newWorkspace();
    const source = await newAgent(workspace, {
      name: 'Source',
      description: 'd',
      tags: ['t'],
      config: { instructions: 'One' },
    });
    await workspace.patch(`/agents/${source.id}`, { config: { instructions: 'Two' } });
    const copy = await workspace.post(`/agents/${source.slug}/duplicate`, {});
    expect(copy.status).toBe(201);
    expect(copy.body).toMatchObject({
      name: 'Source (copy)',
      slug: 'source-copy',
      description: 'd',
      tags: ['t'],
      latest_version: 1,
    });
    expect(copy.body.config.instructions).toBe('Two');
    expect(copy.body.config.knowledge.base_ids).toEqual([source.base_id, copy.body.base_id]);
    const named = await workspace.post(`/agents/${source.slug}/duplicate`, {
      name: 'Second',
      slug: 'source',
    });
    expect(problem(named)).toEqual([409, 'slug_taken']);
    expect((await workspace.post(`/agents/${source.slug}/duplicate`, { config: {} })).status).toBe(
      422,
    );
    await workspace.patch(`/agents/${source.id}`, { config: { instructions: 'Three' } });
    expect((await workspace.get(`/agents/${copy.body.id}`)).body).toEqual(copy.body);
  });

  it('exports and imports across workspaces by name, without ids', async () => {
    const workspace = await newWorkspace();
    const shared = (await workspace.post('/knowledge-bases', { name: 'Handbook' })).body;
    const lost = (await workspace.post('/knowledge-bases', { name: 'Only here' })).body;
    const agent = await newAgent(workspace, {
      name: 'Help',
      tags: ['a'],
      config: { instructions: 'x', settings: { temperature: 1 } },
    });
    const base_ids = [shared.id, agent.base_id, lost.id];
    const changed = await workspace.patch(`/agents/${agent.id}`, {
      config: { knowledge: { base_ids, top_k: 3 } },
    });
    const manifest = (await workspace.get(`/agents/${agent.slug}/export`)).body;
    expect(manifest).toMatchObject({
      kind: 'agentgrid.agent',
      format: 1,
      agent: { name: 'Help', slug: 'help', tags: ['a'] },
    });
    expect(manifest.knowledge_bases).toEqual([
      { name: 'Handbook', is_own: false },
      { name: 'Help', is_own: true },
      { name: 'Only here', is_own: false },
    ]);
    expect(JSON.stringify(manifest)).not.toMatch(/(agt|kb|ver|ws|key)_/);

    const back = await workspace.post('/agents/import', manifest);
    expect(back.status).toBe(201);
    expect(back.body).toMatchObject({
      slug: 'help-2',
      warnings: [expect.stringContaining('help-2')],
    });
    expect(back.body.config).toEqual({
      ...changed.body.config,
      knowledge: {
        ...changed.body.config.knowledge,
        base_ids: [shared.id, back.body.base_id, lost.id],
      },
    });

    const other = await newWorkspace();
    const handbook = (await other.post('/knowledge-bases', { name: 'Handbook' })).body;
    const imported = await other.post('/agents/import', manifest);
    expect(imported.body).toMatchObject({
      slug: 'help',
      warnings: [expect.stringContaining('Only here')],
    });
    expect(imported.body.config.knowledge.base_ids).toEqual([handbook.id, imported.body.base_id]);
    await other.post('/knowledge-bases', { name: 'Handbook' });
    const ambiguous = await other.post('/agents/import', manifest);
    expect(ambiguous.body.warnings).toHaveLength(3);
    expect(ambiguous.body.config.knowledge.base_ids).toEqual([ambiguous.body.base_id]);
  });

  it('refuses manifests of another kind or with unknown fields (R10)', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const manifest = (await workspace.get(`/agents/${agent.id}/export`)).body;
    const cases: [object, string][] = [
      [{ ...manifest, kind: 'other' }, '/kind'],
      [{ ...manifest, format: 2 }, '/format'],
      [{ ...manifest, workspace_id: workspace.id }, '/workspace_id'],
      [{ ...manifest, agent: { ...manifest.agent, id: agent.id } }, '/agent/id'],
      [
        { ...manifest, config: { ...manifest.config, knowledge: { base_ids: [] } } },
        '/config/knowledge/base_ids',
      ],
      [{ ...manifest, config: { instructions: '{{x}}' } }, '/config/instructions'],
      [{ ...manifest, config: { model: 'nobody/nothing' } }, '/config/model'],
      [
        { ...manifest, knowledge_bases: [{ name: 'x', is_own: true, id: agent.base_id }] },
        '/knowledge_bases/0/id',
      ],
    ];
    for (const [json, pointer] of cases) {
      const { status, body } = await workspace.post('/agents/import', json);
      expect([status, body.errors?.[0]?.pointer]).toEqual([422, pointer]);
    }
    expect((await workspace.get('/agents')).body.data).toHaveLength(1);
  });

  it('shows a key that is limited to agents only these agents (R2, R4)', async () => {
    const workspace = await newWorkspace();
    const [own, other] = [
      await newAgent(workspace, { name: 'Own' }),
      await newAgent(workspace, { name: 'Other' }),
    ];
    const limited = await workspace.withRole('editor', [own.id]);
    expect((await limited.get('/agents')).body.data.map(({ id }: { id: string }) => id)).toEqual([
      own.id,
    ]);
    expect((await limited.get('/agents?q=Other')).body.data).toEqual([]);
    for (const path of [`/agents/${other.id}`, '/agents/other'])
      for (const answer of [
        await limited.get(path),
        await limited.get(`${path}/versions`),
        await limited.get(`${path}/versions/1`),
        await limited.get(`${path}/versions/1/diff/1`),
        await limited.get(`${path}/activations`),
        await limited.get(`${path}/export`),
        await limited.get(`${path}/files`),
        await limited.patch(path, { name: 'x' }),
        await limited.post(`${path}/versions`, {}),
        await limited.post(`${path}/versions/1/activate`, {}),
        await limited.put(`${path}/labels/a`, { version: '1' }),
        await limited.delete(path),
        await limited.post(`${path}/search`, { query: 'x' }),
      ]) {
        expect(problem(answer)).toEqual([404, 'not_found']);
      }
    const manifest = (await limited.get(`/agents/${own.id}/export`)).body;
    for (const answer of [
      await limited.post('/agents', { name: 'New' }),
      await limited.post(`/agents/${own.id}/duplicate`, {}),
      await limited.post('/agents/import', manifest),
    ]) {
      expect(problem(answer)).toEqual([403, 'forbidden']);
    }
    expect(
      (await limited.patch(`/agents/${own.id}`, { config: { instructions: 'x' } })).status,
    ).toBe(200);
    const theft = await limited.patch(`/agents/${own.id}`, {
      config: { knowledge: { base_ids: [other.base_id] } },
    });
    expect(problem(theft)).toEqual([404, 'not_found']);
  });

  it("stores files in its own base and searches with the active version's settings", async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace);
    const path = `/agents/${agent.slug}`;
    const upload = await workspace.post(`${path}/files`, {
      name: 'leave.md',
      text: '# Leave\n\nEverybody has 25 days of leave a year.',
    });
    expect(upload.status).toBe(202);
    const [file] = upload.body.data;
    expect(file.base_id).toBe(agent.base_id);
    const form = new FormData();
    form.append(
      'file',
      new File(['The office in Basel opens at nine.'], 'office.txt', { type: 'text/plain' }),
    );
    const second = await workspace.post(`${path}/files`, undefined, { body: form });
    expect(second.status).toBe(202);
    await ready(workspace, file.id);
    await ready(workspace, second.body.data[0].id);
    expect((await workspace.get(`${path}/files`)).body.data).toHaveLength(2);

    const search = (json: object) =>
      workspace.post(`${path}/search`, { query: 'How many days of leave?', ...json });
    const found = await search({});
    expect(found.status).toBe(200);
    expect(found.body.hits[0]).toMatchObject({ file_id: file.id, base_id: agent.base_id });
    await workspace.patch(path, { config: { knowledge: { mode: 'keyword', top_k: 1 } } });
    const keyword = await search({ query: 'leave office' });
    expect(keyword.body.hits).toHaveLength(1);
    expect(keyword.body.hits[0].vector_rank).toBeNull();
    expect((await search({ query: 'leave office', top_k: 5 })).body.hits).toHaveLength(2);
    await workspace.patch(path, { config: { knowledge: { base_ids: [] } } });
    expect((await search({})).body).toMatchObject({ hits: [], coverage: 'none' });
    expect((await search({ base_ids: [agent.base_id] })).status).toBe(422);
  });
});
