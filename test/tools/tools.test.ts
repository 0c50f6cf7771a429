import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { Site } from '../support/outbound.ts';
import { withPath } from './support.ts';

describe('HTTP tools', () => {
  it('are created, read, listed, updated and deleted', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    const made = await workspace.post('/tools', withPath(site));
    expect(made.status).toBe(201);
    expect(made.headers.get('etag')).toBe('"1"');
    expect(made.body).toMatchObject({
      revision: 1,
      method: 'GET',
      body: null,
      headers: {},
      secret_headers: {},
      timeout_ms: 15_000,
    });
    expect(made.body.input_schema.additionalProperties).toBe(false);
    const { id } = made.body;
    expect((await workspace.get(`/tools/${id}`)).body).toEqual(made.body);
    await workspace.post('/tools', { ...withPath(site), name: 'other', effect: 'write' });
    expect(
      (await workspace.get('/tools?effect=write')).body.data.map(
        ({ name }: { name: string }) => name,
      ),
    ).toEqual(['other']);
    expect((await workspace.get('/tools?q=GET_')).body.data).toEqual([made.body]);
    const first = (await workspace.get('/tools?limit=1')).body;
    expect((await workspace.get(`/tools?limit=1&cursor=${first.next_cursor}`)).body.data).toEqual([
      made.body,
    ]);

    const changed = await workspace.patch(
      `/tools/${id}`,
      { description: 'Better.' },
      { headers: { 'if-match': '"1"' } },
    );
    expect([changed.status, changed.body.revision, changed.body.description]).toEqual([
      200,
      2,
      'Better.',
    ]);
    expect(
      (
        await workspace.patch(
          `/tools/${id}`,
          { description: 'Worse.' },
          { headers: { 'if-match': '"1"' } },
        )
      ).status,
    ).toBe(412);
    expect((await workspace.patch(`/tools/${id}`, { description: 'Better.' })).body.revision).toBe(
      2,
    );
    expect((await workspace.delete(`/tools/${id}`)).status).toBe(204);
    expect((await workspace.get(`/tools/${id}`)).status).toBe(404);
    expect((await workspace.delete(`/tools/${id}`)).status).toBe(404);
    expect((await workspace.post('/tools', withPath(site))).status).toBe(201);
    const actions = (await workspace.get('/audit-log')).body.data.map(
      ({ action }: { action: string }) => action,
    );
    expect(actions.filter((action: string) => action.startsWith('tool.'))).toEqual([
      'tool.create',
      'tool.delete',
      'tool.update',
      'tool.create',
      'tool.create',
    ]);
  });

  it('have a unique name', async () => {
    const workspace = await newWorkspace();
    const site = new Site();
    await workspace.post('/tools', withPath(site));
    const twice = await workspace.post('/tools', withPath(site));
    expect([twice.status, twice.body.code]).toEqual([409, 'name_taken']);
    for (const name of [
      'calculator',
      'knowledge_search',
      'agent',
      '1st',
      'a b',
      '',
      'a'.repeat(65),
      'a.b',
    ]) {
      expect((await workspace.post('/tools', { ...withPath(site), name })).status, name).toBe(422);
    }
  });

  it('are created once per idempotency key', async () => {
    const workspace = await newWorkspace();
    const options = { headers: { 'idempotency-key': 'once' } };
    const [a, b] = [
      await workspace.post('/tools', withPath(new Site()), options),
      await workspace.post('/tools', withPath(new Site()), options),
    ];
    expect([a.status, b.status]).toEqual([201, 422]);
  });

  it('get a revision for each concurrent change', async () => {
    const workspace = await newWorkspace();
    const { id } = (await workspace.post('/tools', withPath(new Site()))).body;
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        workspace.patch(`/tools/${id}`, { description: `Number ${index}` }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 6 }, () => 200));
    expect(answers.map(({ body }) => body.revision).sort()).toEqual([2, 3, 4, 5, 6, 7]);
    const once = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        workspace.patch(
          `/tools/${id}`,
          { description: `Again ${index}` },
          { headers: { 'if-match': '"7"' } },
        ),
      ),
    );
    expect(once.map(({ status }) => status).sort()).toEqual([200, 412, 412, 412, 412, 412]);
  });

  it('cannot be read, created or pinned with an API key that is limited to agents', async () => {
    const admin = await newWorkspace();
    const agent = (await admin.post('/agents', { name: 'A', config: { instructions: 'x' } })).body;
    const { id } = (await admin.post('/tools', withPath(new Site()))).body;
    const limited = await admin.withRole('editor', [agent.id]);
    expect((await limited.get(`/tools/${id}`)).status).toBe(404);
    expect((await limited.get('/tools')).body.data).toEqual([]);
    expect((await limited.post('/tools', withPath(new Site()))).status).toBe(403);
    expect(
      (await limited.patch(`/agents/${agent.id}`, { config: { tools: ['get_order'] } })).status,
    ).toBe(422);
  });
});
