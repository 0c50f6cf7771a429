import { createExecutionContext } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { isTransient } from '../../../src/db/errors.ts';
import { jobHandlers } from '../../../src/features.ts';
import { openPlatform } from '../../../src/platform/cloudflare.ts';
import { newId } from '../../../src/shared/id.ts';
import { faulty } from '../../support/faulty.ts';
import { uploadForm } from '../../support/files.ts';
import { requestWith } from '../../support/worker.ts';
import { filesOf, newSite } from '../sources/support.ts';
import { entriesOf, finished, setUp } from './support.ts';

const bucket = (env as unknown as { IMPORT_BUCKET: R2Bucket }).IMPORT_BUCKET;

describe('a batch from a list', () => {
  it('gives its files the defaults, unless their lines say otherwise', async () => {
    const { workspace, base, path, upload } = await setUp();
    const prefix = crypto.randomUUID();
    for (const name of ['a', 'b', 'c'])
      await bucket.put(`${prefix}/${name}.md`, `# Note ${name}\n\nThe note is about ${name}.`);
    const object = (name: string) => ({ bucket: 'IMPORT_BUCKET', key: `${prefix}/${name}.md` });
    const defaults = {
      ...{ groups: ['staff'], tags: [' Notes '], language: 'DE' },
      metadata: { team: 'all', year: 2024 },
    };
    const other = {
      groups: null,
      tags: ['own'],
      published_at: '2024-03-01',
      metadata: { year: 1 },
    };
    const files = [object('a'), { ...object('b'), ...other }];
    const { status, body } = await workspace.post(path, { files, defaults });
    expect([status, body.defaults]).toEqual([
      202,
      { ...defaults, tags: ['notes'], language: 'de' },
    ]);
    await finished(workspace, body.id);
    const line = `IMPORT_BUCKET,${prefix}/c.md,"x; Y",2023-02-01,board`;
    const csv = `bucket,key,tags,published_at,groups\n${line}`;
    const form = await uploadForm(workspace, path, [{ name: 'list.csv', content: csv }], {
      defaults: JSON.stringify({ title: undefined, tags: ['unused'], groups: [] }),
    });
    expect(form.status, JSON.stringify(form.body)).toBe(202);
    await finished(workspace, form.body.id);
    const found = await filesOf(workspace, base);
    const of = (name: string) => found[`r2://IMPORT_BUCKET/${prefix}/${name}.md`];
    expect(of('a')).toMatchObject({
      ...{ groups: ['staff'], tags: ['notes'], language: 'de', published_at: null },
      metadata: { team: 'all', year: 2024 },
    });
    expect(of('b')).toMatchObject({
      ...{ groups: null, tags: ['own'], published_at: '2024-03-01T00:00:00.000Z' },
      metadata: { team: 'all', year: 1 },
    });
    expect(of('c')).toMatchObject({
      ...{ groups: ['board'], tags: ['x', 'y'], published_at: '2023-02-01T00:00:00.000Z' },
    });
    const wrong = await uploadForm(workspace, path, [{ name: 'list.csv', content: csv }], {
      defaults: '{"tags": [""], "groups": "staff", "name": "x"}',
    });
    expect(wrong.status).toBe(422);
    expect(wrong.body.errors.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/defaults/tags/0', '/defaults/groups']),
    );
    expect(wrong.body.errors).toContainEqual({
      ...{ pointer: '/defaults/groups', detail: 'Must be a list, not text.' },
    });
    const bad = await upload('list.csv', csv.replace('2023-02-01', '1.2.2023'));
    expect([bad.status, bad.body.errors[0].detail]).toEqual([
      422,
      expect.stringContaining('`published_at`'),
    ]);
  });

  it('reads objects of a bucket and addresses of the web', async () => {
    const { workspace, base, path } = await setUp();
    const site = await newSite();
    const prefix = crypto.randomUUID();
    await bucket.put(`${prefix}/für uns.md`, '# For us');
    await bucket.put(`${prefix}/photo.heic`, 'x');
    const url = await site.article('/leave', 'Leave', 'Everybody has 25 days.');
    await site.answers('/gone', { status: 404 });
    const object = (key: string, more = {}) => ({
      bucket: 'IMPORT_BUCKET',
      key: `${prefix}/${key}`,
      ...more,
    });
    const { status, body } = await workspace.post(path, {
      files: [
        object('für uns.md', { external_id: 'us', name: 'About us', metadata: { team: 'all' } }),
        object('photo.heic'),
        object('absent.md'),
        { url, metadata: { lang: 'en' } },
        { url: site.url('/gone') },
        { url: 'https://127.0.0.1/secret' },
      ],
    });
    expect([status, body.counts.pending]).toEqual([202, 6]);
    const batch = await finished(workspace, body.id);
    expect(batch).toMatchObject({
      status: 'completed',
      counts: { stored: 2, skipped: 1, failed: 3 },
    });
    expect(await entriesOf(workspace, body.id)).toMatchObject({
      [`r2://IMPORT_BUCKET/${prefix}/absent.md`]: { error: { code: 'not_found' } },
      [`r2://IMPORT_BUCKET/${prefix}/photo.heic`]: { state: 'skipped' },
      [site.url('/gone')]: { state: 'failed', error: { code: 'not_found' } },
      'https://127.0.0.1/secret': { state: 'failed', error: { code: 'url_not_allowed' } },
    });
    const files = await filesOf(workspace, base);
    expect(files.us).toMatchObject({ name: 'About us.md', metadata: { team: 'all' } });
    expect(files[url]).toMatchObject({ metadata: { url, title: 'Leave', lang: 'en' } });
    // The same list again replaces what has changed, by the address.
    await bucket.put(`${prefix}/für uns.md`, '# For us, changed');
    const again = await workspace.post(path, {
      files: [object('für uns.md', { external_id: 'us' })],
    });
    expect((await finished(workspace, again.body.id)).counts).toMatchObject({ stored: 1 });
    expect((await filesOf(workspace, base)).us.id).toBe(files.us.id);
  });

  it.each([
    [[], '/files'],
    [[{ url: 'https://a.example.com/', key: 'b' }], '/files/0'],
    [[{ bucket: 'FILES', key: 'b' }], '/files/0/bucket'],
    [[{ bucket: 'IMPORT_BUCKET' }], '/files/0'],
    [
      [
        { url: 'https://a.example.com/1', external_id: 'x' },
        { url: 'https://a.example.com/2', external_id: 'x' },
      ],
      '/files/1',
    ],
  ])('refuses %j', async (files, pointer) => {
    const { workspace, path } = await setUp();
    const { status, body } = await workspace.post(path, { files });
    expect(status).toBe(422);
    expect(body.errors.map((one: { pointer: string }) => one.pointer)).toContain(pointer);
  });

  it('stores each entry once, whatever fails and however often its messages come', async () => {
    const { workspace, base, path } = await setUp();
    const prefix = crypto.randomUUID();
    const keys = Array.from({ length: 5 }, (_, n) => `${prefix}/${n}.md`);
    for (const key of keys) await bucket.put(key, `Text of ${key}.`);
    // The queue loses the message, so that only this test runs the job.
    const lost = { sendBatch: async () => undefined } as unknown as Queue;
    const { body } = await requestWith({ JOBS: lost }, 'POST', `/api/v1${path}`, workspace.key, {
      json: { files: keys.map((key) => ({ bucket: 'IMPORT_BUCKET', key })) },
    });
    const run = async (at: number, mode: 'before' | 'after') => {
      const { database } = faulty(env.DB, { at, mode });
      const platform = openPlatform(
        { ...env, DB: database, JOBS: lost } as unknown as Env,
        createExecutionContext(),
        { request_id: newId('req') },
      );
      const ctx = platform.context({
        workspace_id: workspace.id,
        actor: { type: 'system', name: 'test', api_key_id: null },
      });
      const job = { type: 'batch.process', batch_id: body.id, api_key_id: null } as const;
      await jobHandlers['batch.process'].run(ctx, job).catch((error: Error) => {
        expect(isTransient(error)).toBe(true);
      });
    };
    for (let at = 1; at < 60; at += 1) {
      await Promise.all([run(at, at % 2 === 0 ? 'before' : 'after'), run(at + 3, 'before')]);
      if ((await workspace.get(`/batches/${body.id}`)).body.status === 'completed') break;
    }
    const batch = await finished(workspace, body.id);
    expect(batch.counts).toMatchObject({ stored: 5, duplicate: 0, failed: 0, pending: 0 });
    expect(Object.keys(await filesOf(workspace, base)).sort()).toEqual(
      keys.map((key) => `r2://IMPORT_BUCKET/${key}`),
    );
  });

  it('goes on with the other entries when one ends the worker each time', async () => {
    const { workspace, path } = await setUp();
    const prefix = crypto.randomUUID();
    for (const n of [1, 2]) await bucket.put(`${prefix}/${n}.md`, `Text ${n}.`);
    const lost = { sendBatch: async () => undefined } as unknown as Queue;
    const files = [1, 2].map((n) => ({ bucket: 'IMPORT_BUCKET', key: `${prefix}/${n}.md` }));
    const { body } = await requestWith({ JOBS: lost }, 'POST', `/api/v1${path}`, workspace.key, {
      json: { files },
    });
    const platform = openPlatform(env as unknown as Env, createExecutionContext(), {
      request_id: newId('req'),
    });
    const actor = { type: 'system', name: 'test', api_key_id: null } as const;
    const ctx = platform.context({ workspace_id: workspace.id, actor });
    const job = { type: 'batch.process', batch_id: body.id, api_key_id: null } as const;
    await jobHandlers['batch.process'].onExhausted(ctx, job, 'The job never finished.');
    expect((await finished(workspace, body.id)).counts).toMatchObject({ stored: 1, failed: 1 });
    expect(await entriesOf(workspace, body.id)).toMatchObject({
      [`r2://IMPORT_BUCKET/${prefix}/1.md`]: { error: { code: 'internal' } },
    });
  });
});
