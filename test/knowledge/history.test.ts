import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { baseOf, count, seenAt, stored, textsAt } from '../support/history.ts';
import { atRest } from '../support/resources.ts';

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
    for (const bad of ['from=', 'from=-1', 'from=1.5', 'from=x', 'from=3&to=2'])
      expect((await workspace.get(`${path}/diff?${bad}`)).status, bad).toBe(422);
    expect((await workspace.get(`${path}/diff?from=1&to=99`)).status).toBe(410);
    const stranger = await newWorkspace();
    expect((await stranger.get(`${path}/revisions`)).status).toBe(404);
    expect((await stranger.get(`${path}/diff?from=1`)).status).toBe(404);
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
