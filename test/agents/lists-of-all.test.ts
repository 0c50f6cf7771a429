import { describe, expect, it } from 'vitest';
import { newId } from '../../src/shared/id.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';

interface Made {
  readonly id: string;
}

const create: Readonly<Record<string, (workspace: Workspace, agent: string) => Promise<Made>>> = {
  '/experiments': async (workspace, agent) => {
    const second = await workspace.post(`/agents/${agent}/versions`, {
      config: { instructions: 'Answer briefly.' },
    });
    const variant = (name: string, version: unknown, is_control: boolean) => ({
      ...{ name, version, is_control, weight: 50 },
    });
    const made = await workspace.post(`/agents/${agent}/experiments`, {
      name: 'Shorter answers',
      primary_metric: { metric: 'success' },
      variants: [variant('control', 1, true), variant('short', second.body.id, false)],
    });
    return made.body;
  },
  '/share-links': async (workspace, agent) =>
    (await workspace.post(`/agents/${agent}/share-links`, { name: 'Home page', access: 'public' }))
      .body,
  '/channels': async (workspace, agent) =>
    (
      await workspace.post(`/agents/${agent}/channels`, {
        ...{ kind: 'telegram', name: 'Telegram' },
        credentials: {
          bot_token: '123456789:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw1',
          secret_token: 'x'.repeat(32),
        },
      })
    ).body,
};

describe('a list of what belongs to agents', () => {
  it.each(Object.keys(create))(
    '%s shows that of all agents, of one, and of those that a key is limited to (R7)',
    async (list) => {
      const workspace = await newWorkspace();
      const made: Made[] = [];
      for (const slug of ['one', 'two']) {
        const agent = (await workspace.post('/agents', { name: slug, slug })).body.id;
        const one = await create[list]?.(workspace, agent);
        expect(one?.id, JSON.stringify(one)).toBeTruthy();
        made.push({ ...one, agent_id: agent } as unknown as Made);
      }
      const [first, second] = made as unknown as (Made & { agent_id: string })[];
      const idsOf = async (reader: Workspace, query = '') => {
        const { status, body } = await reader.get(list + query);
        expect(status, JSON.stringify(body)).toBe(200);
        return body.data.map(({ id }: Made) => id);
      };
      expect(await idsOf(workspace)).toEqual([second?.id, first?.id]);
      expect(await idsOf(workspace, '?agent=one')).toEqual([first?.id]);
      expect(await idsOf(workspace, `?agent=${second?.agent_id}`)).toEqual([second?.id]);
      const page = await workspace.get(`${list}?limit=1`);
      expect(await idsOf(workspace, `?limit=1&cursor=${page.body.next_cursor}`)).toEqual([
        first?.id,
      ]);
      const limited = await workspace.withRole('editor', [String(first?.agent_id)]);
      expect(await idsOf(limited)).toEqual([first?.id]);
      for (const unknown of ['two', newId('agt')])
        expect((await limited.get(`${list}?agent=${unknown}`)).status).toBe(404);
      expect(await idsOf(await newWorkspace())).toEqual([]);
    },
  );

  it('/experiments filters by status', async () => {
    const workspace = await newWorkspace();
    await workspace.post('/agents', { name: 'One', slug: 'one' });
    const made = await create['/experiments']?.(workspace, 'one');
    expect((await workspace.get('/experiments?status=draft')).body.data[0].id).toBe(made?.id);
    expect((await workspace.get('/experiments?status=running')).body.data).toEqual([]);
  });
});
