import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase, settled, uploadForm } from '../support/files.ts';
import { baseOf } from '../support/history.ts';

const german =
  'Der Kanarienvogel singt. Die Vögel sind in einem Käfig, der für alle groß genug ist, und sie werden von uns gefüttert.';
const english =
  'The canary sings. The birds are in a cage that is large enough for all of them, and they are fed by us.';

const namesIn = (rows: readonly Record<string, string>[], key = 'name') =>
  rows
    .map((row) => row[key]?.[0])
    .sort()
    .join('');

const search = async (workspace: Workspace, base: string, rest: object) => {
  const json = { query: 'canary Kanarienvogel sings', top_k: 50, ...rest };
  const { status, body } = await workspace.post(`/knowledge-bases/${base}/search`, json);
  expect(status, JSON.stringify(body)).toBe(200);
  return body.hits;
};

describe('the fields of a file', () => {
  it('are those that were given, else those of the document, and come back with null', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const text = `---\ntitle: Birds\nauthor: Ada\ndate: 2024-03-01\n---\n\n${english}`;
    const given = { language: 'EN-us', tags: [' Leave ', 'leave', 'Ärger  mit'] };
    const file = await addText(workspace, base, 'a.md', text, given);
    expect(file).toMatchObject({
      ...{ language: 'en-US', tags: ['leave', 'ärger mit'], title: 'Birds', author: 'Ada' },
      published_at: '2024-03-01T00:00:00.000Z',
    });
    const path = `/files/${file.id}`;
    const patch = {
      language: null,
      tags: null,
      title: 'Ours',
      published_at: '2025-01-01T01:00:00+01:00',
    };
    expect((await workspace.patch(path, patch)).body).toMatchObject({
      ...{ language: 'en', tags: [], title: 'Ours', author: 'Ada' },
      published_at: '2025-01-01T00:00:00.000Z',
    });
    await workspace.patch(path, { published_at: null, title: null });
    expect((await workspace.get(path)).body).toMatchObject({
      title: 'Birds',
      published_at: '2024-03-01T00:00:00.000Z',
    });
    const [hit] = await search(workspace, base, {});
    expect(hit).toMatchObject({ title: 'Birds', language: 'en', tags: [] });
    expect(hit.published_at).toBe('2024-03-01T00:00:00.000Z');
  });

  it('are parts of a form, and stay when only the content is replaced', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const path = `/knowledge-bases/${base}/files`;
    const part = { name: 'a.txt', content: english };
    const fields = {
      external_id: 'a',
      tags: 'Leave, travel',
      language: '',
      published_at: '2024-01-31',
    };
    const sent = await uploadForm(workspace, path, [part], fields);
    expect([sent.status, sent.body.tags]).toEqual([202, ['leave', 'travel']]);
    expect(await settled(workspace, sent.body.id)).toMatchObject({ language: 'en' });
    await uploadForm(workspace, path, [{ ...part, content: german }], {
      external_id: 'a',
      published_at: '2025-01-31',
    });
    expect(await settled(workspace, sent.body.id)).toMatchObject({
      ...{ language: 'de', tags: ['leave', 'travel'] },
      published_at: '2025-01-31T00:00:00.000Z',
    });
    const wrong = { tags: '["a", 1]', language: 'English', published_at: '31.1.2024' };
    const refused = await uploadForm(workspace, path, [{ ...part, name: 'b.txt' }], wrong);
    expect(refused.status).toBe(422);
    expect(refused.body.errors).toEqual([
      { pointer: '/language', detail: 'Must be a language tag such as `en` or `pt-BR`.' },
      { pointer: '/tags/1', detail: 'Must be text, not a number.' },
      { pointer: '/published_at', detail: expect.stringMatching(/^Must be a timestamp such as/) },
    ]);
  });

  it('are filters of lists and of searches in every mode, and no names of metadata', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const add = (name: string, text: string, fields = {}) =>
      addText(workspace, base, `${name}.txt`, `${name} ${text}`, fields);
    const metadata = { language: 'de', tags: ['x'], published_at: '2020-01-01' };
    await add('a', english, { tags: ['x', 'y'], published_at: '2024-12-31T22:00:00Z', metadata });
    await add('b', english, { language: 'pt-BR', tags: ['y'], published_at: '2025-01-01' });
    await add('c', german, { published_at: '2023-06-15T12:00:00.123Z' });
    await add('d', 'canary 1 2 3');
    const cases: readonly (readonly [filter: object, names: string])[] = [
      [{ language: 'en' }, 'a'],
      [{ language: 'PT' }, 'b'],
      [{ language: { in: ['de', 'pt'] } }, 'bc'],
      [{ language: { ne: 'de' } }, 'abd'],
      [{ language: { exists: false } }, 'd'],
      [{ tags: 'Y' }, 'ab'],
      [{ tags: { nin: ['x'] } }, 'bcd'],
      [{ and: [{ tags: 'x' }, { tags: 'y' }] }, 'a'],
      [{ tags: { exists: true } }, 'ab'],
      [{ published_at: '2024' }, 'a'],
      [{ published_at: { gt: '2024' } }, 'b'],
      [{ published_at: { lte: '2024-12' } }, 'ac'],
      [{ published_at: { gte: '2023-06-15', lt: '2023-06-16' } }, 'c'],
      [{ published_at: { lt: '2025-01-01T00:30:00+01:00' } }, 'ac'],
      [{ published_at: { in: ['2023-06-15', '2025'] } }, 'bc'],
      [{ not: { published_at: { exists: true } } }, 'd'],
      [{ metadata: { language: 'de' } }, 'a'],
      [{ language: 'en', metadata: { language: 'en' } }, ''],
    ];
    for (const [filter, names] of cases)
      for (const mode of ['keyword', 'vector']) {
        const hits = await search(workspace, base, { filter, mode });
        expect(namesIn(hits, 'file_name'), JSON.stringify({ filter, mode })).toBe(names);
      }
    const list = async (query: string) => {
      const { status, body } = await workspace.get(`/knowledge-bases/${base}/files?${query}`);
      return status === 200 ? namesIn(body.data) : `${status} ${body.errors[0].pointer}`;
    };
    expect(await list('language=pt')).toBe('b');
    expect(await list('tag=Y&published_to=2024')).toBe('a');
    expect(await list('published_from=2024-12-31&published_to=2025-01')).toBe('ab');
    expect(await list('language=english+please')).toBe('422 ?language');
    expect(await list('published_from=yesterday')).toBe('422 ?published_from');
    const wrong = { language: { gt: 'a' } };
    const answer = await workspace.post(`/knowledge-bases/${base}/search`, {
      query: 'x',
      filter: wrong,
    });
    expect(answer.body.errors[0].pointer).toContain('/filter/language');
  });

  it('filter at an earlier revision as they were then', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 30 });
    const file = await addText(workspace, base, 'a.txt', english, {
      tags: ['old'],
      external_id: 'a',
    });
    const { revision } = await baseOf(workspace, base);
    await workspace.patch(`/files/${file.id}`, { tags: ['new'] });
    expect((await baseOf(workspace, base)).revision).toBe(revision + 1);
    await addText(workspace, base, 'a.txt', german, { external_id: 'a' });
    const found = async (filter: object, at: number | null) =>
      (await search(workspace, base, { filter, revision: at })).length;
    expect(await found({ tags: 'old', language: 'en' }, revision)).toBe(1);
    expect(await found({ tags: 'new' }, revision)).toBe(0);
    expect(await found({ tags: 'new', language: 'en' }, revision + 1)).toBe(1);
    expect(await found({ tags: 'new', language: 'de' }, null)).toBe(1);
  });

  it('narrow what an agent finds, as metadata do', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    await addText(workspace, base, 'a.txt', english, { tags: ['public'] });
    await addText(workspace, base, 'b.txt', `${english} Indeed.`);
    const config = { knowledge: { base_ids: [base], filter: { tags: 'public', language: 'en' } } };
    await workspace.post('/agents', { name: 'A', slug: 'birds', config });
    const { body } = await workspace.post('/agents/birds/search', { query: 'canary' });
    expect(namesIn(body.hits, 'file_name')).toBe('a');
  });
});
