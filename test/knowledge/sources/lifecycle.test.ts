import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { jobHandlers } from '../../../src/features.ts';
import { openPlatform } from '../../../src/platform/cloudflare.ts';
import { newId } from '../../../src/shared/id.ts';
import { newWorkspace, type Workspace } from '../../support/api.ts';
import { counting } from '../../support/faulty.ts';
import { newBase } from '../../support/files.ts';
import { countRows } from '../../support/rows.ts';
import {
  addSource,
  filesOf,
  newSite,
  pagesOf,
  sourceWhen,
  syncAgain,
  synced,
  tick,
} from './support.ts';

const setUp = async () => {
  const workspace = await newWorkspace();
  return { workspace, base: await newBase(workspace), site: await newSite() };
};

const pageSet = async (site: Awaited<ReturnType<typeof newSite>>, count: number) => {
  const urls = await Promise.all(
    Array.from({ length: count }, (_, n) =>
      site.article(`/p${n}`, `Page ${n}`, `Text of page ${n}.`),
    ),
  );
  return { urls, url: await site.sitemap('/sitemap.xml', urls) };
};

const contextOf = (workspace: Workspace) =>
  openPlatform(env as unknown as Env, createExecutionContext(), {
    request_id: newId('req'),
  }).context({
    workspace_id: workspace.id,
    actor: { type: 'system', name: 'test', api_key_id: null },
  });

