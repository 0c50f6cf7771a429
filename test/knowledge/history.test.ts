import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readServerTiming } from '../../bench/operations.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { tick } from '../support/history.ts';
import { atRest } from '../support/resources.ts';

const hit = ({
  chunk_id,
  file_id,
  file_name,
  text,
  start,
  end,
  page,
}: Record<string, unknown>) => ({
  ...{ chunk_id, file_id, file_name, text, start, end, page },
});

const modes = ['keyword', 'vector', 'hybrid'];

/** Hits of a search at a revision, in each mode, by the ids of their chunks. */
async function seenAt(workspace: Workspace, base: string, revision: number | null, rest = {}) {
  const answers = await Promise.all(
    modes.map(async (mode) => {
      const json = { query: 'canary sings', mode, revision, top_k: 50, ...rest };
      const { status, body } = await workspace.post(`/knowledge-bases/${base}/search`, json);
      expect(status, JSON.stringify(body)).toBe(200);
      const hits: ReturnType<typeof hit>[] = body.hits.map(hit);
      return hits.sort((a, b) => (String(a.chunk_id) < String(b.chunk_id) ? -1 : 1));
    }),
  );
  expect(answers[1]).toEqual(answers[0]);
  expect(answers[2]).toEqual(answers[0]);
  return answers[0] ?? [];
}

const textsAt = async (workspace: Workspace, base: string, revision: number | null, rest = {}) =>
  (await seenAt(workspace, base, revision, rest)).map(({ text }) => text).sort();

const baseOf = async (workspace: Workspace, base: string) =>
  (await workspace.get(`/knowledge-bases/${base}`)).body;

const count = async (statement: string, ...values: unknown[]) =>
  (
    await env.DB.prepare(statement)
      .bind(...values)
      .first<{ n: number }>()
  )?.n;

/** What is stored of a workspace's knowledge, live and former. */
async function stored(workspace: Workspace, base: string) {
  const of = (table: string) =>
    count(`select count(*) as n from ${table} where workspace_id = ?`, workspace.id);
  const words = (scope: string) =>
    count('select count(*) as n from chunk_words where chunk_words match ?', `scope : "${scope}"`);
  return {
    chunks: await of('chunks'),
    vectors: await of('chunk_vectors'),
    live: await words(base),
    former: await words(base.replace('kb_', 'kbf_')),
    texts: (await env.FILES.list({ prefix: `${workspace.id}/` })).objects.filter(({ key }) =>
      key.includes('/text-'),
    ).length,
  };
}

