import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase, settled, uploadForm } from '../support/files.ts';

const objectsOf = async (workspace: Workspace) =>
  (await env.FILES.list({ prefix: workspace.id })).objects.map((object) => object.key);

async function open() {
  const workspace = await newWorkspace();
  const base = await newBase(workspace);
  const path = `/knowledge-bases/${base}/files`;
  return { workspace, base, path, upload: uploadForm.bind(null, workspace, path) };
}

describe('uploads', () => {
  it('rejects unsupported and mislabelled files, and stores nothing (R26)', async () => {
    const { workspace, upload } = await open();
    const zip = new Uint8Array([0x50, 0x4b, 3, 4, 0, 0]);
    const cases = [
      { name: 'picture.svg', content: '<svg/>' },
      { name: 'add-in.xlam', content: zip },
      { name: 'noextension', content: 'text' },
      { name: 'fake.pdf', content: 'not a pdf' },
      { name: 'fake.docx', content: 'not a zip' },
      { name: 'old.docx', content: new Uint8Array([0xd0, 0xcf, 0x11, 0xe0, 1]) },
      { name: 'really-a-zip.txt', content: zip },
      { name: 'binary.csv', content: new Uint8Array([65, 0, 0, 66]) },
      { name: 'page.html', content: '<p>hi</p>', type: 'image/png' },
    ];
    for (const part of cases) expect((await upload([part])).status, part.name).toBe(415);
    const all = await upload([...cases, { name: 'empty.txt', content: '' }]);
    expect([all.status, all.body.code]).toEqual([422, 'validation_failed']);
    expect(all.body.errors).toHaveLength(cases.length + 1);
    expect(all.body.errors.at(-1)).toEqual({
      pointer: '/file/9',
      detail: 'empty.txt is empty.',
    });
    expect(await objectsOf(workspace)).toEqual([]);
    expect((await workspace.get('/knowledge-bases')).body.data[0].chunk_count).toBe(0);
  });

  it('rejects empty files, unknown parts, too many files and invalid fields', async () => {
    const { upload, workspace, path } = await open();
    const one = { name: 'a.txt', content: 'text' };
    const many = Array.from({ length: 21 }, (_, index) => ({
      name: `${index}.txt`,
      content: `text ${index}`,
    }));
    expect((await upload([{ name: 'empty.txt', content: '' }])).status).toBe(422);
    expect((await upload([])).status).toBe(422);
    expect((await upload(many)).status).toBe(422);
    expect((await upload([one], { color: 'red' })).body.errors).toEqual([
      { pointer: '/color', detail: 'Unknown field.' },
    ]);
    expect((await upload([one], { metadata: 'no json' })).body.errors[0].pointer).toBe('/metadata');
    expect((await upload([one], { metadata: '[1]' })).status).toBe(422);
    expect(
      (await upload([one, { name: 'b.txt', content: 'b' }], { external_id: 'x' })).body.errors[0]
        .pointer,
    ).toBe('/external_id');
    const cut = {
      headers: { 'content-type': 'multipart/form-data; boundary=x' },
      body: '--x\r\nContent-Disposition: form-data; name="file"',
    };
    expect((await workspace.post(path, undefined, cut)).status).toBe(400);
    expect(
      (
        await workspace.post(path, undefined, {
          headers: { 'content-type': 'multipart/form-data' },
          body: 'x',
        })
      ).status,
    ).toBe(400);
    expect(await objectsOf(workspace)).toEqual([]);
  });

  it('accepts 25 MB and not a byte more', async () => {
    const { workspace, upload } = await open();
    const limit = 25 * 1024 * 1024;
    const { status, body } = await upload([
      { name: 'big.txt', content: new Uint8Array(limit + 1).fill(97) },
    ]);
    expect([status, body.code]).toEqual([413, 'too_large']);
    expect(await objectsOf(workspace)).toEqual([]);
    const fits = await upload([{ name: 'big.txt', content: new Uint8Array(limit).fill(97) }]);
    expect(fits.body.data[0].byte_size).toBe(limit);
    expect((await settled(workspace, fits.body.data[0].id)).error.code).toBe('too_large');
  });

  it('returns the same file for the same content, and replaces by external_id', async () => {
    const { workspace, base, path, upload } = await open();
    const first = await addText(workspace, base, 'a.txt', 'same content');
    const again = await upload([
      { name: 'b.txt', content: 'same content' },
      { name: 'c.txt', content: 'same content' },
    ]);
    expect(again.body.data.map(({ id }: { id: string }) => id)).toEqual([first.id, first.id]);
    const named = await workspace.post(path, {
      name: 'd.txt',
      text: 'version one',
      external_id: 'doc',
    });
    const next = await workspace.post(path, {
      name: 'd.txt',
      text: 'version two',
      external_id: 'doc',
    });
    expect(next.body.data[0].id).toBe(named.body.data[0].id);
    const same = await workspace.post(path, {
      name: 'd.txt',
      text: 'version two',
      external_id: 'doc',
    });
    expect(same.body.data[0].id).toBe(next.body.data[0].id);
    expect((await workspace.get(`${path}?external_id=doc`)).body.data).toHaveLength(1);
    const adopted = await workspace.post(path, {
      name: 'a.txt',
      text: 'same content',
      external_id: 'other',
    });
    expect(adopted.body.data[0]).toMatchObject({ id: first.id, external_id: 'other' });
  });

  it('takes metadata and fields of an upload with the external id and the content of a file', async () => {
    const { workspace, path, upload } = await open();
    const send = async (rest: object) =>
      (await workspace.post(path, { name: 'd.txt', text: 'the same', ...rest })).body;
    const file = await send({ metadata: { v: 1 }, title: 'One' });
    await settled(workspace, file.id);
    // Without an external id the file is somebody else's as well: nothing changes.
    expect(await send({ metadata: { v: 2 }, title: 'Two' })).toMatchObject({
      ...{ id: file.id, is_duplicate: true, metadata: { v: 1 }, title: 'One' },
    });
    const named = { external_id: 'doc' };
    expect(await send({ ...named, metadata: { v: 3 } })).toMatchObject({
      ...{ id: file.id, is_duplicate: true, metadata: { v: 3 }, title: 'One' },
    });
    const form = { ...named, encoding: 'utf-8', tags: 'a,b', title: 'Three' };
    const sent = await upload([{ name: 'd.txt', content: 'the same' }], form);
    expect(sent.body).toMatchObject({ metadata: { v: 3 }, title: 'Three', tags: ['a', 'b'] });
    await settled(workspace, file.id);
    const { base_id } = file;
    const { revision } = (await workspace.get(`/knowledge-bases/${base_id}`)).body;
    await send({ ...named, metadata: { v: 3 }, tags: ['A', 'b'] });
    expect((await workspace.get(`/files/${file.id}`)).body).toMatchObject({
      ...{ metadata: { v: 3 }, title: 'Three', tags: ['a', 'b'], status: 'ready' },
    });
    expect((await workspace.get(`/knowledge-bases/${base_id}`)).body.revision).toBe(revision);
  });

  it('stores the good files of a request and says why the others are refused', async () => {
    const { workspace, path, upload } = await open();
    const key = { 'idempotency-key': 'partly' };
    const parts = [
      { name: 'a.txt', content: 'alpha' },
      { name: 'empty.txt', content: '' },
      { name: 'picture.svg', content: '<svg/>' },
      { name: 'big.txt', content: new Uint8Array(25 * 1024 * 1024 + 1).fill(97) },
      { name: 'b.txt', content: 'alpha' },
      { name: 'c.txt', content: 'gamma' },
    ];
    const { status, body } = await upload(parts, {}, key);
    expect(status).toBe(207);
    expect(body.data).toMatchObject([
      { name: 'a.txt', status: 'queued', is_duplicate: false },
      {
        name: 'empty.txt',
        error: { code: 'validation_failed', detail: 'empty.txt is empty.' },
      },
      { name: 'picture.svg', error: { code: 'unsupported_media_type' } },
      { name: 'big.txt', error: { code: 'too_large' } },
      { id: body.data[0].id, name: 'a.txt', is_duplicate: true },
      { name: 'c.txt', is_duplicate: false },
    ]);
    const again = await upload(parts, {}, key);
    expect([again.status, again.headers.get('idempotent-replayed')]).toEqual([207, 'true']);
    expect(again.body).toEqual(body);
    await settled(workspace, body.data[0].id);
    const originals = (await objectsOf(workspace)).filter((name) => !name.includes('text-'));
    expect(originals).toHaveLength(2);
    const { sha256 } = body.data[0];
    const found = await workspace.get(`${path}?sha256=${sha256.toUpperCase()}`);
    expect(found.body.data.map(({ id }: { id: string }) => id)).toEqual([body.data[0].id]);
    expect((await workspace.get(`${path}?sha256=${'0'.repeat(64)}`)).body.data).toEqual([]);
    expect((await workspace.get(`${path}?sha256=abc`)).status).toBe(422);
  });

  it('returns one file at the top level and in data, several in data', async () => {
    const { workspace, path, upload } = await open();
    const { body } = await workspace.post(path, { name: 'a.txt', text: 'alpha' });
    const { data, ...file } = body;
    expect(data).toEqual([file]);
    expect(file).toMatchObject({ name: 'a.txt', status: 'queued' });
    const alone = await upload([{ name: 'a.txt', content: 'alpha' }]);
    expect([alone.body.id, alone.body.data.length]).toEqual([body.id, 1]);
    const several = await upload([
      { name: 'b.txt', content: 'beta' },
      { name: 'c.txt', content: 'gamma' },
    ]);
    expect(several.body.id).toBe(several.body.data[0].id);
    expect(several.body.data).toHaveLength(2);
  });

  it('creates one file for concurrent uploads of one content', async () => {
    const { workspace, path } = await open();
    const answers = await Promise.all(
      Array.from({ length: 8 }, () => workspace.post(path, { name: 'a.txt', text: 'raced' })),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(8).fill(202));
    expect(new Set(answers.map(({ body }) => body.data[0].id)).size).toBe(1);
    expect(answers.filter(({ body }) => !body.is_duplicate)).toHaveLength(1);
  });

  it('lets the last of concurrent uploads with one external id win', async () => {
    const { workspace, path } = await open();
    const upload = (text: string) =>
      workspace.post(path, { name: 'a.txt', text, external_id: 'doc' });
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, index) => upload(`version ${index}`)),
    );
    expect(answers.map(({ status }) => status)).toEqual(Array(12).fill(202));
    const { data } = (await workspace.get(`${path}?external_id=doc`)).body;
    expect(data).toHaveLength(1);
    expect(answers.map(({ body }) => body.id)).toContain(data[0].id);
    expect((await workspace.get(path)).body.data).toHaveLength(1);
  });

  it('replays a multipart upload by its parts, not its bytes (R55)', async () => {
    const { workspace, upload, path } = await open();
    const key = { 'idempotency-key': 'upload-1' };
    const parts = [{ name: 'a.txt', content: 'alpha' }];
    const first = await upload(parts, {}, key);
    const again = await upload(parts, {}, key);
    expect(again.headers.get('idempotent-replayed')).toBe('true');
    expect(again.body).toEqual(first.body);
    for (const other of [
      [{ name: 'a.txt', content: 'beta' }],
      [{ name: 'b.txt', content: 'alpha' }],
    ]) {
      expect((await upload(other, {}, key)).body.code).toBe('idempotency_mismatch');
    }
    expect((await upload(parts, { metadata: '{"a":1}' }, key)).body.code).toBe(
      'idempotency_mismatch',
    );
    await settled(workspace, first.body.data[0].id);
    expect((await workspace.get(path)).body.data).toHaveLength(1);
    expect(
      (await objectsOf(workspace)).filter((objectKey) => !objectKey.includes('text-')),
    ).toHaveLength(1);
  });

  it('serves the original as a download that browsers do not execute (R31)', async () => {
    const { workspace, upload } = await open();
    const name = 'Größe "x"; 日本.html';
    const { body } = await upload([{ name, content: '<script>alert(1)</script><p>hi</p>' }]);
    const {
      status,
      headers,
      body: content,
    } = await workspace.get(`/files/${body.data[0].id}/content`);
    expect(status).toBe(200);
    expect(content).toBe('<script>alert(1)</script><p>hi</p>');
    expect(headers.get('content-type')).toBe('text/plain; charset=utf-8');
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
    const disposition = headers.get('content-disposition') ?? '';
    expect(disposition).toMatch(/^attachment; filename="[ -~]+"; filename\*=UTF-8''\S+$/);
    expect(decodeURIComponent(disposition.split("UTF-8''")[1] ?? '')).toBe(body.data[0].name);
  });
});
