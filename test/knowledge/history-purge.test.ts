import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readServerTiming } from '../../bench/operations.ts';
import { newWorkspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { baseOf, count, searchModes, stored, textsAt, tick } from '../support/history.ts';
import { atRest } from '../support/resources.ts';

describe('the history of a knowledge base', () => {
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
    for (const mode of searchModes) {
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

  it('deletes the oldest originals above 5 GiB before their time, and no more', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 30 });
    for (const text of ['One canary.', 'Two canaries.', 'Three canaries.', 'Four canaries.'])
      await addText(workspace, base, 'birds.txt', text, { external_id: 'birds' });
    await atRest(workspace.id);
    const before = await baseOf(workspace, base);
    expect(before).toMatchObject({
      former_byte_size: 'One canary.Two canaries.Three canaries.'.length,
    });
    // The second and the third are as large as a base may keep together.
    await env.DB.prepare('update former_originals set byte_size = 2684354560 where base_id = ?')
      .bind(base)
      .run();
    await env.DB.prepare(
      'update knowledge_bases set former_byte_size = 8053063680, purge_due_at = 1 where id = ?',
    )
      .bind(base)
      .run();
    await tick(workspace, base, 0);
    await atRest(workspace.id);
    expect(await baseOf(workspace, base)).toMatchObject({
      ...{ oldest_revision: 2, former_byte_size: 5_368_709_120, former_chunk_count: 2 },
    });
  });
});
