import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { searchKnowledge } from '../../src/knowledge/index.ts';
import { openPlatform } from '../../src/platform/cloudflare.ts';
import { newId } from '../../src/shared/id.ts';
import { newSite, synced } from '../knowledge/sources/support.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase, settled, uploadForm } from '../support/files.ts';

const found = async (workspace: Workspace, base: string, query: string, groups?: string[] | null) =>
  (
    await workspace.post(`/knowledge-bases/${base}/search`, { query, groups, top_k: 50 })
  ).body.hits.map((hit: { file_name: string }) => hit.file_name);

describe('the groups of a file', () => {
  it('are given at upload, by default of the base, and by a change that is effective at once', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { default_groups: ['staff'] });
    const byDefault = await addText(workspace, base, 'default.txt', 'Zebra one.');
    const everybody = await addText(workspace, base, 'all.txt', 'Zebra two.', { groups: null });
    const nobody = await addText(workspace, base, 'none.txt', 'Zebra three.', { groups: [] });
    expect([byDefault.groups, everybody.groups, nobody.groups]).toEqual([['staff'], null, []]);
    const form = await uploadForm(
      workspace,
      `/knowledge-bases/${base}/files`,
      [{ name: 'form.txt', content: 'Zebra four.' }],
      { groups: '["board","staff"]' },
    );
    expect(form.body.groups).toEqual(['board', 'staff']);
    for (const groups of ['staff', '["a b"]', '{}', '["a","a"]', '[1]']) {
      const part = [{ name: 'bad.txt', content: groups }];
      const path = `/knowledge-bases/${base}/files`;
      const refused = await uploadForm(workspace, path, part, { groups });
      expect([refused.status, refused.body.errors?.[0]?.pointer]).toEqual([422, '/groups']);
    }
    expect(await found(workspace, base, 'zebra', [])).toEqual(['all.txt']);
    expect((await found(workspace, base, 'zebra', ['staff'])).sort()).toEqual(
      expect.arrayContaining(['all.txt', 'default.txt']),
    );
    expect(await found(workspace, base, 'zebra', null)).toContain('none.txt');
    await workspace.patch(`/files/${byDefault.id}`, { groups: null });
    expect((await found(workspace, base, 'zebra', [])).sort()).toEqual(['all.txt', 'default.txt']);
    await workspace.patch(`/files/${byDefault.id}`, { groups: [] });
    expect(await found(workspace, base, 'zebra', [])).toEqual(['all.txt']);
    await workspace.patch(`/knowledge-bases/${base}`, { default_groups: null });
    expect((await addText(workspace, base, 'new.txt', 'Zebra five.')).groups).toBe(null);
  });

  it('are kept by a replacement, and neither widened nor narrowed by the same content', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const put = (text: string, rest: object) =>
      workspace.post(`/knowledge-bases/${base}/files`, { name: 'a.txt', text, ...rest });
    const first = await addText(workspace, base, 'a.txt', 'Version one.', {
      ...{ external_id: 'doc', groups: ['staff'] },
    });
    expect((await put('Version two.', { external_id: 'doc' })).body.groups).toEqual(['staff']);
    const changed = await put('Version two.', { external_id: 'doc', groups: ['board'] });
    expect([changed.body.id, changed.body.groups]).toEqual([first.id, ['board']]);
    expect((await workspace.get(`/files/${first.id}`)).body.groups).toEqual(['board']);
    // The file is opened when the content is ready for which it is opened.
    const opened = await put('Version three.', { external_id: 'doc', groups: null });
    expect(opened.body).toMatchObject({ groups: ['board'], replacement: { groups: null } });
    expect((await settled(workspace, first.id)).groups).toBe(null);
    const plain = await addText(workspace, base, 'b.txt', 'The same content.', {
      groups: ['x', 'y'],
    });
    expect((await put('The same content.', {})).body.id).toBe(plain.id);
    expect((await put('The same content.', { groups: ['y', 'x'] })).body.id).toBe(plain.id);
    const refused = await put('The same content.', { groups: null });
    expect([refused.status, refused.body.file_id]).toEqual([409, plain.id]);
    const own = await put('The same content.', { external_id: 'own', groups: ['z'] });
    expect([own.status, own.body.groups, own.body.id === plain.id]).toEqual([202, ['z'], false]);
  });

  it('stay with the former content when a public version replaces it (R85)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 30 });
    const about = { external_id: 'memo' };
    const secret = { ...about, groups: ['legal'] };
    const memo = await addText(workspace, base, 'memo.txt', 'The fine is nine million.', secret);
    await workspace.patch(`/files/${memo.id}`, { name: 'fine.txt' });
    const text = '<p hidden>x</p>';
    const files = `/knowledge-bases/${base}/files`;
    await workspace.post(files, { ...about, name: 'bad.html', text, groups: null });
    expect(await settled(workspace, memo.id)).toMatchObject({ status: 'failed' });
    expect(await found(workspace, base, 'fine', [])).toEqual([]);
    const open = { ...about, groups: null };
    await addText(workspace, base, 'public.txt', 'The fine is not published.', open);
    expect(await found(workspace, base, 'fine', [])).toEqual(['public.txt']);
    for (const [revision, name] of [
      [1, 'memo.txt'],
      [2, 'fine.txt'],
    ])
      for (const [groups, names] of [
        [[], []],
        [['guest'], []],
        [['legal'], [name]],
        [null, [name]],
      ] as const) {
        const query = { query: 'fine million', revision, groups };
        const { body } = await workspace.post(`/knowledge-bases/${base}/search`, query);
        expect(body.hits.map((hit: { file_name: string }) => hit.file_name)).toEqual(names);
      }
  });

  it('of a source apply to all of its files, also to those that follow', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { default_groups: ['default'] });
    const site = await newSite();
    const [one, two] = [
      await site.article('/1', 'One', 'Giraffe one.'),
      await site.article('/2', 'Two', 'Giraffe two.'),
    ];
    await site.sitemap('/sitemap.xml', [one]);
    const { body: source } = await workspace.post(`/knowledge-bases/${base}/sources`, {
      type: 'sitemap',
      url: `${site.origin}/sitemap.xml`,
      groups: ['staff'],
    });
    expect(source.groups).toEqual(['staff']);
    await synced(workspace, source.id);
    const groups = async () =>
      (await workspace.get(`/knowledge-bases/${base}/files`)).body.data.map(
        (file: { groups: unknown }) => file.groups,
      );
    expect(await groups()).toEqual([['staff']]);
    await workspace.patch(`/sources/${source.id}`, { groups: ['board'] });
    expect(await groups()).toEqual([['board']]);
    await site.sitemap('/sitemap.xml', [one, two]);
    await workspace.post(`/sources/${source.id}/sync`);
    await synced(workspace, source.id);
    expect(await groups()).toEqual([['board'], ['board']]);
    await workspace.patch(`/sources/${source.id}`, { groups: null });
    expect(await groups()).toEqual([['default'], ['default']]);
  });
});

