import { describe, expect, it } from 'vitest';
import { newWorkspace } from '../support/api.ts';
import { openHosted } from '../support/hosted.ts';

/** A text of more chunks than a query of Vectorize returns, all of them nearer to `zebra` than `far`. */
const near = Array.from(
  { length: 130 },
  (_, at) => `# ${at}\n\n${'Zebra zebra. '.repeat(12)}`,
).join('\n\n');
const far = 'A passage with a zebra and many other words besides.';

async function open(settings = {}) {
  const hosted = openHosted(await newWorkspace());
  const { id: base } = await hosted.send(
    'POST',
    '/knowledge-bases',
    { name: 'Base', chunk_tokens: 64, chunk_overlap_tokens: 0, retention_days: 0, ...settings },
    201,
  );
  const add = async (name: string, text: string, rest = {}) => {
    const path = `/knowledge-bases/${base}/files`;
    const { data } = await hosted.send('POST', path, { name, text, ...rest }, 202);
    await hosted.runJobs();
    const file = await hosted.send('GET', `/files/${data[0].id}`, undefined);
    expect(file.status, JSON.stringify(file)).toBe('ready');
    return file;
  };
  const search = async (rest = {}) => {
    const { hits } = await hosted.send('POST', `/knowledge-bases/${base}/search`, {
      ...{ query: 'zebra', mode: 'vector', top_k: 8, reranker: null },
      ...rest,
    });
    return hits.map((hit: { file_name: string }) => hit.file_name);
  };
  return { ...hosted, base, add, search };
}

describe('a search with Vectorize', () => {
  it('finds by vectors what is behind a hundred nearer passages that a filter or the groups of the reader exclude (R85)', async () => {
    const { add, search, index } = await open();
    const closed = await add('closed.md', near, { groups: ['board'] });
    expect(closed.chunk_count).toBeGreaterThan(100);
    const wanted = await add('open.md', far, { metadata: { year: 2024 } });
    expect(new Set(await search())).toEqual(new Set(['closed.md']));
    expect(await search({ groups: ['staff'] })).toEqual(['open.md']);
    expect(await search({ filter: { metadata: { year: 2024 } } })).toEqual(['open.md']);
    expect(await search({ filter: { file_ids: [wanted.id] }, mode: 'hybrid' })).toEqual([
      'open.md',
    ]);
    expect(await search({ groups: ['staff'], filter: { metadata: { year: 2023 } } })).toEqual([]);
    // An index from before contents had names: searches return what they did.
    index.indexed = ['base_id'];
    expect(await search({ groups: ['staff'] })).toEqual([]);
  });

  it('finds the passages of a revision behind a hundred of other versions, wherever their vectors are', async () => {
    const { add, search, base, send } = await open({ retention_days: 30 });
    const first = await add('one.md', far, { external_id: 'doc' });
    const { revision } = await send('GET', `/knowledge-bases/${base}`, undefined);
    await add('two.md', near, { external_id: 'doc' });
    expect(new Set(await search())).toEqual(new Set(['two.md']));
    expect(await search({ revision })).toEqual(['one.md']);
    await add('three.md', 'Nothing of it.', { external_id: 'doc' });
    expect(await search({ revision })).toEqual(['one.md']);
    expect(first.external_id).toBe('doc');
  });

  it('finds chunks that were edited or added behind the others, and removes the vectors of a file in calls of Vectorize', async () => {
    const { add, search, send, runJobs, index } = await open();
    await add('closed.md', near, { groups: ['board'] });
    const file = await add('open.md', 'Nothing of it.');
    const { data } = await send('GET', `/files/${file.id}/chunks`, undefined);
    await send('PATCH', `/files/${file.id}/chunks/${data[0].id}`, { text: far });
    expect(await search({ groups: ['staff'] })).toEqual(['open.md']);
    await send('POST', `/files/${file.id}/chunks`, { text: `${far} Added.` }, 201);
    expect(await search({ groups: ['staff'] })).toEqual(['open.md', 'open.md']);
    await send('DELETE', `/files/${file.id}`, undefined, 204);
    await runJobs();
    expect(await search({ groups: ['staff'] })).toEqual([]);
    expect(index.count()).toBe(130);
  });
});
