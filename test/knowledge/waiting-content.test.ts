import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { unreliable } from '../support/faulty.ts';
import { addText, newBase, settled } from '../support/files.ts';
import { openHosted } from '../support/hosted.ts';
import { requestWith } from '../support/worker.ts';
import { newSite, synced } from './sources/support.ts';

/** Valid when it is uploaded, and without a text to extract. */
const bad = { name: 'bad.html', text: '<p hidden>x</p>' };

describe('content that waits to take the place of that of a file', () => {
  it('gets the groups that its source is given meanwhile (R85)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const site = await newSite();
    const url = await site.article('/1', 'One', 'Giraffe one.');
    await site.sitemap('/sitemap.xml', [url]);
    const { body: source } = await workspace.post(`/knowledge-bases/${base}/sources`, {
      ...{ type: 'sitemap', url: `${site.origin}/sitemap.xml`, groups: ['staff'] },
    });
    await synced(workspace, source.id);
    const [{ id }] = (await workspace.get(`/knowledge-bases/${base}/files`)).body.data;
    const given = { ...bad, external_id: url, groups: ['staff'] };
    await workspace.post(`/knowledge-bases/${base}/files`, given);
    expect(await settled(workspace, id)).toMatchObject({
      ...{ status: 'failed', groups: ['staff'], replacement: { groups: ['staff'] } },
    });
    await workspace.patch(`/sources/${source.id}`, { groups: ['board'] });
    expect((await workspace.get(`/files/${id}`)).body).toMatchObject({
      ...{ groups: ['board'], replacement: { groups: ['board'] } },
    });
    await site.article('/1', 'One', 'Giraffe, which is now another one.');
    await workspace.post(`/sources/${source.id}/sync`);
    await synced(workspace, source.id);
    expect(await settled(workspace, id)).toMatchObject({
      ...{ status: 'ready', groups: ['board'], replacement: null },
    });
  });

  it('does not make the content that it replaces a duplicate, which would be lost with it', async () => {
    const { send, runJobs } = openHosted(await newWorkspace());
    const { id: base } = await send('POST', '/knowledge-bases', { name: 'Base' }, 201);
    const put = (text: string, rest = {}) =>
      send('POST', `/knowledge-bases/${base}/files`, { name: 'a.txt', text, ...rest }, 202);
    const doc = { external_id: 'doc' };
    const first = await put('The canary one sings.', doc);
    await runJobs();
    expect(await put('The canary two sings.', doc)).toMatchObject({ id: first.id });
    const other = await put('The canary one sings.');
    expect([other.is_duplicate, other.id === first.id]).toEqual([false, false]);
    expect(await put('The canary one sings.')).toMatchObject({ id: other.id, is_duplicate: true });
    await runJobs();
    const { hits } = await send('POST', `/knowledge-bases/${base}/search`, { query: 'canary' });
    expect(hits.map(({ text }: { text: string }) => text).sort()).toEqual([
      'The canary one sings.',
      'The canary two sings.',
    ]);
  });

  it('takes a field from the document that is given as null', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const text = (title: string) => `---\ntitle: ${title}\n---\n\nThe canary sings.`;
    const doc = { external_id: 'doc' };
    const given = { ...doc, title: 'Ours', tags: ['x'] };
    const { id } = await addText(workspace, base, 'a.md', text('One'), given);
    await addText(workspace, base, 'a.md', text('Two'), { ...doc, title: null });
    expect((await workspace.get(`/files/${id}`)).body).toMatchObject({ title: 'Two', tags: ['x'] });
  });

  it.each([2, 3])(
    'keeps groups and fields that are given while it is uploaded, at round trip %d (R85)',
    async (at) => {
      const workspace = await newWorkspace();
      const base = await newBase(workspace);
      const doc = { external_id: 'doc' };
      const { id } = await addText(workspace, base, 'a.txt', 'The canary one sings.', doc);
      const path = `/knowledge-bases/${base}/files`;
      await workspace.post(path, { ...bad, ...doc, groups: ['staff'], tags: ['old'] });
      expect(await settled(workspace, id)).toMatchObject({ status: 'failed', groups: ['staff'] });
      let isChanged = false;
      const gate = async () => {
        const { status } = await workspace.patch(`/files/${id}`, {
          groups: ['board'],
          tags: ['new'],
        });
        isChanged = status === 200;
      };
      const DB = unreliable(env.DB, { at, dies: null, gate });
      const json = { name: 'c.txt', text: 'The canary three sings.', ...doc };
      const { status } = await requestWith({ DB }, 'POST', `/api/v1${path}`, workspace.key, {
        json,
      });
      expect([status, isChanged]).toEqual([202, true]);
      expect(await settled(workspace, id)).toMatchObject({
        ...{ name: 'c.txt', status: 'ready', groups: ['board'], tags: ['new'] },
      });
    },
  );
});