describe('a search for a reader of few files', () => {
  it('finds them behind hundreds of nearer passages that are closed, by vectors and by words (R85)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    await addText(
      workspace,
      base,
      'open.txt',
      'A passage with zebra and many other words besides.',
    );
    // 900 closed chunks that match better, as rows of the one that is searched.
    const closed = await addText(workspace, base, 'closed.txt', 'Zebra zebra.', {
      groups: ['board'],
    });
    const ctx = openPlatform(env, createExecutionContext(), { request_id: newId('req') }).context({
      workspace_id: workspace.id,
      actor: { type: 'system', name: 'test' },
    });
    const [chunk] = (await workspace.get(`/files/${closed.id}/chunks`)).body.data;
    const [open] = (await workspace.get(`/knowledge-bases/${base}/files`)).body.data.slice(-1);
    const [wanted] = (await workspace.get(`/files/${open.id}/chunks`)).body.data;
    const ids = [...Array.from({ length: 700 }, () => chunk.id), wanted.id];
    const query = async ({ limit, ids: among = ids }: { limit: number; ids?: readonly string[] }) =>
      ids
        .map((id, index) => ({ id, score: 1 - index / 1000 }))
        .filter(({ id }) => among.includes(id))
        .slice(0, limit);
    const behind = { ...ctx, groups: ['staff'], vectors: { ...ctx.vectors, query } };
    const search = { base_ids: [base], query: 'zebra', top_k: 8, min_score: 0, reranker: null };
    const call = { call_key: newId('req') };
    const { hits } = await searchKnowledge(behind, { ...search, mode: 'vector' }, call);
    expect(hits.map(({ file_name, vector_rank }) => [file_name, vector_rank])).toEqual([
      ['open.txt', 1],
    ]);
    expect(await found(workspace, base, 'zebra', ['staff'])).toEqual(['open.txt']);
  });
});
