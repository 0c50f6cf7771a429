import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { faulty } from '../support/faulty.ts';
import { addText, newBase, settled } from '../support/files.ts';
import { type Bindings, requestWith } from '../support/worker.ts';

const source = `# Shop

## Hours

The shop opens at nine on weekdays and closes at six in the evening, except on public holidays.

## Parking

Customers park behind the building for two hours without a fee, and pay two francs for each hour after that.
`;

async function open() {
  const workspace = await newWorkspace();
  const base = await newBase(workspace, { chunk_tokens: 50, chunk_overlap_tokens: 0 });
  const file = await addText(workspace, base, 'shop.md', source);
  const path = `/files/${file.id}/chunks`;
  const list = async () => (await workspace.get(`${path}?limit=100`)).body.data;
  const texts = async (query: string, mode = 'hybrid') =>
    (await workspace.post(`/knowledge-bases/${base}/search`, { query, mode })).body.hits.map(
      ({ text }: { text: string }) => text,
    );
  return { workspace, base, file, path, list, texts };
}

/** Rows of the chunks of a workspace, and what counts them. */
async function counts({ id, get }: Workspace, base: string) {
  const count = async (statement: string, value: string) =>
    (await env.DB.prepare(statement).bind(value).first<{ n: number }>())?.n;
  return {
    rows: await count('select count(*) as n from chunks where workspace_id = ?', id),
    vectors: await count('select count(*) as n from vectors where workspace_id = ?', id),
    words: await count(
      'select count(*) as n from chunk_words where chunk_words match ?',
      `scope : "${base}"`,
    ),
    base: (await get(`/knowledge-bases/${base}`)).body.chunk_count,
    quota: (await get('/quotas')).body.data.find(
      ({ quota }: { quota: string }) => quota === 'chunks',
    ).used,
  };
}
const all = (n: number) => ({ rows: n, vectors: n, words: n, base: n, quota: n });

