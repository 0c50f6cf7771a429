import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';

const newAgent = async (workspace: Workspace, name: string, config: Record<string, unknown> = {}) =>
  (await workspace.post('/agents', { name, config })).body;

describe('knowledge bases', () => {
  it('cannot be deleted while an agent searches them', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'a.txt', 'The shop opens at nine.');
    const agents = [];
    for (const name of ['One', 'Two'])
      agents.push(await newAgent(workspace, name, { knowledge: { base_ids: [base] } }));
    const refused = await workspace.delete(`/knowledge-bases/${base}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    expect(refused.body.agents).toEqual(agents.map(({ id, slug }) => ({ id, slug })));
    expect(refused.body.detail).toContain('one, two');
    expect((await workspace.get(`/files/${file.id}`)).body.status).toBe('ready');
    const audit = await workspace.get('/audit-log');
    expect(audit.body.data.map(({ action }: { action: string }) => action)).not.toContain(
      'knowledge_base.delete',
    );

    const [one, two] = agents;
    expect(
      (
        await workspace.patch(`/agents/${one.id}`, {
          config: { knowledge: { base_ids: [one.base_id] } },
        })
      ).status,
    ).toBe(200);
    expect((await workspace.delete(`/knowledge-bases/${base}`)).body.agents).toEqual([
      { id: two.id, slug: two.slug },
    ]);
    // An archived agent searches nothing, and nobody could take the base from it.
    expect((await workspace.delete(`/agents/${two.id}`)).status).toBe(204);
    expect((await workspace.delete(`/knowledge-bases/${base}`)).status).toBe(204);
    expect((await workspace.get(`/files/${file.id}`)).status).toBe(404);
  });

  it('count their files by state, in lists on demand', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const none = { ready: 0, processing: 0, failed: 0, byte_size: 0 };
    const read = async (query = '') =>
      (await workspace.get(`/knowledge-bases${query}`)).body.data[0].files;
    expect(await read('?counts=true')).toEqual(none);
    const { id } = await addText(workspace, base, 'a.txt', 'The shop opens at nine.');
    const one = { ...none, ready: 1, byte_size: 23 };
    expect((await workspace.get(`/knowledge-bases/${base}`)).body.files).toEqual(one);
    const { body } = await workspace.patch(`/knowledge-bases/${base}`, { name: 'Hours' });
    expect([body.name, body.files]).toEqual(['Hours', one]);
    expect([await read('?counts=true'), await read()]).toEqual([one, null]);
    await env.DB.prepare("update files set status = 'failed' where id = ?").bind(id).run();
    expect(await read('?counts=true')).toEqual({ ...one, ready: 0, failed: 1 });
    await workspace.delete(`/files/${id}`);
    expect(await read('?counts=true')).toEqual(none);
  });

  it('have settings that cannot be changed, and say what to do instead', async () => {
    const workspace = await newWorkspace();
    const path = `/knowledge-bases/${await newBase(workspace)}`;
    const errorOf = async (change: object) =>
      (await workspace.patch(path, change)).body.errors[0].detail;
    expect(await errorOf({ chunk_tokens: 300 })).toContain('fixed when the base is created');
    expect(await errorOf({ embedding_model: 'builtin/lexical' })).toContain('embedding-migrations');
    expect(await errorOf({ agent_id: null })).toBe('Unknown field.');
    const wrong = { data: [{ question: 'Why?', expected: [{ file_id: 'file_x' }] }] };
    expect((await workspace.post(`${path}/golden-questions`, wrong)).body.detail).toMatch(
      /must be an id such as `file_[0-9a-z]{26}`\.$/,
    );
  });

  it('of an agent are deleted only with the agent', async () => {
    const workspace = await newWorkspace();
    const agent = await newAgent(workspace, 'Owner');
    const refused = await workspace.delete(`/knowledge-bases/${agent.base_id}`);
    expect([refused.status, refused.body.code]).toEqual([409, 'conflict']);
    expect((await workspace.get(`/knowledge-bases/${agent.base_id}`)).body.agent_id).toBe(agent.id);
  });

  it('are limited to the agents of a limited key (R3)', async () => {
    const workspace = await newWorkspace();
    const [mine, other] = [await newAgent(workspace, 'Mine'), await newAgent(workspace, 'Other')];
    const shared = await newBase(workspace);
    const key = await workspace.withRole('editor', [mine.id]);
    const text = { name: 'a.txt', text: 'The shop opens at nine.' };
    const own = (await key.post(`/knowledge-bases/${mine.base_id}/files`, text)).body;
    expect(
      (await key.post(`/agents/${mine.id}/files`, { ...text, text: 'It closes at six.' })).status,
    ).toBe(202);
    expect((await key.get(`/files/${own.id}`)).status).toBe(200);
    expect(
      (await key.post(`/knowledge-bases/${mine.base_id}/search`, { query: 'shop' })).status,
    ).toBe(200);
    expect(
      (await key.get('/knowledge-bases')).body.data.map(({ id }: { id: string }) => id),
    ).toEqual([mine.base_id]);
    expect((await key.post('/knowledge-bases', { name: 'Shared' })).status).toBe(403);
    for (const base of [other.base_id, shared]) {
      const file = await addText(workspace, base, 'a.txt', 'The shop opens at nine.');
      const path = `/knowledge-bases/${base}`;
      const answers = [
        await key.get(path),
        await key.patch(path, { name: 'Mine now' }),
        await key.delete(path),
        await key.get(`${path}/files`),
        await key.post(`${path}/files`, text),
        await key.post(`${path}/search`, { query: 'shop' }),
        await key.get(`/files/${file.id}`),
        await key.patch(`/files/${file.id}`, { name: 'b.txt' }),
        await key.get(`/files/${file.id}/content`),
        await key.get(`/files/${file.id}/chunks`),
        await key.post(`/files/${file.id}/reprocess`),
        await key.delete(`/files/${file.id}`),
      ];
      expect(answers.map(({ status }) => status)).toEqual(Array(answers.length).fill(404));
      expect((await workspace.get(`/files/${file.id}`)).body).toMatchObject({
        name: 'a.txt',
        status: 'ready',
      });
    }
    for (const path of [`/agents/${other.id}/files`, `/agents/${other.id}/search`]) {
      expect(
        (await key.post(path, path.endsWith('files') ? text : { query: 'shop' })).status,
        path,
      ).toBe(404);
    }
    expect(
      (
        await key.patch(`/agents/${mine.id}`, {
          config: { knowledge: { base_ids: [other.base_id] } },
        })
      ).status,
    ).toBe(404);
  });
});
