import { env } from 'cloudflare:workers';
import { expect, it } from 'vitest';
import { termKey } from '../../src/knowledge/search/term-keys.ts';
import { newWorkspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';
import { count, stored, tick } from '../support/history.ts';
import { atRest } from '../support/resources.ts';

/** As the index takes its sample. */
const isSampled = '(seq * 2654435761 / 67108864) % 64 = 0';

const text = (edition: number) =>
  Array.from(
    { length: 150 },
    (_, at) => `# ${at}\n\n${`The canary of edition ${edition} sings. `.repeat(6)}`,
  ).join('\n\n');

it('counts the words of live and former chunks, and those of the sample, through all changes', async () => {
  const workspace = await newWorkspace();
  const settings = { chunk_tokens: 64, chunk_overlap_tokens: 0, retention_days: 30 };
  const base = await newBase(workspace, settings);
  const doc = { external_id: 'doc' };

  const expectCounts = async (after: string) => {
    const wanted = (is_former: number, condition: string) =>
      count(
        `select count(*) as n from chunks where base_id = ? and is_former = ? and ${condition}`,
        base,
        is_former,
      );
    const counted = async (table: string, scope: string) =>
      (await count(`select doc as n from ${table} where term = ?`, termKey(scope, 'canari'))) ?? 0;
    const former = base.replace('kb_', 'kbf_');
    expect(
      [
        await counted('chunk_word_counts', base),
        await counted('chunk_word_counts', former),
        await counted('chunk_term_counts', base),
        await counted('chunk_term_counts', former),
        await count(
          `select count(*) as n from chunk_terms where rowid not in (select seq from chunks where ${isSampled})`,
        ),
      ],
      after,
    ).toEqual([
      await wanted(0, 'true'),
      await wanted(1, 'true'),
      await wanted(0, isSampled),
      await wanted(1, isSampled),
      0,
    ]);
  };
  const sampled = async () =>
    (await env.DB.prepare(
      `select id, file_id from chunks where base_id = ? and removed_revision = 0 and is_former = 0 order by ${isSampled} desc, seq`,
    )
      .bind(base)
      .first<{ id: string; file_id: string }>()) ?? { id: '', file_id: '' };

  const { id } = await addText(workspace, base, 'a.md', text(1), doc);
  await expectCounts('upload');
  const chunks = `/files/${id}/chunks`;
  const change = async (method: 'patch' | 'delete', json?: object) => {
    const path = `${chunks}/${(await sampled()).id}`;
    const { status } =
      method === 'patch' ? await workspace.patch(path, json) : await workspace.delete(path);
    expect(status).toBe(method === 'patch' ? 200 : 204);
  };
  await change('patch', { text: 'Another canary sings.' });
  await expectCounts('edit');
  await change('patch', { is_enabled: false });
  await expectCounts('disable');
  await change('delete');
  await expectCounts('delete');
  for (let at = 0; at < 3; at += 1)
    await workspace.post(chunks, { text: `An added canary ${at}.` });
  await expectCounts('add');
  await addText(workspace, base, 'a.md', text(2), doc);
  await atRest(workspace.id);
  await expectCounts('replacement');
  await workspace.delete(`/files/${id}`);
  await atRest(workspace.id);
  await expectCounts('removal');
  await tick(workspace, base, 31);
  await tick(workspace, base, 31);
  await expectCounts('purge');
  expect(await stored(workspace, base)).toEqual({
    chunks: 0,
    vectors: 0,
    live: 0,
    former: 0,
    texts: 0,
  });
});
