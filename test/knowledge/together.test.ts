import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { newChat } from '../support/chat.ts';
import { addText, newBase } from '../support/files.ts';
import { count } from '../support/history.ts';
import { atRest } from '../support/resources.ts';

/** The workspace through the token of an end user of an agent. */
async function asUser(workspace: Workspace, agent: string): Promise<Workspace> {
  const about = { end_user_id: 'user-1', groups: ['staff'], agent_ids: [agent] };
  const { status, body } = await workspace.post('/end-user-tokens', about);
  expect(status, JSON.stringify(body)).toBe(201);
  return workspace.as(body.token);
}

describe('an end user (R85)', () => {
  it('does not find at an earlier revision what has been deleted', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'Shop' })).body.id;
    const { body } = await workspace.post(`/agents/${agent}/files`, {
      name: 'a.txt',
      text: 'The shop opens at nine.',
    });
    await atRest(workspace.id);
    const base = body.base_id;
    const user = await asUser(workspace, agent);
    const search = (as: Workspace, revision: number | null) =>
      as.post(`/knowledge-bases/${base}/search`, { query: 'shop opens', revision });
    expect((await search(user, null)).body.hits).toHaveLength(1);
    expect((await search(user, 1)).status).toBe(403);
    // Pinned versions find it for API keys alone.
    await workspace.post(`/agents/${agent}/versions`, {
      config: { knowledge: { revisions: { [base]: 1 } } },
      activate: true,
    });
    await workspace.delete(`/files/${body.id}`);
    await atRest(workspace.id);
    expect((await search(workspace, 1)).body.hits).toHaveLength(1);
    const ask = async (as: Workspace) =>
      (await as.post(`/agents/${agent}/search`, { query: 'shop opens' })).body.hits;
    expect(await ask(workspace)).toHaveLength(1);
    expect(await ask(user)).toEqual([]);
  });

  it('searches an agent by its filter, and can only narrow it', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    for (const visibility of ['public', 'internal'])
      await addText(workspace, base, `${visibility}.txt`, `The ${visibility} zebra.`, {
        metadata: { visibility },
      });
    const filter = { metadata: { visibility: 'public' } };
    const config = { knowledge: { base_ids: [base], filter } };
    const agent = (await workspace.post('/agents', { name: 'Zoo', config })).body.id;
    const names = async (as: Workspace, given?: object | null) =>
      (
        await as.post(`/agents/${agent}/search`, {
          query: 'zebra',
          ...(given === undefined ? {} : { filter: given }),
        })
      ).body.hits?.map((hit: { file_name: string }) => hit.file_name);
    const user = await asUser(workspace, agent);
    const internal = { metadata: { visibility: 'internal' } };
    expect(await names(workspace)).toEqual(['public.txt']);
    expect(await names(workspace, internal)).toEqual(['internal.txt']);
    expect(await names(user)).toEqual(['public.txt']);
    expect(await names(user, internal)).toEqual([]);
  });
});

describe('an embedding migration', () => {
  it('embeds former texts too, also where a page of chunks ends among them', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 30 });
    const file = await addText(workspace, base, 'a.txt', 'The canary sings.');
    const path = `/files/${file.id}/chunks`;
    let edited = '';
    for (let n = 1; n < 98; n += 1) {
      const { body } = await workspace.post(path, { text: `The canary sings number ${n}.` });
      if (n === 95) edited = body.id;
    }
    for (const text of ['One canary.', 'Two canaries.', 'Three canaries.'])
      expect((await workspace.patch(`${path}/${edited}`, { text })).status).toBe(200);
    const body = { embedding_model: 'builtin/lexical', query_prefix: 'Q: ' };
    const made = await workspace.post(`/knowledge-bases/${base}/embedding-migrations`, body);
    await atRest(workspace.id);
    const vectors = (condition: string) =>
      count(
        `select count(*) as n from vectors where workspace_id = ? and ${condition}`,
        workspace.id,
      );
    expect(await vectors(`base_id = '${base}:1'`)).toBe(98);
    expect(await vectors("base_id like 'kbf_%:1'")).toBe(3);
    await workspace.post(`/embedding-migrations/${made.body.id}/cancel`);
    await atRest(workspace.id);
    expect(await vectors("base_id like '%:1'")).toBe(0);
    expect(await vectors('1')).toBe(101);
  });

  it('is compared by the latest messages of users', async () => {
    const chat = await newChat({ rounds: [{ text: ['Hello.'] }], repeat: true });
    const { workspace, agent } = chat;
    const base = await newBase(workspace);
    await addText(workspace, base, 'a.txt', 'The shop opens at nine.');
    await workspace.post(`/agents/${agent}/versions`, {
      config: { knowledge: { base_ids: [base] } },
      activate: true,
    });
    await chat.send({ message: 'When does the shop open?' });
    const body = { embedding_model: 'builtin/lexical', query_prefix: 'Q: ' };
    const made = await workspace.post(`/knowledge-bases/${base}/embedding-migrations`, body);
    await atRest(workspace.id);
    const compared = await workspace.post(`/embedding-migrations/${made.body.id}/compare`, {});
    expect(compared.body, JSON.stringify(compared.body)).toMatchObject({
      query_count: 1,
      queries: [{ query: 'When does the shop open?' }],
    });
  });
});

it('former chunks are not counted in a base without history', async () => {
  const workspace = await newWorkspace();
  const base = await newBase(workspace, { retention_days: 0 });
  const file = await addText(workspace, base, 'a.txt', 'The shop opens at nine.');
  for (const year of [2024, 2025, 2026])
    await workspace.patch(`/files/${file.id}`, { metadata: { year } });
  const { body } = await workspace.get(`/knowledge-bases/${base}`);
  expect(body).toMatchObject({ chunk_count: 1, former_chunk_count: 0 });
});
