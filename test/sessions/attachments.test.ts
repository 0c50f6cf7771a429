import { env } from 'cloudflare:workers';
import { describe, expect, it, vi } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { docxParts, makePdf, makeZip, paragraph } from '../support/documents.ts';
import { uploadForm } from '../support/files.ts';
import { atRest } from '../support/resources.ts';
import { countRows, hashRows } from '../support/rows.ts';

const bytes = (...values: readonly number[]) => Uint8Array.from([...values, ...Array(40).fill(7)]);

const images = {
  'a.png': bytes(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a),
  'a.jpg': bytes(0xff, 0xd8, 0xff, 0xe0),
  'a.webp': bytes(0x52, 0x49, 0x46, 0x46, 1, 2, 3, 4, 0x57, 0x45, 0x42, 0x50),
  'a.gif': bytes(0x47, 0x49, 0x46, 0x38, 0x39, 0x61),
};

const objectsOf = async (workspace: Workspace) =>
  (await env.FILES.list({ prefix: workspace.id })).objects.map(({ key }) => key);

async function open(of?: Workspace) {
  const workspace = of ?? (await newWorkspace());
  const agent = (
    await workspace.post('/agents', { name: 'A', config: { knowledge: { base_ids: [] } } })
  ).body.id;
  const session: string = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id;
  const path = `/sessions/${session}/attachments`;
  return { workspace, agent, session, path, upload: uploadForm.bind(null, workspace, path) };
}

