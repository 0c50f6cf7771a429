import { env } from 'cloudflare:workers';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { addText, newBase, settled } from '../support/files.ts';
import { type Delivery, ReplaceWorld, type Step } from './replace-world.ts';

const change: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('upload' as const), isGood: fc.boolean() }),
  },
  { weight: 2, arbitrary: fc.constant({ kind: 'reprocess' as const }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'delete' as const }) },
);

const deliver = (meanwhile: fc.Arbitrary<Step | null>): fc.Arbitrary<Delivery> =>
  fc.record({
    kind: fc.constant('deliver' as const),
    which: fc.nat(30),
    at: fc.integer({ min: 1, max: 9 }),
    dies: fc.constantFrom(null, 'before', 'after'),
    meanwhile,
    isPoisoned: fc.integer({ min: 0, max: 7 }).map((n) => n === 0),
  });

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 2, arbitrary: change },
  { weight: 3, arbitrary: deliver(fc.constant(null)) },
  { weight: 4, arbitrary: deliver(fc.oneof(change, deliver(fc.constant(null)))) },
);

describe('replacing a document', () => {
  it('ends in one state and is always found, whatever happens to its messages and workers (R64, R67)', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9 }), async (steps) => {
        const world = await ReplaceWorld.open();
        for (const one of steps) await world.take(one);
        await world.end();
      }),
      { numRuns: 12, endOnFailure: true },
    );
  });

  it('removes what it had when the worker died after it was ready and the job is exhausted', async () => {
    const delivery = { kind: 'deliver', which: 1, meanwhile: null } as const;
    for (const at of [8, 9, 10]) {
      const world = await ReplaceWorld.open();
      await world.take({ kind: 'reprocess' });
      await world.take({ ...delivery, at, dies: 'after', isPoisoned: false });
      await world.take({ ...delivery, at: 100, dies: null, isPoisoned: true });
      await world.end();
    }
  });

  it('removes the original it had when the worker died after it was ready and the next content fails', async () => {
    const plain = { kind: 'deliver', at: 100, dies: null, meanwhile: null } as const;
    const orders: readonly (readonly Step[])[] = [
      [{ ...plain, which: 1, isPoisoned: false }],
      [{ ...plain, which: 2, isPoisoned: false }],
      [{ ...plain, which: 2, isPoisoned: true }],
    ];
    for (const order of orders) {
      const world = await ReplaceWorld.open();
      await world.take({ kind: 'upload', isGood: true });
      const meanwhile: Step = { kind: 'upload', isGood: false };
      await world.take({ ...plain, which: 1, at: 9, dies: 'after', meanwhile, isPoisoned: false });
      for (const step of order) await world.take(step);
      await world.end();
    }
  });

  it('leaves every revision of the base as it was, whatever happens to its messages and workers', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { minLength: 3, maxLength: 9 }), async (steps) => {
        const world = await ReplaceWorld.open(30);
        for (const one of steps) await world.take(one);
        await world.end();
      }),
      { numRuns: 6, endOnFailure: true },
    );
  });

  it('keeps the id of a file, and its former content after a failure with the reason', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const path = `/knowledge-bases/${base}/files`;
    const first = await addText(workspace, base, 'hours.txt', 'The shop opens at eight.', {
      external_id: 'hours',
    });
    const bad = { name: 'hours.html', text: '<p hidden>nine</p>', external_id: 'hours' };
    const { body: queued } = await workspace.post(path, bad);
    expect(queued).toMatchObject({
      ...{ id: first.id, name: 'hours.txt', is_searchable: true },
      replacement: { name: 'hours.html', failed_at: null },
    });
    const failed = await settled(workspace, first.id);
    expect(failed).toMatchObject({
      status: 'failed',
      error: { code: 'empty_document' },
      is_searchable: true,
      chunk_count: 1,
      ready_at: first.ready_at,
      ...{ name: 'hours.txt', byte_size: first.byte_size, sha256: first.sha256 },
      replacement: { name: 'hours.html', failed_at: expect.any(String) },
    });
    expect((await workspace.get(`/files/${first.id}/content`)).body).toBe(
      'The shop opens at eight.',
    );
    const hits = async () =>
      (await workspace.post(`/knowledge-bases/${base}/search`, { query: 'shop opens' })).body.hits;
    expect((await hits())[0].text).toContain('eight');
    expect((await workspace.get(`/files/${first.id}/chunks`)).body.data).toHaveLength(1);
    await addText(workspace, base, 'hours.txt', 'The shop opens at ten.', { external_id: 'hours' });
    expect((await hits()).map(({ text }: { text: string }) => text)).toEqual([
      'The shop opens at ten.',
    ]);
    expect((await workspace.get(`/files/${first.id}/content`)).body).toBe('The shop opens at ten.');
    expect((await workspace.get(`/files/${first.id}`)).body).toMatchObject({
      ...{ status: 'ready', error: null, replacement: null },
    });
  });

  it('takes a failed replacement when it is processed again, as it was changed since, and counts the larger of both', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const path = `/knowledge-bases/${base}/files`;
    const about = { external_id: 'hours', metadata: { shop: 'north' }, groups: ['staff'] };
    const first = await addText(workspace, base, 'hours.txt', 'The shop opens at eight.', about);
    const bytes = async () =>
      (await workspace.get('/quotas')).body.data.find(
        ({ quota }: { quota: string }) => quota === 'bytes',
      ).used;
    const before = await bytes();
    const text = '<p>The shop opens at nine on every day of the week.</p>';
    await workspace.post(path, {
      ...{ name: 'new.html', text, external_id: 'hours', groups: ['staff', 'guests'] },
      metadata: { shop: 'south' },
    });
    const [original] = (
      await env.DB.prepare("select replacement ->> 'original_id' as id from files where id = ?")
        .bind(first.id)
        .all<{ id: string }>()
    ).results;
    await env.FILES.delete(`${workspace.id}/${original?.id}`);
    const failed = await settled(workspace, first.id);
    expect(failed).toMatchObject({
      ...{ status: 'failed', error: { code: 'gone' }, name: 'hours.txt', media_type: 'text/plain' },
      ...{ metadata: { shop: 'north' }, groups: ['staff'] },
      replacement: { name: 'new.html', media_type: 'text/html', byte_size: text.length },
    });
    expect((await bytes()) - before).toBe(text.length - first.byte_size);
    const renamed = await workspace.patch(`/files/${first.id}`, { name: 'opening.html' });
    expect(renamed.body).toMatchObject({
      ...{ name: 'opening.html', replacement: { name: 'opening.html' } },
    });
    await env.FILES.put(`${workspace.id}/${original?.id}`, text);
    const again = await workspace.post(`/files/${first.id}/reprocess`);
    expect(again.body).toMatchObject({ status: 'queued', replacement: { failed_at: null } });
    expect(await settled(workspace, first.id)).toMatchObject({
      ...{ status: 'ready', name: 'opening.html', media_type: 'text/html', replacement: null },
      ...{ metadata: { shop: 'south' }, groups: ['staff', 'guests'], byte_size: text.length },
    });
    expect((await bytes()) - before).toBe(text.length - first.byte_size);
    expect((await workspace.get(`/files/${first.id}/content`)).body).toBe(text);
    // What has failed or waits is replaced itself, also by the content that the file has.
    await workspace.post(path, { name: 'bad.html', text: '<p hidden>x</p>', external_id: 'hours' });
    await settled(workspace, first.id);
    await workspace.post(path, { name: 'same.html', text, external_id: 'hours' });
    expect(await settled(workspace, first.id)).toMatchObject({
      ...{ status: 'ready', name: 'same.html', replacement: null, groups: ['staff', 'guests'] },
    });
  });
});
