import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { inputsOf, minuteTick, newDataset } from './support.ts';

const opens = { input: 'When do you open?', expected: { answer: 'At nine.' }, tags: ['hours'] };
const refused = { input: 'Who won?', expected: { refuses: true } };

describe('datasets', () => {
  it('keeps every revision readable, with who changed what', async () => {
    const workspace = await newWorkspace();
    const dataset = await newDataset(workspace);
    const path = `/datasets/${dataset}`;
    const added = await workspace.post(`${path}/cases`, { data: [opens, refused] });
    expect(added.status, JSON.stringify(added.body)).toBe(201);
    const [first, second] = added.body.data;
    const changed = await workspace.patch(
      `${path}/cases/${first.id}`,
      { input: 'When do you close?' },
      { headers: { 'if-match': '"2"' } },
    );
    expect(changed.body).toMatchObject({
      input: 'When do you close?',
      revision: 3,
      tags: ['hours'],
    });
    expect(changed.headers.get('etag')).toBe('"3"');
    expect((await workspace.delete(`${path}/cases/${second.id}`)).status).toBe(204);
    await workspace.patch(path, { name: 'Opening hours' });

    expect(await inputsOf(workspace, dataset)).toEqual(['When do you close?']);
    expect(await inputsOf(workspace, dataset, '&revision=2')).toEqual([opens.input, refused.input]);
    expect(await inputsOf(workspace, dataset, '&revision=1')).toEqual([]);
    expect((await workspace.get(`${path}/cases?revision=6`)).status).toBe(404);
    expect((await workspace.get(`${path}/cases/${first.id}?revision=2`)).body.input).toBe(
      opens.input,
    );
    expect((await workspace.get(`${path}/cases/${second.id}`)).status).toBe(404);
    expect((await workspace.get(path)).body).toMatchObject({
      ...{ name: 'Opening hours', revision: 5, case_count: 1, erased_count: 0 },
    });
    const revisions = (await workspace.get(`${path}/revisions`)).body.data;
    expect(revisions.map(({ action }: { action: string }) => action)).toEqual([
      ...['updated', 'case_deleted', 'case_updated', 'cases_added', 'created'],
    ]);
    expect(revisions[3]).toMatchObject({ added: 2, created_by: workspace.key_id, revision: 2 });
    const audit = (await workspace.get('/audit-log?limit=100')).body.data;
    expect(audit.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['dataset.create', 'dataset_case.update', 'dataset_case.delete']),
    );
  });

  it('filters cases by text and tag, and lists them page by page in the order of their addition', async () => {
    const workspace = await newWorkspace();
    const dataset = await newDataset(workspace);
    const data = Array.from({ length: 120 }, (_, index) => ({
      input: `Question ${index}?`,
      expected: { answer: index === 7 ? 'A Needle.' : 'Hay.' },
      tags: index % 50 === 0 ? ['rare'] : [],
    }));
    await workspace.post(`/datasets/${dataset}/cases`, { data });
    expect(await inputsOf(workspace, dataset, '&q=needle')).toEqual(['Question 7?']);
    expect(await inputsOf(workspace, dataset, '&tag=rare')).toEqual(
      [0, 50, 100].map((index) => `Question ${index}?`),
    );
    const { body } = await workspace.get(`/datasets/${dataset}/cases?limit=100`);
    const rest = await workspace.get(
      `/datasets/${dataset}/cases?limit=100&cursor=${body.next_cursor}`,
    );
    expect([...body.data, ...rest.body.data].map(({ input }) => input)).toEqual(
      data.map(({ input }) => input),
    );
  });

  it('refuses a case that is there already, cited files of nobody, and a stale tag', async () => {
    const workspace = await newWorkspace();
    const dataset = await newDataset(workspace);
    const path = `/datasets/${dataset}/cases`;
    const twice = await workspace.post(path, { data: [opens, { ...opens, tags: ['other'] }] });
    expect(twice.body.errors).toEqual([
      { pointer: '/data/1', detail: 'Repeats the case at `/data/0`.' },
    ]);
    const { body } = await workspace.post(path, { data: [opens, refused] });
    const again = await workspace.post(path, { data: [{ ...opens, tags: [] }] });
    expect(again.body.errors[0].detail).toContain(body.data[0].id);
    const same = await workspace.patch(`${path}/${body.data[1].id}`, { ...opens });
    expect(same.body.code).toBe('conflict');
    const citations = [{ file_id: 'file_01kajv2q5ve0mt8h2vj3c6x7ra' }];
    const cited = await workspace.post(path, { data: [{ input: 'X?', expected: { citations } }] });
    expect(cited.body.errors[0].pointer).toBe('/data/0/expected/citations/0/file_id');
    const stale = { headers: { 'if-match': '"1"' } };
    expect(
      (await workspace.patch(`${path}/${body.data[0].id}`, { input: 'Y?' }, stale)).status,
    ).toBe(412);
    expect((await workspace.delete(`/datasets/${dataset}`, stale)).status).toBe(412);
    expect((await workspace.get(`/datasets/${dataset}`)).body.revision).toBe(2);
  });

  it('makes one revision of each of ten parallel changes, and none is lost', async () => {
    const workspace = await newWorkspace();
    const dataset = await newDataset(workspace);
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        workspace.post(`/datasets/${dataset}/cases`, { data: [{ input: `Question ${index}?` }] }),
      ),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 10 }, () => 201));
    expect((await workspace.get(`/datasets/${dataset}`)).body).toMatchObject({
      case_count: 10,
      revision: 11,
    });
    expect(await inputsOf(workspace, dataset)).toHaveLength(10);
  });

  it('shows a key limited to agents their datasets only, and a viewer no content of turns (R10)', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'A' })).body.id;
    const [shared, own] = [
      await newDataset(workspace),
      await newDataset(workspace, { agent_id: agent }),
    ];
    const limited = await workspace.withRole('editor', [agent]);
    expect((await limited.get('/datasets')).body.data.map(({ id }: { id: string }) => id)).toEqual([
      own,
    ]);
    expect((await limited.get(`/datasets/${shared}`)).status).toBe(404);
    expect((await limited.post('/datasets', { name: 'Mine' })).status).toBe(422);
    expect((await limited.post('/datasets', { name: 'Mine', agent_id: agent })).status).toBe(201);
    const viewer = await workspace.withRole('viewer');
    expect((await viewer.get(`/datasets/${own}/cases`)).status).toBe(200);
    expect((await viewer.get(`/datasets/${own}/export`)).status).toBe(403);
    expect((await viewer.post(`/datasets/${own}/cases`, { data: [opens] })).status).toBe(403);
    expect((await (await workspace.withRole('runtime')).get('/datasets')).status).toBe(403);
  });

  it('removes the rows of a deleted dataset, and gives back its quota', async () => {
    const workspace = await newWorkspace();
    const dataset = await newDataset(workspace);
    await workspace.post(`/datasets/${dataset}/cases`, { data: [opens, refused] });
    expect((await workspace.delete(`/datasets/${dataset}`)).status).toBe(204);
    expect((await workspace.get(`/datasets/${dataset}`)).status).toBe(404);
    expect((await workspace.get(`/datasets/${dataset}/cases`)).status).toBe(404);
    await minuteTick();
    const rows = await env.DB.prepare(
      'select (select count(*) from datasets where id = ?1) + (select count(*) from dataset_cases where dataset_id = ?1) + (select count(*) from dataset_revisions where dataset_id = ?1) as n',
    )
      .bind(dataset)
      .first<{ n: number }>();
    expect(rows?.n).toBe(0);
    const quotas = (await workspace.get('/quotas')).body.data;
    expect(
      quotas.filter(({ quota }: { quota: string }) => quota.startsWith('dataset')),
    ).toMatchObject([
      { quota: 'datasets', used: 0 },
      { quota: 'dataset_cases', used: 0 },
    ]);
  });
});
