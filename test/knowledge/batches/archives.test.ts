import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { makeZip } from '../../support/documents.ts';
import { bytesOf } from '../../support/office.ts';
import { countRows } from '../../support/rows.ts';
import { filesOf } from '../sources/support.ts';
import gnuTar from './fixtures/gnu.tar.gz?url&inline';
import paxTar from './fixtures/pax.tar.gz?url&inline';
import pythonZip from './fixtures/python.zip?url&inline';
import { batchWhen, entriesOf, finished, makeTar, setUp } from './support.ts';

const encode = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const file = (name: string, text: string) => ({ name, content: encode(text) });
const long = 'long-'.repeat(24);
const longPath = `docs/${long}/${long}file.txt`;

const objectsOf = async (workspace: { readonly id: string }) =>
  (await env.FILES.list({ prefix: workspace.id })).objects.filter(
    ({ key }) => !key.includes('text-'),
  ).length;

describe('a batch from an archive', () => {
  it.each([
    ['gnu.tar.gz', gnuTar],
    ['python.zip', pythonZip],
  ])('makes a file of each entry of %s, with what its manifest says', async (name, address) => {
    const { workspace, base, upload } = await setUp();
    const { status, body } = await upload(name, bytesOf(address));
    expect([status, body.status, body.type, body.name]).toEqual([202, 'queued', 'archive', name]);
    const batch = await finished(workspace, body.id);
    const links = name.endsWith('.zip') ? 0 : 1;
    // A ZIP archive made by Python has the content of the link.
    expect(batch).toMatchObject({
      status: 'completed',
      error: null,
      counts: { pending: 0, stored: 3, duplicate: 1 - links, skipped: 3, failed: 2 + links },
      files: { ready: 3, processing: 0, failed: 0, deleted: 0 },
    });
    const entries = await entriesOf(workspace, body.id);
    expect(entries).toMatchObject({
      'export/docs/leave.md': { state: 'stored', external_id: 'hr-1', error: null },
      'export/docs/Reisen für Gäste.txt': { state: 'stored', external_id: null },
      [`export/${longPath}`]: { state: 'stored' },
      'export/docs/empty.txt': { state: 'failed', error: { code: 'empty_document' } },
      'export/docs/photo.heic': { state: 'skipped', error: { code: 'unsupported_media_type' } },
      'export/.hidden': { state: 'skipped', error: { code: 'hidden_file' } },
      'export/manifest.csv': { state: 'skipped', error: { code: 'manifest' } },
      'export/docs/missing.md': { state: 'failed', error: { code: 'not_found' } },
    });
    const files = await filesOf(workspace, base);
    expect(files['hr-1']).toMatchObject({
      id: entries['export/docs/leave.md'].file_id,
      name: 'leave.md',
      status: 'ready',
      metadata: { team: 'people', path: 'export/docs/leave.md' },
    });
    const failed = await workspace.get(`/batches/${body.id}/entries?state=failed&limit=1`);
    expect(failed.body.data).toHaveLength(1);
    expect(failed.body.next_cursor).not.toBeNull();
    // The archive itself is deleted.
    await vi.waitUntil(async () => (await objectsOf(workspace)) === 3, { timeout: 150_000 });
  });

  it('recognizes content that it has already, in the archive and in the base', async () => {
    const { workspace, base, upload } = await setUp();
    const first = await upload('pax.tar.gz', bytesOf(paxTar));
    expect((await finished(workspace, first.body.id)).counts).toMatchObject({
      stored: 3,
      skipped: 1,
    });
    const again = await upload(
      'more.zip',
      await makeZip([
        file('leave.md', '# Leave\n\nEverybody has 25 days of leave.\n'),
        file('new.md', 'New.'),
        file('copy.md', 'New.'),
      ]),
    );
    const batch = await finished(workspace, again.body.id);
    expect(batch.counts).toMatchObject({ stored: 1, duplicate: 2 });
    expect(Object.values(await entriesOf(workspace, again.body.id))).toHaveLength(3);
    const { body } = await workspace.get(`/knowledge-bases/${base}/files`);
    expect(body.data).toHaveLength(4);
  });

  it.each([
    [
      '{"path":"a.md","external_id":"1"}\n{"path":"b.md","external_id":"1"}',
      'Line 2: `external_id` 1 is on line 1, too.',
    ],
    [
      '{"path":"a.md","externalid":"1"}',
      'Line 1: `externalid`: Unknown field. Did you mean `external_id`?',
    ],
    ['{"path":"a.md","tags":"x"}', 'Line 1: `tags`: Must be a list, not text.'],
  ])(
    'fails with the line of a manifest that is wrong, and stores nothing: %s',
    async (lines, fault) => {
      const { workspace, base, upload } = await setUp();
      const archive = makeTar([
        { name: './manifest.jsonl', content: lines },
        { name: './a.md', content: 'A.' },
      ]);
      const { body } = await upload('a.tar', archive);
      expect(await finished(workspace, body.id)).toMatchObject({
        status: 'failed',
        error: {
          code: 'invalid_manifest',
          detail: `manifest.jsonl: ${fault} Correct it, or rename it if it is a document.`,
        },
      });
      expect((await workspace.get(`/knowledge-bases/${base}/files`)).body.data).toEqual([]);
    },
  );

  it('lists entries that cannot be read, and stores the others', async () => {
    const { workspace, upload } = await setUp();
    const zip = await makeZip([
      file('good.md', 'Good.'),
      { ...file('secret.md', 'Secret.'), isEncrypted: true },
      file('../../etc/passwd.txt', 'root'),
      file('windows\\deep\\file.md', 'Backslashes.'),
      file('fake.pdf', 'no pdf'),
      file('ünïcødé ‮txt.exe', 'x'),
      { ...file('bomb.txt', 'a'.repeat(26 * 1024 * 1024)), claimedSize: 1 },
    ]);
    const { body } = await upload('odd.zip', zip);
    await finished(workspace, body.id);
    expect(await entriesOf(workspace, body.id)).toMatchObject({
      'good.md': { state: 'stored' },
      'secret.md': { state: 'failed', error: { code: 'unreadable' } },
      'etc/passwd.txt': { state: 'stored' },
      'windows/deep/file.md': { state: 'stored' },
      'fake.pdf': { state: 'skipped', error: { code: 'unsupported_media_type' } },
      'bomb.txt': { state: 'failed', error: { code: 'too_large' } },
    });
    const damaged = bytesOf(paxTar).slice(0, 300);
    const cut = await upload('cut.tar.gz', damaged);
    expect([cut.status, cut.body.code]).toEqual([422, 'validation_failed']);
    const half = makeTar([{ name: 'a.md', content: 'A.'.repeat(2000) }]).slice(0, 1500);
    const { id } = (await upload('half.tar', half)).body;
    expect((await finished(workspace, id)).counts).toMatchObject({ failed: 1 });
    const tail = zip.slice(200);
    const broken = (
      await upload('broken.zip', Uint8Array.from([0x50, 0x4b, 3, 4, ...tail.slice(4, 600)]))
    ).body;
    expect(await finished(workspace, broken.id)).toMatchObject({
      status: 'failed',
      error: { code: 'corrupt' },
    });
  });

  it.each([
    ['notes.txt', 'text', 415],
    ['a.gz', 'x', 415],
    ['empty.zip', '', 415],
    ['list.jsonl', '', 422],
    ['list.jsonl', '{"url":"https://example.com/a","key":"b"}', 422],
    ['list.csv', 'url\nno address\n', 422],
  ])('refuses %s: %j', async (name, content, expected) => {
    const { workspace, upload, path } = await setUp();
    expect((await upload(name, content)).status).toBe(expected);
    expect((await workspace.get(path)).body.data).toEqual([]);
    expect(await objectsOf(workspace)).toBe(0);
  });

  it('replays the request with the same key, and stops when it is cancelled', async () => {
    const { workspace, base, path, upload } = await setUp();
    const many = makeTar(
      Array.from({ length: 250 }, (_, n) => ({ name: `${n}.md`, content: `Text ${n}.` })),
    );
    const key = { 'idempotency-key': 'batch' };
    const first = await upload('many.tar', many, key);
    const again = await upload('many.tar', many, key);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body.id).toBe(first.body.id);
    expect((await workspace.get(path)).body.data).toHaveLength(1);
    await batchWhen(workspace, first.body.id, ({ counts }) => counts.pending > 0);
    const cancelled = await workspace.post(`/batches/${first.body.id}/cancel`);
    expect([cancelled.status, cancelled.body.status]).toEqual([200, 'cancelled']);
    expect(cancelled.body.counts).toMatchObject({ pending: 0 });
    expect(cancelled.body.counts.cancelled).toBeGreaterThan(0);
    expect((await workspace.post(`/batches/${first.body.id}/cancel`)).status).toBe(409);
    const other = await setUp();
    expect((await other.workspace.get(`/batches/${first.body.id}`)).status).toBe(404);
    await workspace.delete(`/knowledge-bases/${base}`);
    expect((await workspace.get(`/batches/${first.body.id}`)).status).toBe(404);
    await vi.waitUntil(
      async () =>
        (await countRows('batch_entries', workspace.id)) === 0 &&
        (await objectsOf(workspace)) === 0,
      { timeout: 150_000 },
    );
  });
});
