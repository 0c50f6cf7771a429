import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../../support/api.ts';
import { newBase } from '../../support/files.ts';
import { addSource, filesOf, newSite, pagesOf, syncAgain } from './support.ts';

const setUp = async () => {
  const workspace = await newWorkspace();
  return { workspace, base: await newBase(workspace), site: await newSite() };
};

describe('a sitemap', () => {
  it('adds, updates and removes the files of its pages', async () => {
    const { workspace, base, site } = await setUp();
    const [a, b, c] = await Promise.all(
      ['a', 'b', 'c'].map((name) => site.article(`/${name}`, `Page ${name}`, `Text of ${name}.`)),
    );
    const url = await site.sitemap('/sitemap.xml', [a ?? '', b ?? '', `${site.url('/logo.png')}`]);
    const source = await addSource(workspace, base, { type: 'sitemap', url });
    expect(source.counts).toMatchObject({ added: 2, failed: 0, skipped: 0 });
    await site.sitemap('/sitemap.xml', [b ?? '', c ?? '']);
    await site.article('/b', 'Page b', 'Another text of b.');
    expect((await syncAgain(workspace, source.id)).counts).toEqual({
      pending: 0,
      added: 1,
      updated: 1,
      unchanged: 0,
      removed: 1,
      skipped: 0,
      failed: 0,
    });
    expect(Object.keys(await filesOf(workspace, base)).sort()).toEqual([b, c]);
    expect((await syncAgain(workspace, source.id)).counts).toMatchObject({
      unchanged: 2,
      removed: 0,
    });
    expect(Object.keys(await pagesOf(workspace, source.id)).sort()).toEqual(['/b', '/c']);
  });

  it('follows an index with compressed parts, and applies patterns and the limit of pages', async () => {
    const { workspace, base, site } = await setUp();
    const urls = await Promise.all(
      ['/docs/1', '/docs/2', '/docs/3', '/docs/4/print', '/blog/1'].map((path) =>
        site.article(path, path, `Text of ${path}.`),
      ),
    );
    const part = await site.sitemap('/part.xml', urls);
    const index = `<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"><sitemap><loc>${part}</loc></sitemap></sitemapindex>`;
    const url = await site.answers('/index.xml.gz', { body: index, gzip: true });
    const source = await addSource(workspace, base, {
      type: 'sitemap',
      url,
      include: ['/docs/'],
      exclude: ['/*/print$'],
      max_pages: 2,
    });
    expect(source).toMatchObject({ status: 'ready', counts: { added: 2 } });
    expect(Object.keys(await filesOf(workspace, base)).sort()).toEqual(urls.slice(0, 2));
  });

  it('keeps everything when it cannot be read or is no sitemap any longer', async () => {
    const { workspace, base, site } = await setUp();
    const page = await site.article('/a', 'A', 'Text of a.');
    const url = await site.sitemap('/sitemap.xml', [page]);
    const source = await addSource(workspace, base, { type: 'sitemap', url });
    await site.answers('/sitemap.xml', { status: 404 });
    expect(await syncAgain(workspace, source.id)).toMatchObject({
      status: 'failed',
      error: { code: 'http_status', detail: 'The server returned HTTP 404.' },
    });
    await site.answers('/sitemap.xml', { body: '<html><body>Maintenance</body></html>' });
    expect(await syncAgain(workspace, source.id)).toMatchObject({
      status: 'failed',
      error: { code: 'no_listing' },
    });
    expect(Object.keys(await filesOf(workspace, base))).toEqual([page]);
  });

  it('stores equal pages once, and stores the other when the first is removed', async () => {
    const { workspace, base, site } = await setUp();
    const a = await site.article('/a', 'Same', 'The same text.');
    const b = await site.article('/b', 'Same', 'The same text.');
    const c = await site.page(
      '/c',
      `<link rel="canonical" href="/a"><title>Same</title><main><p>Nearly the same text.</p></main>`,
    );
    const url = await site.sitemap('/sitemap.xml', [a, b, `${c}?session=1`]);
    const source = await addSource(workspace, base, { type: 'sitemap', url });
    expect(source.counts).toMatchObject({ added: 1, skipped: 2 });
    expect(await pagesOf(workspace, source.id)).toMatchObject({
      '/b': { state: 'skipped', error: { code: 'duplicate', detail: `Same content as ${a}.` } },
    });
    await site.sitemap('/sitemap.xml', [b]);
    expect((await syncAgain(workspace, source.id)).counts).toMatchObject({ added: 1, removed: 1 });
    expect(Object.keys(await filesOf(workspace, base))).toEqual([b]);
  });
});