describe('the history of a knowledge base', () => {
  it('finds at every revision what was found then, whatever has been replaced, edited and deleted since', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, {
      retention_days: 30,
      chunk_tokens: 50,
      chunk_overlap_tokens: 0,
    });
    const states: { revision: number; hits: unknown }[] = [];
    const note = async () => {
      await atRest(workspace.id);
      const { revision } = await baseOf(workspace, base);
      const hits = await seenAt(workspace, base, revision);
      expect(await seenAt(workspace, base, null)).toEqual(hits);
      states.push({ revision, hits });
    };
    await note();
    const paragraphs = ['a', 'b', 'c'].map(
      (name) =>
        `The canary ${name} sings in a cage that is large enough for all the birds of the house and for its many guests.`,
    );
    const file = await addText(workspace, base, 'birds.txt', paragraphs.join('\n\n'), {
      external_id: 'birds',
      metadata: { year: 1 },
    });
    await note();
    const other = await addText(workspace, base, 'other.txt', 'The canary other sings.');
    await note();
    const { data } = (await workspace.get(`/files/${file.id}/chunks`)).body;
    expect(data).toHaveLength(3);
    const chunk = `/files/${file.id}/chunks/${data[0].id}`;
    await workspace.patch(chunk, { text: 'The canary edited sings.' });
    await note();
    await workspace.patch(chunk, { is_enabled: false });
    await note();
    await workspace.patch(chunk, { text: 'The canary edited twice sings.', is_enabled: true });
    await note();
    await workspace.delete(`/files/${file.id}/chunks/${data[1].id}`);
    await note();
    await workspace.post(`/files/${file.id}/chunks`, { text: 'The canary added sings.', page: 3 });
    await note();
    await workspace.patch(`/files/${file.id}`, { name: 'renamed.txt', metadata: { year: 2 } });
    await note();
    await addText(workspace, base, 'birds2.txt', 'The canary replaced sings.', {
      external_id: 'birds',
    });
    await note();
    await workspace.delete(`/files/${other.id}`);
    await note();
    await workspace.delete(`/files/${file.id}`);
    await note();

    expect(states.map(({ revision }) => revision)).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]);
    expect(states.map(({ hits }) => (hits as unknown[]).length)).toEqual([
      0, 3, 4, 4, 3, 4, 3, 4, 4, 2, 1, 0,
    ]);
    for (const { revision, hits } of states)
      expect(await seenAt(workspace, base, revision), `revision ${revision}`).toEqual(hits);
    // Filters see the metadata of the revision.
    const year = (value: number) => ({ filter: { metadata: { year: value } } });
    expect(await textsAt(workspace, base, 7, year(2))).toEqual([]);
    expect(await textsAt(workspace, base, 8, year(2))).toHaveLength(3);

    // Citations of former content can be opened.
    const text = await workspace.get(`/files/${file.id}/text?revision=1&start=0&end=20`);
    expect(text.body).toMatchObject({
      text: paragraphs[0]?.slice(0, 20),
      length: paragraphs.join('\n\n').length,
    });
    expect((await workspace.get(`/files/${file.id}/text?revision=9`)).body.text).toBe(
      'The canary replaced sings.',
    );
    expect((await workspace.get(`/files/${file.id}/text?revision=11`)).status).toBe(404);
    const chunks = async (revision: number) =>
      (await workspace.get(`/files/${file.id}/chunks?revision=${revision}`)).body.data.map(
        (one: Record<string, unknown>) => [one.id === data[0].id, one.text, one.is_enabled],
      );
    expect(await chunks(3)).toEqual([
      [true, 'The canary edited sings.', true],
      [false, paragraphs[1], true],
      [false, paragraphs[2], true],
    ]);
    expect((await chunks(4))[0]).toEqual([true, 'The canary edited sings.', false]);

    // Nothing is left in the scope that live searches read, and nothing counts toward quotas.
    expect(await stored(workspace, base)).toEqual({
      chunks: 8,
      vectors: 8,
      live: 0,
      former: 8,
      texts: 3,
    });
    expect(await baseOf(workspace, base)).toMatchObject({
      chunk_count: 0,
      former_chunk_count: 8,
      oldest_revision: 0,
    });
    const { body: quotas } = await workspace.get('/quotas');
    expect(JSON.stringify(quotas)).toContain('chunks');
    expect(
      await count(
        "select used as n from quotas where workspace_id = ? and resource = 'chunks'",
        workspace.id,
      ),
    ).toBe(0);
  });

  it('deletes it when its retention has ended, and says so to a search at an earlier revision', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 10 });
    const put = (text: string) =>
      addText(workspace, base, 'song.txt', text, { external_id: 'song' });
    const file = await put('The canary one sings.');
    await put('The canary two sings.');
    await addText(workspace, base, 'more.txt', 'The canary more sings.');
    await atRest(workspace.id);
    expect(await stored(workspace, base)).toMatchObject({
      chunks: 3,
      live: 2,
      former: 1,
      texts: 3,
    });
    await tick(workspace, base, 9);
    expect(await textsAt(workspace, base, 1)).toEqual(['The canary one sings.']);
    await put('The canary three sings.');
    await atRest(workspace.id);

    await tick(workspace, base, 2);
    expect(await stored(workspace, base)).toEqual({
      ...{ chunks: 3, vectors: 3 },
      live: 2,
      former: 1,
      texts: 3,
    });
    expect(await baseOf(workspace, base)).toMatchObject({
      revision: 4,
      oldest_revision: 2,
      former_chunk_count: 1,
    });
    const search = { query: 'canary', revision: 1 };
    const { status, body } = await workspace.post(`/knowledge-bases/${base}/search`, search);
    expect(status).toBe(410);
    expect(body).toMatchObject({
      ...{ code: 'revision_purged', base_id: base, oldest_revision: 2, latest_revision: 4 },
      detail: `Revision 1 of knowledge base ${base} has been purged; the oldest available is 2.`,
    });
    expect((await workspace.get(`/files/${file.id}/text?revision=1`)).body.code).toBe(
      'revision_purged',
    );
    expect((await workspace.get(`/files/${file.id}/chunks?revision=1`)).status).toBe(410);
    expect((await workspace.get(`/knowledge-bases/${base}/diff?from=1`)).status).toBe(410);
    expect(await textsAt(workspace, base, 3)).toEqual([
      'The canary more sings.',
      'The canary two sings.',
    ]);
    const future = await workspace.post(`/knowledge-bases/${base}/search`, {
      ...search,
      revision: 5,
    });
    expect(future.body.detail).toBe(`Knowledge base ${base} has no revision 5; the latest is 4.`);

    // Without retention, nothing is kept, and what was kept goes with the next tick.
    expect(
      (await workspace.patch(`/knowledge-bases/${base}`, { retention_days: 0 })).body
        .retention_days,
    ).toBe(0);
    await tick(workspace, base, 0);
    await put('The canary four sings.');
    const [chunk] = (await workspace.get(`/files/${file.id}/chunks`)).body.data;
    await workspace.patch(`/files/${file.id}/chunks/${chunk.id}`, {
      text: 'The canary five sings.',
    });
    await atRest(workspace.id);
    expect(await stored(workspace, base)).toEqual({
      ...{ chunks: 2, vectors: 2 },
      live: 2,
      former: 0,
      texts: 2,
    });
    expect(await baseOf(workspace, base)).toMatchObject({
      revision: 6,
      oldest_revision: 6,
      former_chunk_count: 0,
    });
    // Disabling loses nothing.
    await workspace.patch(`/files/${file.id}/chunks/${chunk.id}`, { is_enabled: false });
    expect(await textsAt(workspace, base, 6)).toHaveLength(2);
    expect(await textsAt(workspace, base, 7)).toHaveLength(1);
  });

  it('deletes that of a file with `purge=true`, also after the file was deleted (R77)', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 10 });
    const [secret, kept] = [
      await addText(workspace, base, 'secret.txt', 'The canary secret sings.', {
        external_id: 'secret',
      }),
      await addText(workspace, base, 'kept.txt', 'The canary kept sings.'),
    ];
    await addText(workspace, base, 'secret.txt', 'The canary secret two sings.', {
      external_id: 'secret',
    });
    await workspace.delete(`/files/${secret.id}`);
    await atRest(workspace.id);
    expect(await stored(workspace, base)).toMatchObject({
      chunks: 3,
      live: 1,
      former: 2,
      texts: 3,
    });
    expect((await workspace.delete(`/files/${secret.id}`)).status).toBe(404);
    const stranger = await newWorkspace();
    expect((await stranger.delete(`/files/${secret.id}?purge=true`)).status).toBe(404);
    expect((await workspace.delete(`/files/${secret.id}?purge=yes`)).status).toBe(422);
    expect((await workspace.delete(`/files/${secret.id}?purge=true`)).status).toBe(204);
    await atRest(workspace.id);
    expect(await stored(workspace, base)).toEqual({
      ...{ chunks: 1, vectors: 1 },
      live: 1,
      former: 0,
      texts: 1,
    });
    expect(
      await count('select count(*) as n from files where workspace_id = ?', workspace.id),
    ).toBe(1);
    expect((await workspace.delete(`/files/${secret.id}?purge=true`)).status).toBe(404);
    expect(await baseOf(workspace, base)).toMatchObject({
      revision: 4,
      oldest_revision: 4,
      former_chunk_count: 0,
    });
    expect((await workspace.get(`/knowledge-bases/${base}/revisions`)).body.data[0]).toMatchObject({
      ...{ revision: 4, change: 'file_removed', file_id: secret.id, file_name: null },
    });

    expect((await workspace.delete(`/files/${kept.id}?purge=true`)).status).toBe(204);
    await atRest(workspace.id);
    expect(await stored(workspace, base)).toMatchObject({
      chunks: 0,
      vectors: 0,
      former: 0,
      texts: 0,
    });

    // Deleting the base deletes its history.
    const gone = await addText(workspace, base, 'gone.txt', 'The canary gone sings.');
    await workspace.delete(`/files/${gone.id}`);
    await workspace.delete(`/knowledge-bases/${base}`);
    await atRest(workspace.id);
    expect(await stored(workspace, base)).toMatchObject({
      chunks: 0,
      vectors: 0,
      former: 0,
      texts: 0,
    });
    for (const table of ['files', 'file_contents', 'knowledge_revisions'])
      expect(
        await count(`select count(*) as n from ${table} where workspace_id = ?`, workspace.id),
        table,
      ).toBe(0);
  });

  it('lists revisions with their actors, and compares them', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 10 });
    const a = await addText(workspace, base, 'a.txt', 'The canary a sings.', { external_id: 'a' });
    const b = await addText(workspace, base, 'b.txt', 'The canary b sings.');
    await addText(workspace, base, 'a2.txt', 'The canary a2 sings.', { external_id: 'a' });
    await workspace.delete(`/files/${b.id}`);
    await workspace.post(`/files/${a.id}/chunks`, { text: 'The canary added sings.' });
    await addText(workspace, base, 'c.txt', 'The canary c sings.');
    const path = `/knowledge-bases/${base}`;
    const all = (await workspace.get(`${path}/revisions`)).body.data;
    expect(
      all.map((one: Record<string, unknown>) => [one.revision, one.change, one.file_name]),
    ).toEqual([
      [6, 'file_added', 'c.txt'],
      [5, 'chunk_added', 'a2.txt'],
      [4, 'file_removed', 'b.txt'],
      [3, 'file_replaced', 'a2.txt'],
      [2, 'file_added', 'b.txt'],
      [1, 'file_added', 'a.txt'],
    ]);
    for (const { actor_id } of all) expect(actor_id).toBe(workspace.key_id);
    const page = (await workspace.get(`${path}/revisions?limit=4`)).body;
    const next = await workspace.get(
      `${path}/revisions?limit=4&cursor=${encodeURIComponent(page.next_cursor)}`,
    );
    expect([...page.data, ...next.body.data]).toEqual(all);

    const diff = async (query: string) =>
      (await workspace.get(`${path}/diff?${query}`)).body.data.map(
        (one: Record<string, unknown>) => [one.change, one.from, one.to],
      );
    const one = (name: string, chunk_count = 1) => ({ name, chunk_count });
    expect(await diff('from=2')).toEqual([
      ['replaced', one('a.txt'), one('a2.txt', 2)],
      ['removed', one('b.txt'), null],
      ['added', null, one('c.txt')],
    ]);
    expect(await diff('from=1&to=2')).toEqual([['added', null, one('b.txt')]]);
    expect(await diff('from=4&to=5')).toEqual([['updated', one('a2.txt', 2), one('a2.txt', 2)]]);
    expect(await diff('from=6')).toEqual([]);
    const first = (await workspace.get(`${path}/diff?from=2&limit=2`)).body;
    const rest = await workspace.get(
      `${path}/diff?from=2&limit=2&cursor=${encodeURIComponent(first.next_cursor)}`,
    );
    expect([first.data.length, rest.body.data.length, rest.body.next_cursor]).toEqual([2, 1, null]);
    for (const bad of ['', 'from=', 'from=-1', 'from=1.5', 'from=x', 'from=3&to=2'])
      expect((await workspace.get(`${path}/diff?${bad}`)).status, bad).toBe(422);
    expect((await workspace.get(`${path}/diff?from=1&to=99`)).status).toBe(410);
    const stranger = await newWorkspace();
    expect((await stranger.get(`${path}/revisions`)).status).toBe(404);
    expect((await stranger.get(`${path}/diff?from=1`)).status).toBe(404);
  });

  it('costs a live search nothing, and bounds the rows of a search at a revision', async () => {
    const workspace = await newWorkspace();
    const cut = { chunk_tokens: 50, chunk_overlap_tokens: 0 };
    const [plain, kept] = [
      await newBase(workspace, cut),
      await newBase(workspace, { ...cut, retention_days: 30 }),
    ];
    const put = (base: string, edition: number) => {
      const text = Array.from(
        { length: 40 },
        (_, index) =>
          `# Device ${index}\n\nThe warranty of this device covers the battery for ${index} days in edition${edition} of the list of all devices.`,
      ).join('\n\n');
      return addText(workspace, base, 'devices.md', text, { external_id: 'devices' });
    };
    await put(plain, 6);
    for (let edition = 1; edition <= 6; edition += 1) await put(kept, edition);
    await atRest(workspace.id);
    const costOf = async (base: string, mode: string, revision: number | null) => {
      const json = { query: 'How many days does the warranty cover?', mode, revision };
      const search = () => workspace.post(`/knowledge-bases/${base}/search`, json);
      await search();
      const { body, headers } = await search();
      expect(body.hits).toHaveLength(8);
      const edition = `edition${revision ?? 6}`;
      for (const { text } of body.hits) expect(text).toContain(edition);
      const { trips, rows_read } = readServerTiming(headers.get('server-timing') ?? '');
      return { trips, rows_read };
    };
    for (const mode of modes) {
      const [without, live] = [await costOf(plain, mode, null), await costOf(kept, mode, null)];
      expect(live.trips).toBe(without.trips);
      // The index of terms reads a few rows more or less.
      expect(live.rows_read, mode).toBeLessThan(without.rows_read * 1.1);
      const { rows_read } = await costOf(kept, mode, 2);
      expect(rows_read, mode).toBeLessThan(mode === 'vector' ? 1500 : 3000);
    }
    // Too much history is deleted before its time, the oldest first.
    await env.DB.prepare(
      'update knowledge_bases set former_chunk_count = 200180, purge_due_at = 1 where id = ?',
    )
      .bind(kept)
      .run();
    await tick(workspace, kept, 0);
    expect(await stored(workspace, kept)).toMatchObject({ live: 40, former: 0 });
    expect(await baseOf(workspace, kept)).toMatchObject({ oldest_revision: 6 });
  });

  it('keeps one text of a chunk for each revision when requests change it at the same time', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 30 });
    const file = await addText(workspace, base, 'song.txt', 'The canary zero sings.');
    const [{ id }] = (await workspace.get(`/files/${file.id}/chunks`)).body.data;
    const chunk = `/files/${file.id}/chunks/${id}`;
    const edits = ['one', 'two', 'three', 'four'].map((name) =>
      workspace.patch(chunk, { text: `The canary ${name} sings.` }),
    );
    for (const { status, body } of await Promise.all(edits))
      expect(status, JSON.stringify(body)).toBe(200);
    const { revision } = await baseOf(workspace, base);
    expect(revision).toBe(5);
    const found = await Promise.all(
      Array.from({ length: 5 }, (_, index) => seenAt(workspace, base, index + 1)),
    );
    expect(found.map((hits) => hits.length)).toEqual([1, 1, 1, 1, 1]);
    expect(new Set(found.map(([one]) => one?.text)).size).toBe(5);
    expect(found.every(([one]) => one?.chunk_id === id)).toBe(true);

    // Only the first of equal changes counts.
    const off = await Promise.all(
      [1, 2, 3].map(() => workspace.patch(chunk, { is_enabled: false })),
    );
    expect(off.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(await textsAt(workspace, base, null)).toEqual([]);
    await workspace.patch(chunk, { is_enabled: true });
    expect(await textsAt(workspace, base, null)).toHaveLength(1);
    const gone = await Promise.all([1, 2, 3].map(() => workspace.delete(chunk)));
    expect(gone.every(({ status }) => status === 204 || status === 404)).toBe(true);
    expect(await textsAt(workspace, base, null)).toEqual([]);
    expect(await textsAt(workspace, base, 5)).toHaveLength(1);
    expect(await baseOf(workspace, base)).toMatchObject({ chunk_count: 0, former_chunk_count: 5 });

    // Another agent's key sees nothing of it.
    const agent = (await workspace.post('/agents', { name: 'Other' })).body.id;
    const other = await workspace.withRole('editor', [agent]);
    for (const path of ['text?revision=1', 'chunks?revision=1'])
      expect((await other.get(`/files/${file.id}/${path}`)).status, path).toBe(404);
    expect((await other.delete(`/files/${file.id}?purge=true`)).status).toBe(404);
    for (const bad of ['-1', '', '1.5', 'x', '1e3', '9999999999999999'])
      expect((await workspace.get(`/files/${file.id}/text?revision=${bad}`)).status, bad).toBe(422);
    for (const bad of [-1, 1.5, '1', 1e20])
      expect(
        (await workspace.post(`/knowledge-bases/${base}/search`, { query: 'x', revision: bad }))
          .status,
      ).toBe(422);
    for (const bad of [-1, 3651, 1.5, '30', null])
      expect(
        (await workspace.patch(`/knowledge-bases/${base}`, { retention_days: bad })).status,
      ).toBe(422);
  });
});
