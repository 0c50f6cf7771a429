import { beforeAll, describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';

const files: Readonly<Record<string, Record<string, unknown>>> = {
  a: { year: 2024, team: 'people', public: true, tags: ['leave', 'travel'], at: '2024-05-01' },
  b: {
    year: 2025,
    team: 'people',
    public: false,
    tags: ['travel'],
    at: '2024-05-01T22:30:00-02:00',
  },
  c: { year: '2024', team: 'sales', note: null, at: '2023-12-31T23:59:59Z' },
  d: { year: 2024.5, team: 'Sales', at: 'soon' },
  e: {},
};

describe('a filter', () => {
  let workspace: Workspace;
  let base: string;
  beforeAll(async () => {
    workspace = await newWorkspace();
    base = await newBase(workspace);
    for (const [name, metadata] of Object.entries(files))
      await addText(workspace, base, `${name}.txt`, `The canary ${name} sings.`, { metadata });
  });

  const search = (filter: unknown, mode: string) =>
    workspace.post(`/knowledge-bases/${base}/search`, { query: 'canary sings', filter, mode });

  async function found(filter: unknown): Promise<string> {
    const [keyword, vector, hybrid] = await Promise.all(
      ['keyword', 'vector', 'hybrid'].map(async (mode) => {
        const { status, body } = await search(filter, mode);
        expect(status, JSON.stringify(body)).toBe(200);
        return body.hits
          .map(({ file_name }: { file_name: string }) => file_name[0])
          .sort()
          .join('');
      }),
    );
    expect([vector, hybrid]).toEqual([keyword, keyword]);
    return keyword;
  }

  it.each([
    [{ metadata: { year: 2024 } }, 'a'],
    [{ metadata: { year: { eq: '2024' } } }, 'c'],
    [{ metadata: { year: { gte: 2024, lt: 2025 } } }, 'ad'],
    [{ metadata: { year: { gt: '2023' } } }, 'c'],
    [{ metadata: { year: { in: [2025, '2024'] } } }, 'bc'],
    [{ metadata: { team: { ne: 'people' } } }, 'cde'],
    [{ metadata: { team: { nin: ['people', 'sales'] } } }, 'de'],
    [{ metadata: { public: true } }, 'a'],
    [{ metadata: { public: { exists: true } } }, 'ab'],
    [{ metadata: { public: { exists: false } } }, 'cde'],
    [{ metadata: { public: 1 } }, ''],
    [{ metadata: { note: null } }, 'c'],
    [{ metadata: { note: { exists: true } } }, 'c'],
    [{ metadata: { tags: 'travel' } }, 'ab'],
    [{ metadata: { tags: { in: ['leave', 'none'] } } }, 'a'],
    [{ metadata: { tags: { ne: 'leave' } } }, 'bcde'],
    [{ metadata: { at: { gte: '2024-05-01' } } }, 'ab'],
    [{ metadata: { at: { gt: '2024-05-02T00:00:00Z' } } }, 'b'],
    [{ metadata: { at: { lt: '2024-01-01T01:00:00+02:00' } } }, ''],
    [{ metadata: { at: { lte: '2024-01-01T00:00:00Z' } } }, 'c'],
    [{ or: [{ metadata: { year: 2025 } }, { metadata: { team: 'sales' } }] }, 'bc'],
    [{ not: { metadata: { team: 'people' } } }, 'cde'],
    [{ and: [{ not: { metadata: { year: 2024 } } }], metadata: { team: 'people' } }, 'b'],
    [{ metadata: {} }, 'abcde'],
    [{ not: {} }, ''],
    [{}, 'abcde'],
    [null, 'abcde'],
    [{ metadata: { "'; drop table files; --": { eq: "' or 1=1 --" } } }, ''],
  ])('%j finds the files "%s" in every mode', async (filter, names) => {
    expect(await found(filter)).toBe(names);
  });

  it('has 30 conditions at most, in three levels, and names what is wrong', async () => {
    const leaf = (n: number) => ({ metadata: { [`key${n}`]: { exists: false } } });
    const some = (n: number) => Array.from({ length: n }, (_, index) => leaf(index));
    const thirty = { and: [{ and: some(10) }, { or: some(10) }, { and: some(10) }] };
    expect(await found(thirty)).toBe('abcde');
    const errorOf = async (filter: unknown) => (await search(filter, 'hybrid')).body.errors?.[0];
    expect((await errorOf({ ...thirty, ...leaf(0) })).detail).toContain('At most 30 conditions');
    expect((await errorOf({ and: some(11) })).pointer).toBe('/filter/and');
    expect((await errorOf({ not: { not: { not: leaf(0) } } })).pointer).toBe('/filter/not/not/not');
    expect((await errorOf({ metadata: { year: { near: 3 } } })).pointer).toContain(
      '/filter/metadata/year',
    );
    expect((await errorOf({ metadata: { at: { gt: '2024-13-45' } } })).pointer).toContain(
      '/filter/metadata/at',
    );
    for (const filter of [
      { metadata: { a: {} } },
      { metadata: { a: { in: [] } } },
      { metadata: { a: { gt: true } } },
      { metadata: { a: { gt: null } } },
      { or: [] },
      { year: 2024 },
      [],
      'year = 2024',
    ])
      expect((await search(filter, 'hybrid')).status, JSON.stringify(filter)).toBe(422);
  });

  it('restricts what an agent searches', async () => {
    const config = { knowledge: { base_ids: [base], filter: { metadata: { team: 'sales' } } } };
    const { status, body } = await workspace.post('/agents', { name: 'Sales', config });
    expect(status, JSON.stringify(body)).toBe(201);
    const run = await workspace.post(`/agents/${body.id}/runs`, { message: 'Which canary sings?' });
    const names = run.body.citations.map(({ file_name }: { file_name: string }) => file_name);
    expect([...new Set(names)]).toEqual(['c.txt']);
    const files = { knowledge: { filter: { file_ids: ['file_01kajv2q5ve0mt8h2vj3c6x7ra'] } } };
    expect((await workspace.patch(`/agents/${body.id}`, { config: files })).status).toBe(422);
  });
});

describe('a filter that drops the nearest chunks', () => {
  it('leaves those that pass it, however far they are, in vector and hybrid mode', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 64, chunk_overlap_tokens: 0 });
    const sections = (count: number, text: (index: number) => string) =>
      Array.from({ length: count }, (_, index) => `# Bird ${index}\n\n${text(index)}`).join('\n\n');
    const near = sections(
      4000,
      (index) =>
        `The canary sings, the canary sings loudly, the canary sings again and again at dawn ${index}, as every canary sings at dawn.`,
    );
    expect(await addText(workspace, base, 'near.md', near)).toMatchObject({ chunk_count: 4000 });
    const far =
      'Our accounts list a canary among many expenses for travel, rent, printing and coffee.';
    await addText(workspace, base, 'far.txt', far, { metadata: { team: 'accounts' } });
    await addText(workspace, base, 'none.txt', 'Zebra xylophone.', { metadata: { team: 'zoo' } });
    for (const mode of ['vector', 'hybrid']) {
      const query = {
        query: 'canary sings dawn',
        mode,
        filter: { metadata: { team: 'accounts' } },
      };
      const { status, body } = await workspace.post(`/knowledge-bases/${base}/search`, query);
      expect(status).toBe(200);
      expect(body.hits.map(({ file_name }: { file_name: string }) => file_name)).toEqual([
        'far.txt',
      ]);
    }
    const all = await workspace.post(`/knowledge-bases/${base}/search`, {
      query: 'canary sings dawn',
      mode: 'vector',
      filter: { metadata: { team: { exists: false } } },
      top_k: 50,
    });
    expect(all.body.hits).toHaveLength(50);
  });
});
