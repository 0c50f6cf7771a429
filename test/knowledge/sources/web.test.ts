import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { newBase } from '../../support/files.ts';
import { addSource, filesOf, ingested, newSite, pagesOf, syncAgain } from './support.ts';

const setUp = async () => {
  const workspace = await newWorkspace();
  return { workspace, base: await newBase(workspace), site: await newSite() };
};

describe('a source of one page', () => {
  it('stores the main content of a page as a file that can be searched and names its address', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.article('/leave', 'Leave', 'Everybody has 25 days of leave a year.', [
      '/x',
    ]);
    const source = await addSource(workspace, base, {
      type: 'url',
      url: `${url}?utm_source=mail#top`,
      ...{ tags: ['Web'], language: 'de' },
    });
    expect(source).toMatchObject({
      status: 'ready',
      error: null,
      counts: { added: 1, pending: 0 },
    });
    await ingested(workspace, base);
    const file = (await filesOf(workspace, base))[url];
    expect(file).toMatchObject({
      name: 'Leave.md',
      status: 'ready',
      metadata: { url, title: 'Leave' },
      ...{ title: 'Leave', tags: ['web'], language: 'de' },
    });
    expect(file.metadata.source_id).toBe(source.id);
    const { body } = await workspace.get(`/files/${file.id}/content`);
    expect(body).toBe('# Leave\n\nEverybody has 25 days of leave a year.');
    const found = await workspace.post(`/knowledge-bases/${base}/search`, {
      query: 'days of leave',
    });
    expect(found.body.hits[0].file_id).toBe(file.id);
    expect(await pagesOf(workspace, source.id)).toMatchObject({
      '/leave': { state: 'added', file_id: file.id, error: null, title: 'Leave' },
    });
  });

  it('names the file of a page without a title by its address', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.page('/guides/opening%20hours.html', '<p>The shop opens at eight.</p>');
    await addSource(workspace, base, { type: 'url', url });
    expect((await filesOf(workspace, base))[url]).toMatchObject({
      ...{ name: 'opening hours.md', title: null },
    });
  });

  it('stores a document of another format under its own name', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.answers('/files/prices%20list.csv', {
      body: 'name,price\ngrinder,89\n',
      headers: { 'content-type': 'text/csv; charset=utf-8' },
    });
    await addSource(workspace, base, { type: 'url', url });
    await ingested(workspace, base);
    expect(Object.values(await filesOf(workspace, base))).toMatchObject([
      { name: 'prices list.csv', media_type: 'text/csv', status: 'ready', metadata: { url } },
    ]);
  });

  it('costs a 304 and no ingestion when nothing has changed, and replaces the file when it has', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.article('/hours', 'Hours', 'The shop opens at eight.');
    const source = await addSource(workspace, base, { type: 'url', url });
    await ingested(workspace, base);
    const before = (await filesOf(workspace, base))[url];
    const again = await syncAgain(workspace, source.id);
    expect(again.counts).toMatchObject({ added: 0, unchanged: 1 });
    const calls = await site.calls();
    expect(calls.at(-1)?.headers['if-none-match']).toMatch(/^"/);
    expect((await filesOf(workspace, base))[url]).toEqual(before);
    await site.article('/hours', 'Hours', 'The shop opens at nine.');
    expect((await syncAgain(workspace, source.id)).counts).toMatchObject({ updated: 1 });
    await ingested(workspace, base);
    const { body } = await workspace.post(`/knowledge-bases/${base}/search`, {
      query: 'shop opens',
    });
    expect(body.hits.map(({ text }: { text: string }) => text).join()).toContain('nine');
    expect(Object.keys(await filesOf(workspace, base))).toEqual([url]);
  });

  it('deletes the file of a page that is gone, and keeps it while the page cannot be read', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.article('/hours', 'Hours', 'The shop opens at eight.');
    const source = await addSource(workspace, base, { type: 'url', url });
    await site.answers('/hours', { status: 403 });
    expect(await syncAgain(workspace, source.id)).toMatchObject({
      status: 'failed',
      error: { code: 'unauthorized', detail: 'The server returned HTTP 403.' },
      counts: { failed: 1 },
    });
    expect(Object.keys(await filesOf(workspace, base))).toEqual([url]);
    await site.answers('/hours', { status: 410 });
    expect(await syncAgain(workspace, source.id)).toMatchObject({
      status: 'ready',
      error: null,
      counts: { removed: 1 },
    });
    expect(await filesOf(workspace, base)).toEqual({});
  });
});