describe('the chunks of a file', () => {
  it('can be edited, and are found by their new text alone, in every mode', async () => {
    const { workspace, base, path, list, texts } = await open();
    const [hours, parking] = await list();
    expect(hours).toMatchObject({ origin: 'extracted', is_enabled: true, ordinal: 0 });
    const text = 'The kiosk sells umbrellas.';
    const edited = await workspace.patch(`${path}/${hours.id}`, { text, heading: 'Kiosk' });
    expect(edited.body).toMatchObject({
      ...{ id: hours.id, text, heading: 'Kiosk', origin: 'edited' },
      ...{ start: hours.start, end: hours.end, tokens: 7 },
    });
    for (const mode of ['keyword', 'hybrid']) {
      expect(await texts('umbrellas', mode)).toEqual([text]);
      expect(await texts('weekdays evening holidays', mode)).not.toContain(hours.text);
    }
    expect((await texts('kiosk umbrellas', 'vector'))[0]).toBe(text);
    expect(await list()).toEqual([edited.body, parking]);
    expect(await counts(workspace, base)).toEqual(all(2));
    const { body } = await workspace.get(path.replace('/chunks', ''));
    expect(body.tokens).toBe(7 + parking.tokens);
  });

  it('are edited wholly or not at all, whichever round trip to the database fails', async () => {
    const { workspace, base, path, list, texts } = await open();
    const [hours] = await list();
    for (let at = 1, isDone = false; !isDone; at += 1) {
      const mode = at % 2 === 0 ? 'before' : 'after';
      const text = `Umbrellas of kind ${at} are sold.`;
      const { database, trips } = faulty(env.DB, { at, mode });
      const send = (bindings: Bindings) =>
        requestWith(bindings, 'PATCH', `/api/v1${path}/${hours.id}`, workspace.key, {
          json: { text },
        });
      await send({ DB: database });
      isDone = trips() < at;
      const [now] = await list();
      const found = await texts(
        now.text.includes('Umbrellas') ? 'umbrellas' : 'weekdays',
        'keyword',
      );
      expect(found).toContain(now.text);
      expect(await counts(workspace, base)).toEqual(all(2));
      expect((await send({})).body.text).toBe(text);
      expect(await texts(`umbrellas kind ${at}`, 'keyword')).toEqual([text]);
      expect(await counts(workspace, base)).toEqual(all(2));
    }
  });

  it('can be disabled and enabled', async () => {
    const { workspace, path, list, texts } = await open();
    const [hours] = await list();
    const set = (is_enabled: boolean) => workspace.patch(`${path}/${hours.id}`, { is_enabled });
    expect((await set(false)).body).toMatchObject({ is_enabled: false, origin: 'extracted' });
    for (const mode of ['keyword', 'vector', 'hybrid'])
      expect(await texts('weekdays evening', mode)).not.toContain(hours.text);
    expect((await set(true)).body).toEqual(hours);
    expect(await texts('weekdays evening')).toContain(hours.text);
  });

  it('can be added and deleted, are counted, and are replaced when the file is processed again', async () => {
    const { workspace, base, file, path, list, texts } = await open();
    const before = await list();
    const added = await Promise.all(
      ['Dogs are welcome.', 'Cats are not.', 'Parrots may talk.'].map((text) =>
        workspace.post(path, { text, heading: 'Animals', page: 3 }),
      ),
    );
    expect(added.map(({ status }) => status)).toEqual([201, 201, 201]);
    expect(added.map(({ body }) => body.ordinal).sort()).toEqual([2, 3, 4]);
    expect(added[0]?.body).toMatchObject({ origin: 'added', page: 3, heading: 'Animals' });
    expect(await texts('parrots', 'keyword')).toEqual(['Parrots may talk.']);
    expect(await counts(workspace, base)).toEqual(all(5));
    expect((await workspace.get(`/files/${file.id}`)).body.chunk_count).toBe(5);
    const gone = `${path}/${added[2]?.body.id}`;
    expect((await workspace.delete(gone)).status).toBe(204);
    expect((await workspace.delete(gone)).status).toBe(404);
    expect(await texts('parrots', 'keyword')).toEqual([]);
    expect(await counts(workspace, base)).toEqual(all(4));
    await workspace.post(`/files/${file.id}/reprocess`);
    await settled(workspace, file.id);
    const after = await list();
    expect(after.map(({ text }: { text: string }) => text)).toEqual(
      before.map(({ text }: { text: string }) => text),
    );
    expect(await counts(workspace, base)).toEqual(all(2));
    expect((await workspace.patch(`${path}/${before[0].id}`, { is_enabled: false })).status).toBe(
      404,
    );
  });

  it('are refused when they are empty, too long, of another file or beyond the quota', async () => {
    const { workspace, base, path, list } = await open();
    const other = await open();
    const [theirs] = await other.list();
    const refused = async (body: unknown) => {
      const answer = await workspace.post(path, body);
      return [answer.status, answer.body.errors?.[0].pointer];
    };
    expect(await refused({ text: ' \n ' })).toEqual([422, '/text']);
    expect(await refused({ text: '漢'.repeat(2001) })).toEqual([422, '/text']);
    expect(await refused({ text: 'x'.repeat(8001) })).toEqual([422, '/text']);
    expect(await refused({ text: 'x', page: 0 })).toEqual([422, '/page']);
    expect(await refused({ text: 'x', start: 1 })).toEqual([422, '/start']);
    const change = { text: 'taken over' };
    expect((await workspace.patch(`${path}/${theirs.id}`, change)).status).toBe(404);
    expect((await other.workspace.patch(`${path}/${theirs.id}`, change)).status).toBe(404);
    expect((await other.list())[0]).toEqual(theirs);
    await env.DB.prepare("update quotas set max = 2 where workspace_id = ? and resource = 'chunks'")
      .bind(workspace.id)
      .run();
    expect((await workspace.post(path, { text: 'One more.' })).body.code).toBe('quota_exceeded');
    expect(await list()).toHaveLength(2);
    expect(await counts(workspace, base)).toEqual(all(2));
    const failed = await addText(workspace, base, 'a.html', '<p hidden>x</p>');
    expect((await workspace.post(`/files/${failed.id}/chunks`, { text: 'x' })).body.code).toBe(
      'conflict',
    );
  });
});

describe('a chunk preview', () => {
  it('cuts a stored file as its ingestion did, and otherwise with other settings', async () => {
    const { workspace, base, file, list } = await open();
    const preview = async (body: unknown) =>
      (await workspace.post(`/knowledge-bases/${base}/chunk-preview`, body)).body;
    const same = await preview({ file_id: file.id });
    expect(same).toMatchObject({ chunk_count: 2, chunk_tokens: 50, is_truncated: false });
    const stored = await list();
    expect(same.chunks).toEqual(
      stored.map(
        ({ id: _i, ordinal: _o, is_enabled: _e, origin: _g, ...chunk }: Record<string, unknown>) =>
          chunk,
      ),
    );
    const larger = await preview({ file_id: file.id, chunk_tokens: 500 });
    expect(larger).toMatchObject({ chunk_count: 1, chunk_overlap_tokens: 0 });
    expect((await preview({ text: source, chunk_tokens: 50 })).chunk_count).toBe(2);
    expect((await preview({ text: ' \n ' })).chunk_count).toBe(0);
    const pointers = await Promise.all(
      [
        {},
        { text: 'x', file_id: file.id },
        { text: 'x', chunk_tokens: 50, chunk_overlap_tokens: 26 },
        { text: 'x', chunk_tokens: 49 },
      ].map(async (body) => (await preview(body)).errors[0].pointer),
    );
    expect(pointers).toEqual(['', '', '/chunk_overlap_tokens', '/chunk_tokens']);
    const elsewhere = await newBase(workspace);
    const { status } = await workspace.post(`/knowledge-bases/${elsewhere}/chunk-preview`, {
      file_id: file.id,
    });
    expect(status).toBe(404);
  });
});