describe('a crawl', () => {
  it('reads the pages of the site that links lead to, to the maximum depth', async () => {
    const { workspace, base, site } = await setUp();
    const start = await site.article('/', 'Home', 'Welcome.', [
      '/one',
      '/two#part',
      '/logo.svg',
      'https://elsewhere.example.com/',
      'mailto:a@b.example',
      'javascript:void(0)',
    ]);
    await site.article('/one', 'One', 'First page.', ['/three', '/']);
    await site.article('/two', 'Two', 'Second page.', ['/private']);
    await site.article('/three', 'Three', 'Third page.', ['/four']);
    const source = await addSource(workspace, base, {
      type: 'crawl',
      url: start,
      max_depth: 2,
      exclude: ['/private'],
    });
    expect(source).toMatchObject({ status: 'ready', counts: { added: 4, failed: 0 } });
    expect(await pagesOf(workspace, source.id)).toMatchObject({
      '/': { depth: 0 },
      '/one': { depth: 1 },
      '/two': { depth: 1 },
      '/three': { depth: 2 },
    });
    expect((await site.paths()).sort()).toEqual(['/', '/one', '/three', '/two']);
  });

  it('keeps the pages behind unchanged and broken ones, and removes those that no link leads to', async () => {
    const { workspace, base, site } = await setUp();
    const start = await site.article('/', 'Home', 'Welcome.', ['/one', '/two']);
    await site.article('/one', 'One', 'First page.', ['/three']);
    await site.article('/two', 'Two', 'Second page.', ['/four']);
    await site.article('/three', 'Three', 'Third page.');
    await site.article('/four', 'Four', 'Fourth page.');
    const source = await addSource(workspace, base, { type: 'crawl', url: start });
    expect(source.counts.added).toBe(5);
    await site.answers('/two', { status: 403 });
    expect((await syncAgain(workspace, source.id)).counts).toMatchObject({
      unchanged: 4,
      failed: 1,
      removed: 0,
    });
    await site.article('/one', 'One', 'First page without a link.');
    expect((await syncAgain(workspace, source.id)).counts).toMatchObject({
      updated: 1,
      removed: 1,
    });
    expect(Object.keys(await filesOf(workspace, base)).sort()).toEqual(
      ['/', '/four', '/one', '/two'].map((path) => site.url(path)),
    );
    await site.answers('/', { status: 404 });
    expect(await syncAgain(workspace, source.id)).toMatchObject({ status: 'failed' });
    expect(Object.keys(await filesOf(workspace, base))).toHaveLength(4);
  });

  it('names the site to crawl instead when the start redirects to another', async () => {
    const { workspace, base, site } = await setUp();
    const other = await newSite();
    await other.article('/', 'Other', 'Another site.');
    const url = await site.answers('/', { status: 301, headers: { location: other.url('/') } });
    expect(await addSource(workspace, base, { type: 'crawl', url })).toMatchObject({
      status: 'failed',
      error: {
        code: 'redirected',
        detail: `Redirected to another site: ${other.url('/')}. Crawl that address instead.`,
      },
    });
  });
});

describe('a feed', () => {
  const rss = (links: readonly string[]) =>
    `<?xml version="1.0"?><rss version="2.0"><channel><title>News & more</title><link>https://x.example.com</link>${links
      .map((link) => `<item><title>Item</title><link>${link}</link></item>`)
      .join('')}</channel></rss>`;

  it('reads the addresses of entries as they are, whether escaped or not', async () => {
    const { workspace, base, site } = await setUp();
    await site.article('/1', 'First', 'The first entry.');
    const url = await site.answers('/feed', {
      body: rss([`<![CDATA[${site.url('/1?a=1&b=2')}]]>`]),
    });
    await addSource(workspace, base, { type: 'feed', url });
    expect(Object.keys(await filesOf(workspace, base))).toEqual([site.url('/1?a=1&b=2')]);
  });

  it('reads the pages of its entries, and keeps those that it names no longer', async () => {
    const { workspace, base, site } = await setUp();
    const first = await site.article('/1', 'First', 'The first entry.');
    const second = await site.article('/2', 'Second', 'The second entry.');
    const url = await site.answers('/feed', { body: rss([first]) });
    const source = await addSource(workspace, base, { type: 'feed', url });
    expect(source).toMatchObject({ status: 'ready', counts: { added: 1 } });
    await site.answers('/feed', { body: rss([second]) });
    await syncAgain(workspace, source.id);
    expect(Object.keys(await filesOf(workspace, base)).sort()).toEqual([first, second]);
  });
});
