import { describe, expect, it } from 'vitest';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase } from '../support/files.ts';

const search = async (
  workspace: Workspace,
  base: string,
  query: string,
  rest: Record<string, unknown> = {},
) => (await workspace.post(`/knowledge-bases/${base}/search`, { query, ...rest })).body;

const names = (body: { hits: readonly { file_name: string }[] }) =>
  body.hits.map(({ file_name }) => file_name);

/** Paragraphs of one section, each a chunk of its own. */
const paragraphs = (count: number, of: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => of(index)).join('\n\n');
const filler =
  'Deliveries leave the depot before noon on every weekday, and drivers call an hour ahead of each stop so that somebody can open the gate.';

describe('the hits of a search', () => {
  it('tell the score of each retriever and of their fusion', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    await addText(workspace, base, 'a.txt', 'The kettle has a warranty of two years.');
    await addText(workspace, base, 'b.txt', 'The toaster has a warranty of one year.');
    const { hits } = await search(workspace, base, 'warranty of the kettle');
    expect(hits[0]).toMatchObject({ file_name: 'a.txt', keyword_rank: 1 });
    expect(hits[0].keyword_score).toBe(1);
    expect(hits[1].keyword_score).toBeLessThan(1);
    expect(hits[0].fused_score).toBeGreaterThan(hits[1].fused_score);
    const byVector = await search(workspace, base, 'warranty kettle', { mode: 'vector' });
    expect(byVector.hits[0]).toMatchObject({ keyword_score: null, fused_score: 1 });
  });

  it('are the ones with the words in one place first, without a reranker', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const far = `A solar heater stands on the roof. ${`${filler} `.repeat(4)}The panel of judges met.`;
    await addText(workspace, base, 'far.txt', far);
    await addText(
      workspace,
      base,
      'near.txt',
      `${`${filler} `.repeat(4)}Clean the solar panel in spring.`,
    );
    expect(names(await search(workspace, base, 'solar panel'))[0]).toBe('near.txt');
  });

  it('differ from each other with `diversity`, and repeat no text', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const text = `The battery of the scooter lasts for forty kilometres in summer. ${filler}`;
    for (const name of ['a.txt', 'b.txt', 'c.txt'])
      await addText(workspace, base, name, `${text} Copy ${name}`);
    await addText(workspace, base, 'near.txt', `${text} In winter it lasts for thirty kilometres.`);
    await addText(workspace, base, 'far.txt', 'Charge the battery indoors once a week.');
    const query = 'How long does the battery of the scooter last?';
    const all = await search(workspace, base, query, { top_k: 3 });
    expect(names(all).filter((name) => name.length === 5).length).toBeGreaterThan(1);
    const some = await search(workspace, base, query, { top_k: 3, diversity: 0.3 });
    expect(names(some)).toHaveLength(3);
    expect(names(some).filter((name) => name.length === 5)).toHaveLength(1);
    const most = await search(workspace, base, query, { top_k: 2, diversity: 1 });
    expect(names(most)[1]).toBe('far.txt');
    const empty = await newBase(workspace);
    expect((await search(workspace, empty, query, { diversity: 0.5 })).hits).toEqual([]);
  });

  it('differ in what is returned when `context_tokens` extends them', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 50, chunk_overlap_tokens: 0 });
    const towns =
      'Arden Bexley Corwen Dunmore Elford Farley Gosford Hadlow Ilkley Jarrow Kelso Lydney Malton Newent'.split(
        ' ',
      );
    const text = towns
      .map(
        (town, at) =>
          `The depot of ${town} repairs ${at + 2} scooters with a broken battery each week.`,
      )
      .join(' ');
    const lines = (await addText(workspace, base, 'a.txt', text)).chunk_count;
    await addText(workspace, base, 'b.txt', `Prices rose again this autumn. ${text}`);
    await addText(workspace, base, 'far.txt', 'The battery of the scooter in Elford is charged.');
    expect(lines).toBeGreaterThan(2);
    const query = 'Which depot repairs the battery of the scooter of Elford?';
    const rest = { top_k: 3, diversity: 0.2 };
    const chunks = await search(workspace, base, query, rest);
    expect(names(chunks).filter((name) => name.length === 5).length).toBeGreaterThan(1);
    const { hits } = await search(workspace, base, query, { ...rest, context_tokens: 1000 });
    expect(hits.map((hit: { file_name: string }) => hit.file_name).sort()).toEqual([
      expect.stringMatching(/^[ab]\.txt$/),
      'far.txt',
    ]);
    const [first, second] = hits.map(({ score }: { score: number }) => score);
    expect(first).toBeGreaterThanOrEqual(second);
    const whole = hits.find((hit: { file_name: string }) => hit.file_name !== 'far.txt');
    expect(whole.text).toContain('Arden');
    expect(whole.text).toContain('Newent');
  });

  it('are extended with `context_tokens` to text of the file around them', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 64, chunk_overlap_tokens: 16 });
    const section = (word: string) =>
      `# ${word}\n\n${paragraphs(5, (index) => `${word}${index} is the number ${index}. ${filler}`)}`;
    const text = `${section('Pump')}\n\n${section('Valve')}`;
    const file = await addText(workspace, base, 'manual.md', text);
    const stored = (await workspace.get(`/files/${file.id}/text`)).body.text as string;
    const [chunk] = (await search(workspace, base, 'pump2', { top_k: 1 })).hits;
    for (const context_tokens of [100, 250, 4000]) {
      const { hits } = await search(workspace, base, 'pump2', { top_k: 1, context_tokens });
      const [hit] = hits;
      expect(hit).toMatchObject({ chunk_id: chunk.chunk_id, score: chunk.score });
      expect(hit.text).toContain(chunk.text);
      expect(hit.text).toBe(stored.slice(hit.start, hit.end));
      expect(hit.text).not.toContain('Valve');
      if (context_tokens === 4000) expect(hit.text).toContain('Pump0');
    }
    const many = await search(workspace, base, 'pump2 valve3 number', { context_tokens: 4000 });
    expect(many.hits).toHaveLength(2);
    expect(many.hits[0].end <= many.hits[1].start || many.hits[1].end <= many.hits[0].start).toBe(
      true,
    );
  });

  it('leave edited and disabled chunks as they are', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 64, chunk_overlap_tokens: 0 });
    const file = await addText(
      workspace,
      base,
      'manual.md',
      paragraphs(3, (index) => `Part${index} is here. ${filler}`),
    );
    const chunks = (await workspace.get(`/files/${file.id}/chunks`)).body.data;
    const edit = { text: 'Part1 was changed by hand.' };
    const edited = await workspace.patch(`/files/${file.id}/chunks/${chunks[1].id}`, edit);
    expect(edited.status, JSON.stringify(edited.body)).toBe(200);
    const find = async (query: string) =>
      (await search(workspace, base, query, { top_k: 1, context_tokens: 4000 })).hits[0].text;
    expect(await find('part1')).toBe(edit.text);
    expect(await find('part0')).not.toContain('Part2');
  });
});
