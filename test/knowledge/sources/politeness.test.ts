import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../../support/api.ts';
import { newBase } from '../../support/files.ts';
import {
  addSource,
  filesOf,
  newSite,
  pagesOf,
  syncAgain,
  synced,
  tick,
  WebSite,
} from './support.ts';

const setUp = async () => {
  const workspace = await newWorkspace();
  return { workspace, base: await newBase(workspace), site: await newSite() };
};

/** Makes the waiting job of a source due, as time does, and runs the tasks of the minute. */
async function skipPause(workspace: Workspace, id: string) {
  await env.DB.batch([
    env.DB.prepare('update source_pages set updated_at = 0 where source_id = ?').bind(id),
    env.DB.prepare(
      "update outbox set due_at = 0 where workspace_id = ? and job ->> 'type' = 'source.sync'",
    ).bind(workspace.id),
  ]);
  await tick();
}

const waitingJob = (workspace: Workspace) =>
  env.DB.prepare(
    "select due_at from outbox where workspace_id = ? and job ->> 'type' = 'source.sync' and attempts = 0",
  )
    .bind(workspace.id)
    .first<{ due_at: number }>();

/** Repeats until the job of the source waits for longer than a minute's half. */
async function paused(workspace: Workspace): Promise<number> {
  for (;;) {
    const due_at = (await waitingJob(workspace))?.due_at ?? 0;
    if (due_at > Date.now() + 20_000) return due_at - Date.now();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

const create = async (workspace: Workspace, base: string, settings: object) =>
  (await workspace.post(`/knowledge-bases/${base}/sources`, { delay_ms: 100, ...settings })).body
    .id;

describe('politeness', () => {
  it('requests no page that robots.txt disallows, and keeps the file of one that it disallows later', async () => {
    const { workspace, base, site } = await setUp();
    await site.robots('User-agent: *\nDisallow: /private');
    const open = await site.article('/open', 'Open', 'An open page.');
    const closed = await site.article('/private/1', 'Closed', 'A private page.');
    const url = await site.sitemap('/private/sitemap.xml', [open, closed]);
    const source = await addSource(workspace, base, { type: 'sitemap', url });
    expect(source.counts).toMatchObject({ added: 1, skipped: 1 });
    expect(await site.paths()).not.toContain('/private/1');
    expect(await pagesOf(workspace, source.id)).toMatchObject({
      '/private/1': { state: 'skipped', error: { code: 'robots_disallowed' }, file_id: null },
    });
    await site.robots('User-agent: agentgrid\nDisallow: /');
    await env.DB.prepare('update source_hosts set robots_at = 0 where workspace_id = ?')
      .bind(workspace.id)
      .run();
    expect((await syncAgain(workspace, source.id)).counts).toMatchObject({
      skipped: 2,
      removed: 0,
    });
    expect(Object.keys(await filesOf(workspace, base))).toEqual([open]);
  });

  it('sends one request at a time to a host, with the pause of the source, also for several sources', async () => {
    const { workspace, base } = await setUp();
    const site = await new WebSite().robots();
    const urls = await Promise.all(
      [1, 2, 3, 4].map(async (n) => {
        const page = `<title>${n}</title><main><p>Page ${n}</p></main>`;
        return site.answers(`/${n}`, {
          body: page,
          headers: { 'content-type': 'text/html' },
          delay_ms: 150,
        });
      }),
    );
    const started = Date.now();
    const ids = await Promise.all(
      urls.map((url) => create(workspace, base, { type: 'url', url, delay_ms: 300 })),
    );
    for (const id of ids) expect((await synced(workspace, id)).status).toBe('ready');
    // Four pages of 150 ms with a pause of 300 ms before each but the first, which follows robots.txt at once.
    expect(Date.now() - started).toBeGreaterThan(4 * 150 + 3 * 300 - 50);
    expect((await site.calls()).filter(({ url }) => url.endsWith('robots.txt'))).toHaveLength(1);
  });

  it('waits as long as Retry-After says, then continues', async () => {
    const { workspace, base, site } = await setUp();
    await site.answers('/a', { status: 429, headers: { 'retry-after': '120' } });
    const id = await create(workspace, base, { type: 'url', url: site.url('/a') });
    const wait = await paused(workspace);
    expect(wait).toBeGreaterThan(100_000);
    expect(wait).toBeLessThanOrEqual(120_000);
    expect(await pagesOf(workspace, id)).toMatchObject({
      '/a': { state: 'pending', error: { code: 'rate_limited' } },
    });
    await site.article('/a', 'A', 'Text of a.');
    await skipPause(workspace, id);
    expect(await synced(workspace, id)).toMatchObject({ status: 'ready', counts: { added: 1 } });
  });

  it('tries a page three times, and keeps its file when it still fails', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.article('/a', 'A', 'Text of a.');
    const source = await addSource(workspace, base, { type: 'url', url });
    await site.answers('/a', { status: 500 });
    await workspace.post(`/sources/${source.id}/sync`);
    for (const tries of [1, 2]) {
      await paused(workspace);
      expect((await site.paths()).length).toBe(1 + tries);
      await skipPause(workspace, source.id);
    }
    expect(await synced(workspace, source.id)).toMatchObject({
      status: 'failed',
      error: { code: 'http_status', detail: 'The server returned HTTP 500.' },
    });
    expect(Object.keys(await filesOf(workspace, base))).toEqual([url]);
  });

  it('requests nothing while robots.txt cannot be read', async () => {
    const { workspace, base, site } = await setUp();
    await site.robots('', 503);
    await site.article('/a', 'A', 'Text of a.');
    const id = await create(workspace, base, { type: 'url', url: site.url('/a') });
    await paused(workspace);
    expect(await site.paths()).toEqual([]);
    await site.robots('User-agent: *\nAllow: /');
    await skipPause(workspace, id);
    expect((await synced(workspace, id)).status).toBe('ready');
  });

  it.each([
    ['http://127.0.0.1/', 'IP address'],
    ['http://metadata.internal/', 'public internet'],
    ['https://user:secret@site.example.com/', 'credentials'],
    ['https://site.example.com:8080/', 'port'],
  ])('refuses to read %s (R34)', async (url, reason) => {
    const { workspace, base } = await setUp();
    for (const type of ['url', 'crawl', 'sitemap', 'feed']) {
      const { status, body } = await workspace.post(`/knowledge-bases/${base}/sources`, {
        type,
        url,
      });
      expect(status).toBe(422);
      expect(body.detail).toContain(reason);
    }
  });

  it('reads no private address that a sitemap lists or a page redirects to (R34)', async () => {
    const { workspace, base, site } = await setUp();
    const away = await site.answers('/away', {
      status: 302,
      headers: { location: 'https://169.254.169.254/latest' },
    });
    const url = await site.sitemap('/sitemap.xml', [
      away,
      'http://10.0.0.1/x',
      'http://localhost/y',
    ]);
    const source = await addSource(workspace, base, { type: 'sitemap', url });
    expect(source.counts).toMatchObject({ failed: 3, added: 0 });
    const pages = Object.values(await pagesOf(workspace, source.id));
    expect(new Set(pages.map(({ error }) => error.code))).toEqual(new Set(['url_not_allowed']));
  });
});