describe('the life of a source', () => {
  it('synchronizes in steps of bounded length', async () => {
    const { workspace, base, site } = await setUp();
    const { url, urls } = await pageSet(site, 30);
    const source = await addSource(workspace, base, { type: 'sitemap', url });
    expect(source.counts.added).toBe(30);
    const { body } = await workspace.get(`/audit-log?limit=100`);
    expect(
      body.data.filter(({ action }: { action: string }) => action === 'file.create'),
    ).toHaveLength(urls.length);
  });

  it('reads as many rows for a page of a large source as of a small one', async () => {
    const { workspace, base, site } = await setUp();
    const source = await addSource(workspace, base, {
      type: 'url',
      url: await site.article('/a', 'A', 'Text of a.'),
    });
    const { file_id } = (await pagesOf(workspace, source.id))['/a'];
    const job = { type: 'source.sync', source_id: source.id, api_key_id: null } as const;
    const rowsFor = async (pages: number, sync: number) => {
      const listed = Array.from({ length: pages }, (_, n) => ({ id: newId('page'), key: `k${n}` }));
      await env.DB.batch([
        env.DB.prepare(
          `insert into source_pages (id, workspace_id, source_id, key, url, depth, state, listed_sync, handled_sync, tries, version, stored_version, file_id, created_at, updated_at)
          select value ->> 'id', ?1, ?2, value ->> 'key', value ->> 'key', 1, 'added', ?3, 1, 0, 'v', 'v', ?4, 1, 1 from json_each(?5) where true
          on conflict (source_id, key) do update set listed_sync = ?3`,
        ).bind(workspace.id, source.id, sync, file_id, JSON.stringify(listed)),
        env.DB.prepare(
          "update knowledge_sources set status = 'syncing', sync = ?, is_listed = 1 where id = ?",
        ).bind(sync, source.id),
      ]);
      const { database, take } = counting(env.DB);
      const platform = openPlatform(
        { ...env, DB: database, JOBS: { sendBatch: async () => undefined } } as unknown as Env,
        createExecutionContext(),
        { request_id: newId('req') },
      );
      const actor = { type: 'system', name: 'test', api_key_id: null } as const;
      const ctx = platform.context({ workspace_id: workspace.id, actor });
      // Steps that read; the one that ends the synchronization is not among them.
      for (let left = pages; left > 0; left -= 25) await jobHandlers['source.sync'].run(ctx, job);
      const { rows_read, rows_written } = take();
      return { read: rows_read / pages, written: rows_written / pages };
    };
    const small = await rowsFor(50, 2);
    const large = await rowsFor(400, 3);
    expect(large.read).toBeLessThan(small.read + 5);
    expect(large.written).toBeLessThan(small.written + 1);
  });

  it('continues after a crash at any step, and adds each page once', async () => {
    const { workspace, base, site } = await setUp();
    const { url, urls } = await pageSet(site, 4);
    const source = await addSource(workspace, base, { type: 'url', url: urls[0] ?? '' });
    // The job is run by hand: the queue would run it first.
    await env.DB.prepare(
      "update knowledge_sources set type = 'sitemap', settings = json_set(settings, '$.type', 'sitemap', '$.url', ?, '$.include', json('[]'), '$.exclude', json('[]'), '$.max_pages', 100), status = 'syncing', sync = 2, is_listed = 0 where id = ?",
    )
      .bind(url, source.id)
      .run();
    const job = { type: 'source.sync', source_id: source.id, api_key_id: null } as const;
    for (let step = 0, calls = 1; step < 60; step += 1) {
      const ctx = contextOf(workspace);
      let left = calls;
      const dying = {
        ...ctx,
        jobs: { ...ctx.jobs, send: async () => undefined },
        files: {
          ...ctx.files,
          put: (...given: Parameters<typeof ctx.files.put>) => {
            left -= 1;
            return left < 0
              ? Promise.reject(new Error('the worker died'))
              : ctx.files.put(...given);
          },
        },
      };
      await jobHandlers['source.sync'].run(dying, job).catch((error: Error) => {
        expect(error.message).toBe('the worker died');
        calls = (calls % 3) + 1;
      });
      if ((await workspace.get(`/sources/${source.id}`)).body.status === 'ready') break;
    }
    expect(await synced(workspace, source.id)).toMatchObject({
      status: 'ready',
      counts: { pending: 0 },
    });
    expect(Object.keys(await filesOf(workspace, base)).sort()).toEqual(urls);
  });

  it('is synchronized again by the minute when its interval has passed, and not before', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.article('/a', 'A', 'Text of a.');
    const source = await addSource(workspace, base, { type: 'url', url, refresh_interval_s: 3600 });
    expect(Date.parse(source.next_sync_at) - Date.parse(source.synced_at)).toBe(3_600_000);
    await tick();
    expect((await workspace.get(`/sources/${source.id}`)).body.synced_at).toBe(source.synced_at);
    await env.DB.prepare('update knowledge_sources set next_sync_at = 1 where id = ?')
      .bind(source.id)
      .run();
    await site.article('/a', 'A', 'Another text of a.');
    await Promise.all([tick(), tick()]);
    await sourceWhen(workspace, source.id, ({ counts }) => counts.updated === 1);
    expect((await synced(workspace, source.id)).next_sync_at).not.toBeNull();
  });

  it('refuses a second synchronization at the same time', async () => {
    const { workspace, base, site } = await setUp();
    await site.answers('/slow', {
      delay_ms: 1500,
      body: 'Slow.',
      headers: { 'content-type': 'text/plain' },
    });
    const { body } = await workspace.post(`/knowledge-bases/${base}/sources`, {
      type: 'url',
      url: site.url('/slow'),
    });
    const again = await workspace.post(`/sources/${body.id}/sync`);
    expect([again.status, again.body.code]).toEqual([409, 'conflict']);
    expect((await synced(workspace, body.id)).status).toBe('ready');
  });

  it('restores a file that was deleted by hand', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.article('/a', 'A', 'Text of a.');
    const source = await addSource(workspace, base, { type: 'url', url });
    await workspace.delete(`/files/${(await filesOf(workspace, base))[url].id}`);
    expect((await syncAgain(workspace, source.id)).counts).toMatchObject({ added: 1 });
    expect(Object.keys(await filesOf(workspace, base))).toEqual([url]);
  });

  it('changes settings of its type only', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.article('/', 'A', 'Text of a.', ['/b']);
    await site.article('/b', 'B', 'Text of b.');
    const source = await addSource(workspace, base, { type: 'crawl', url, max_depth: 0 });
    expect(source.counts.added).toBe(1);
    const changed = await workspace.patch(`/sources/${source.id}`, {
      name: 'Site',
      max_depth: 1,
      refresh_interval_s: 600,
    });
    expect(changed.body).toMatchObject({
      name: 'Site',
      settings: { url, max_depth: 1 },
      refresh_interval_s: 600,
    });
    expect(Date.parse(changed.body.next_sync_at)).toBeGreaterThan(Date.now());
    // The page is unchanged, so its links come from the record.
    expect((await syncAgain(workspace, source.id)).counts).toMatchObject({
      added: 1,
      unchanged: 1,
    });
    const page = await addSource(workspace, base, { type: 'url', url });
    const refused = await workspace.patch(`/sources/${page.id}`, { max_depth: 1 });
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toEqual([
      { pointer: '/max_depth', detail: 'A source of type `url` does not have this setting.' },
    ]);
  });

  it('is deleted with its files, or without', async () => {
    const { workspace, base, site } = await setUp();
    const { url } = await pageSet(site, 2);
    const source = await addSource(workspace, base, { type: 'sitemap', url });
    expect((await workspace.delete(`/sources/${source.id}?keep_files=true`)).status).toBe(204);
    expect((await workspace.get(`/sources/${source.id}`)).status).toBe(404);
    expect(Object.keys(await filesOf(workspace, base))).toHaveLength(2);
    expect(await countRows('source_pages', workspace.id)).toBe(0);
    const again = await addSource(workspace, base, { type: 'sitemap', url });
    expect((await workspace.delete(`/sources/${again.id}`)).status).toBe(204);
    expect((await workspace.get(`/sources/${again.id}/pages`)).status).toBe(404);
    await vi.waitUntil(async () => Object.keys(await filesOf(workspace, base)).length === 0, {
      timeout: 150_000,
    });
    await vi.waitUntil(async () => (await countRows('knowledge_sources', workspace.id)) === 0, {
      timeout: 150_000,
    });
  });

  it('is deleted with its knowledge base (R77)', async () => {
    const { workspace, base, site } = await setUp();
    const source = await addSource(workspace, base, {
      type: 'url',
      url: await site.article('/a', 'A', 'Text.'),
    });
    await workspace.delete(`/knowledge-bases/${base}`);
    expect((await workspace.get(`/sources/${source.id}`)).status).toBe(404);
    await vi.waitUntil(async () => (await countRows('source_pages', workspace.id)) === 0, {
      timeout: 150_000,
    });
  });

  it('keeps a file that a page of another source has as well', async () => {
    const { workspace, base, site } = await setUp();
    const url = await site.article('/a', 'A', 'Text of a.');
    const one = await addSource(workspace, base, { type: 'url', url });
    const two = await addSource(workspace, base, { type: 'url', url });
    await workspace.delete(`/sources/${one.id}`);
    await vi.waitUntil(async () => (await countRows('knowledge_sources', workspace.id)) === 1, {
      timeout: 150_000,
    });
    expect(Object.keys(await filesOf(workspace, base))).toEqual([url]);
    expect((await pagesOf(workspace, two.id))['/a'].file_id).toBe(
      (await filesOf(workspace, base))[url].id,
    );
  });

  it('fails with a reason when the quota of the workspace is used up', async () => {
    const { workspace, base, site } = await setUp();
    const { url } = await pageSet(site, 3);
    await env.DB.prepare(
      "insert into quotas (workspace_id, resource, max) values (?, 'files', 1) on conflict do update set max = 1",
    )
      .bind(workspace.id)
      .run();
    const source = await addSource(workspace, base, { type: 'sitemap', url });
    expect(source).toMatchObject({ status: 'failed', error: { code: 'quota_exceeded' } });
    expect(Object.keys(await filesOf(workspace, base))).toHaveLength(1);
  });
});