describe('uploading attachments', () => {
  it('accepts all document formats of knowledge, and images', async () => {
    const { upload, workspace, path } = await open();
    const docx = await makeZip(docxParts(paragraph('The grinder costs 89 EUR.')));
    const documents = [
      { name: 'a.txt', content: 'The grinder costs 89 EUR.' },
      { name: 'a.md', content: '# Grinder\n\nIt costs 89 EUR.' },
      { name: 'a.html', content: '<h1>Grinder</h1><script>x()</script><p>89 EUR</p>' },
      { name: 'a.csv', content: 'item,price\ngrinder,89' },
      { name: 'a.json', content: '{"grinder":89}' },
      { name: 'a.docx', content: docx },
      { name: 'a.pdf', content: makePdf([['Grinder'], ['89 EUR']]) },
    ];
    const { status, body } = await upload(documents);
    expect(status).toBe(201);
    for (const attachment of body.data) {
      expect(attachment).toMatchObject({
        kind: 'document',
        status: 'ready',
        error: null,
        message_id: null,
      });
      expect(attachment.tokens, attachment.name).toBeGreaterThan(2);
    }
    expect(body.data.at(-1)).toMatchObject({
      id: expect.stringMatching(/^att_/),
      name: 'a.pdf',
      media_type: 'application/pdf',
      pages: 2,
    });
    for (const [name, content] of Object.entries(images)) {
      const image = await upload([{ name, content, type: name === 'a.jpg' ? 'image/jpg' : '' }]);
      expect(image.body).toMatchObject({
        name,
        kind: 'image',
        status: 'ready',
        pages: null,
        tokens: null,
        byte_size: content.byteLength,
      });
    }
    const text = await workspace.post(path, { name: 'note', text: 'Just a note.' });
    expect(text.body).toMatchObject({
      name: 'note.txt',
      media_type: 'text/plain',
      data: [{ id: text.body.id }],
    });
    const list = await workspace.get(`${path}?limit=3`);
    expect(list.body.data.map(({ name }: { name: string }) => name)).toEqual([
      'a.txt',
      'a.md',
      'a.html',
    ]);
    const rest = await workspace.get(
      `${path}?limit=100&cursor=${encodeURIComponent(list.body.next_cursor)}`,
    );
    expect(rest.body.data).toHaveLength(9);
    expect((await workspace.get(`/attachments/${text.body.id}`)).body).toEqual(text.body.data[0]);
  });

  it('rejects unsupported and mislabelled files, and stores nothing (R26)', async () => {
    const { upload, workspace } = await open();
    const png = images['a.png'];
    const cases = [
      { name: 'picture.svg', content: '<svg onload="x()"/>' },
      { name: 'page.png', content: '<script>x()</script>' },
      { name: 'a.jpg', content: png },
      { name: 'a.png', content: png, type: 'text/html' },
      { name: 'a.txt', content: bytes(0, 1, 2) },
      { name: 'a.pdf', content: png },
      { name: 'a.exe', content: 'MZ' },
      { name: 'noextension', content: 'x' },
    ];
    for (const part of cases) expect((await upload([part])).status, part.name).toBe(415);
    const { detail } = (await upload([{ name: 'a.exe', content: 'MZ' }])).body;
    for (const extension of ['.md', '.pdf', '.png', '.jpg', '.webp', '.gif'])
      expect(detail).toContain(extension);
    expect(
      (await upload([{ name: 'good.txt', content: 'good' }, cases[0] as (typeof cases)[0]])).status,
    ).toBe(415);
    expect((await upload([{ name: 'empty.txt', content: '' }])).status).toBe(422);
    expect((await upload([{ name: 'empty.png', content: '' }])).status).toBe(422);
    expect((await upload([])).status).toBe(422);
    expect(
      (await upload([{ name: 'a.txt', content: 'x' }], { title: 'x' })).body.errors[0].pointer,
    ).toBe('/title');
    const many = Array.from({ length: 11 }, (_, index) => ({
      name: `${index}.txt`,
      content: `text ${index}`,
    }));
    expect((await upload(many)).status).toBe(422);
    const big = new Uint8Array(3_750_001);
    big.set(png);
    expect((await upload([{ name: 'big.png', content: big }])).body.code).toBe('too_large');
    expect(await objectsOf(workspace)).toEqual([]);
    expect(await countRows('attachments', workspace.id)).toBe(0);
    await atRest(workspace.id);
  });

  it('reports the fault of an unreadable document, which can be deleted', async () => {
    const { upload, workspace } = await open();
    const { status, body } = await upload([
      { name: 'scan.pdf', content: makePdf([[]]) },
      { name: 'broken.pdf', content: '%PDF-1.7 and no more' },
    ]);
    expect(status).toBe(201);
    expect(
      body.data.map((one: { status: string; error: { code: string } }) => [
        one.status,
        one.error.code,
      ]),
    ).toEqual([
      ['failed', 'empty_document'],
      ['failed', 'corrupt'],
    ]);
    for (const { id } of body.data)
      expect((await workspace.delete(`/attachments/${id}`)).status).toBe(204);
    await atRest(workspace.id);
    expect(await objectsOf(workspace)).toEqual([]);
  });

  it('extracts large documents by a job', async () => {
    const { upload, workspace } = await open();
    const content = 'All work and no play makes a dull day.\n'.repeat(60_000);
    const { body } = await upload([{ name: 'long.txt', content }]);
    expect(body).toMatchObject({ status: 'processing', tokens: null });
    const path = `/attachments/${body.id}`;
    const read = await vi.waitUntil(
      async () => {
        const answer = await workspace.get(path);
        return answer.body.status === 'processing' ? null : answer.body;
      },
      { timeout: 150_000, interval: 50 },
    );
    expect(read).toMatchObject({ status: 'ready', error: null });
    expect(read.tokens).toBeGreaterThan(500_000);
  });

  it('returns one attachment for one content, also concurrently and for a repeated request (R55)', async () => {
    const { upload, workspace, path } = await open();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => workspace.post(path, { name: 'a.txt', text: 'raced' })),
    );
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const twice = await upload([
      { name: 'a.txt', content: 'twice' },
      { name: 'b.txt', content: 'twice' },
    ]);
    expect(twice.body.data[0]).toEqual(twice.body.data[1]);
    const key = { 'idempotency-key': 'k' };
    const first = await upload([{ name: 'k.txt', content: 'keyed' }], {}, key);
    const again = await upload([{ name: 'k.txt', content: 'keyed' }], {}, key);
    expect([again.headers.get('idempotent-replayed'), again.body]).toEqual(['true', first.body]);
    expect((await upload([{ name: 'k.txt', content: 'other' }], {}, key)).body.code).toBe(
      'idempotency_mismatch',
    );
    const elsewhere = await open(workspace);
    expect(
      (await workspace.post(elsewhere.path, { name: 'a.txt', text: 'raced' })).body.id,
    ).not.toBe(answers[0]?.body.id);
    await atRest(workspace.id);
    expect(await countRows('attachments', workspace.id)).toBe(4);
    expect(await objectsOf(workspace)).toHaveLength(8);
  });

  it('serves the original as a download that browsers do not execute, whatever its name (R31)', async () => {
    const { upload, workspace } = await open();
    const { body } = await upload([
      { name: '../../Größe "x";\u202e.html', content: '<script>1</script>' },
    ]);
    expect(body.code).toBe('validation_failed');
    const page = (
      await upload([
        { name: 'C:\\tmp\\Größe "x"; 日本.html', content: '<script>1</script><p>hi</p>' },
      ])
    ).body;
    expect(page.name).toMatch(/日本\.html$/);
    const served = await workspace.get(`/attachments/${page.id}/content`);
    expect(served.headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(served.headers.get('content-security-policy')).toContain('sandbox');
    expect(served.headers.get('x-content-type-options')).toBe('nosniff');
    expect(served.headers.get('content-disposition')).toMatch(
      /^attachment; filename="[ -~]+"; filename\*=UTF-8''\S+$/,
    );
    const image = (await upload([{ name: 'a.png', content: images['a.png'] }])).body;
    const shown = await workspace.get(`/attachments/${image.id}/content`);
    expect([
      shown.headers.get('content-type'),
      shown.headers.get('content-disposition')?.split(';')[0],
    ]).toEqual(['image/png', 'attachment']);
  });

  it('returns 404 without access to the session, and changes nothing (R2, R3)', async () => {
    const { workspace, session, path } = await open();
    const { id } = (await workspace.post(path, { name: 'a.txt', text: 'secret' })).body;
    const stranger = await newWorkspace();
    const runtime = await workspace.withRole('runtime');
    const viewer = await workspace.withRole('viewer');
    const before = await hashRows(workspace.id);
    for (const other of [stranger, runtime]) {
      for (const route of [`/attachments/${id}`, `/attachments/${id}/content`, path])
        expect((await other.get(route)).status).toBe(404);
      expect((await other.delete(`/attachments/${id}`)).status).toBe(404);
      expect((await other.post(path, { name: 'a.txt', text: 'mine' })).status).toBe(404);
    }
    for (const route of [`/attachments/${id}`, path])
      expect((await viewer.get(route)).status).toBe(403);
    const after = await hashRows(workspace.id);
    expect({ ...after, api_keys: before.api_keys }).toEqual(before);
    await workspace.patch(`/sessions/${session}`, { archived: true });
    expect((await workspace.post(path, { name: 'b.txt', text: 'late' })).body.code).toBe(
      'session_closed',
    );
  });

  it('allows a runtime key to use its own sessions', async () => {
    const { workspace, agent } = await open();
    const runtime = await workspace.withRole('runtime');
    const session = (await runtime.post(`/agents/${agent}/sessions`, {})).body.id;
    const { status, body } = await runtime.post(`/sessions/${session}/attachments`, {
      name: 'a.txt',
      text: 'mine',
    });
    expect(status).toBe(201);
    expect((await runtime.get(`/attachments/${body.id}`)).body).toEqual(body.data[0]);
    expect((await runtime.delete(`/attachments/${body.id}`)).status).toBe(204);
    expect((await runtime.get(`/attachments/${body.id}`)).status).toBe(404);
    await atRest(workspace.id);
    expect(await objectsOf(workspace)).toEqual([]);
  });
});
