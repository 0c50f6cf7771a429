import { env } from 'cloudflare:workers';
import { describe, expect, it } from 'vitest';
import { readServerTiming } from '../../bench/operations.ts';
import { newWorkspace, type Workspace } from '../support/api.ts';
import { addText, newBase, settled, uploadForm } from '../support/files.ts';
import { at, bytesOf, type PdfObject, pdfOf } from '../support/pdf.ts';
import { atRest } from '../support/resources.ts';

const pageTexts = [
  [at(72, 700, 'Leave', 24), at(72, 660, 'Everybody has 25 days of leave a year.')],
  [at(72, 700, 'Travel is booked a fortnight'), at(72, 686, 'in advance by the office.')],
  [at(72, 700, 'The end.')],
];

/** A PDF of three pages, the second of which is turned. */
const handbook = (): Uint8Array<ArrayBuffer> => {
  const pages = pageTexts.flatMap((lines, index): PdfObject[] => [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] ${index === 1 ? '/Rotate 90' : ''} /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
    { dictionary: '', data: bytesOf(lines.join('\n')) },
  ]);
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [4 0 R 6 0 R 8 0 R] /Count 3 >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages,
  ]);
};

async function addHandbook(workspace: Workspace, base: string) {
  const sent = await uploadForm(workspace, `/knowledge-bases/${base}/files`, [
    { name: 'handbook.pdf', content: handbook() },
  ]);
  return settled(workspace, sent.body.data[0].id);
}

/** A handbook of one page with other text in other places. */
const revised = (): Uint8Array<ArrayBuffer> =>
  pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    '<< /Type /Pages /Kids [4 0 R] /Count 1 >>',
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    '<< /Type /Page /Parent 2 0 R /MediaBox [0 0 300 400] /Resources << /Font << /F1 3 0 R >> >> /Contents 5 0 R >>',
    { dictionary: '', data: bytesOf(at(20, 300, 'Everybody has 30 days of leave a year.')) },
  ]);

describe('an answer that is pinned to a revision', () => {
  it('shows the pages, boxes and original of its time, until the revision is purged', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { retention_days: 30 });
    const upload = async (name: string, content: Uint8Array<ArrayBuffer>) => {
      const fields = { external_id: 'handbook' };
      const path = `/knowledge-bases/${base}/files`;
      const sent = await uploadForm(workspace, path, [{ name, content }], fields);
      return settled(workspace, sent.body.data[0].id);
    };
    const file = await upload('handbook.pdf', handbook());
    const chunk = (await workspace.get(`/files/${file.id}/chunks`)).body.data[0];
    const config = { knowledge: { base_ids: [base], revisions: 'latest' } };
    await workspace.post('/agents', { name: 'Helper', slug: 'helper', config });
    await upload('handbook-2.pdf', revised());
    const run = await workspace.post('/agents/helper/runs', {
      message: 'How many days of leave does everybody have?',
    });
    const [citation] = run.body.citations;
    expect(citation).toMatchObject({
      ...{ file_name: 'handbook.pdf', page: 1, revision: 1 },
      ...{ quote: 'Everybody has 25 days of leave a year.', page_size: { width: 612 } },
      boxes: [{ page: 1, x: 72, y: 121.2, width: 210.1, height: 13.4 }],
    });
    const { start, end } = citation;
    const get = (path: string, revision = '') =>
      workspace.get(`/files/${file.id}/${path}${path.includes('?') ? '&' : '?'}${revision}`);
    const then = `revision=${citation.revision}`;
    expect((await get(`boxes?start=${start}&end=${end}`, then)).body.boxes).toEqual(citation.boxes);
    expect((await get(`boxes?chunk=${chunk.id}`, then)).body).toMatchObject({
      ...{ start: chunk.start, end: chunk.end },
    });
    expect((await get(`boxes?chunk=${chunk.id}`)).status).toBe(404);
    expect((await get('pages', then)).body.data).toHaveLength(3);
    expect((await get('pages')).body.data).toHaveLength(1);
    expect((await get(`pages/1?start=${start}&end=${end}`, then)).body).toMatchObject({
      ...{ page_count: 3, headings: [{ text: 'Leave' }], highlights: citation.boxes },
    });
    const original = await get('content', then);
    expect(original.headers.get('content-disposition')).toContain('handbook.pdf');
    expect(original.headers.get('etag')).toBe(`"${file.sha256}"`);
    expect((await get('content')).headers.get('content-disposition')).toContain('handbook-2.pdf');
    expect((await get('pages', 'revision=9')).body).toMatchObject({ code: 'revision_purged' });
    expect((await get('boxes', 'revision=x')).status).toBe(422);
    const size = async () =>
      (await workspace.get(`/knowledge-bases/${base}`)).body.former_byte_size;
    expect(await size()).toBe(file.byte_size);

    await workspace.delete(`/files/${file.id}`);
    await atRest(workspace.id);
    expect((await get('content')).status).toBe(404);
    expect((await get('content', then)).headers.get('etag')).toBe(`"${file.sha256}"`);
    expect((await get(`boxes?start=${start}&end=${end}`, 'revision=2')).body.boxes).not.toBeNull();
    await workspace.delete(`/files/${file.id}?purge=true`);
    await atRest(workspace.id);
    expect((await get('content', then)).status).toBe(404);
    expect(await size()).toBe(0);
    const { objects } = await env.FILES.list({ prefix: `${workspace.id}/` });
    expect(objects.map(({ key }) => key)).toEqual([]);
  });
});

describe('pages of a file', () => {
  it('are listed with their sizes, and returned with lines, headings and neighbours', async () => {
    const workspace = await newWorkspace();
    const file = await addHandbook(workspace, await newBase(workspace));
    const list = (await workspace.get(`/files/${file.id}/pages?limit=2`)).body;
    expect(list.data).toEqual([
      { page: 1, start: 0, end: 49, width: 612, height: 792, rotation: 0 },
      { page: 2, start: 49, end: 105, width: 792, height: 612, rotation: 90 },
    ]);
    const rest = await workspace.get(`/files/${file.id}/pages?cursor=${list.next_cursor}`);
    expect(rest.body).toMatchObject({ data: [{ page: 3 }], next_cursor: null });

    const { body: page } = await workspace.get(`/files/${file.id}/pages/1`);
    expect(page).toMatchObject({
      ...{ file_id: file.id, page: 1, page_count: 3, previous_page: null, next_page: 2 },
      text: '# Leave\n\nEverybody has 25 days of leave a year.\n\n',
      headings: [{ level: 1, text: 'Leave', start: 2, end: 7 }],
      ...{ highlights: [], is_truncated: false },
    });
    expect(
      page.lines.map(({ start, end }: { start: number; end: number }) =>
        page.text.slice(start, end),
      ),
    ).toEqual(['Leave', 'Everybody has 25 days of leave a year.']);
    expect(page.lines[1]).toMatchObject({ page: 1, x: 72, y: 121.2, width: 210.1, height: 13.4 });
    expect((await workspace.get(`/files/${file.id}/pages/3`)).body).toMatchObject({
      ...{ previous_page: 2, next_page: null, text: 'The end.' },
    });
    const beyond = { text: 'No page has this.', page: 4 };
    expect((await workspace.post(`/files/${file.id}/chunks`, beyond)).body).toMatchObject({
      ...{ status: 422, errors: [{ pointer: '/page', detail: 'The file has 3 pages.' }] },
    });
    expect((await workspace.get(`/files/${file.id}/pages/4`)).body).toMatchObject({
      ...{ code: 'not_found', detail: 'The file has 3 pages.' },
    });
  });

  it('show where a citation, a range and a chunk stand, also across pages', async () => {
    const workspace = await newWorkspace();
    const agent = (await workspace.post('/agents', { name: 'Helper' })).body;
    const sent = await uploadForm(workspace, `/agents/${agent.id}/files`, [
      { name: 'handbook.pdf', content: handbook() },
    ]);
    const file = await settled(workspace, sent.body.data[0].id);
    const session = (await workspace.post(`/agents/${agent.id}/sessions`)).body;
    const turn = await workspace.post(`/sessions/${session.id}/messages`, {
      message: 'How many days of leave does everybody have?',
    });
    const [citation] = turn.body.citations;
    expect(citation).toMatchObject({ file_id: file.id, page: 1 });
    const boxes = (query: string) => workspace.get(`/files/${file.id}/boxes?${query}`);
    const cited = await boxes(`start=${citation.start}&end=${citation.end}`);
    expect(cited.body.boxes).toEqual([
      {
        ...{ page: 1, start: citation.start, end: citation.end },
        ...{ x: 72, y: 121.2, width: 210.1, height: 13.4 },
      },
    ]);
    expect(citation).toMatchObject({
      ...{
        boxes: cited.body.boxes,
        revision: 1,
        page_size: { width: 612, height: 792, rotation: 0 },
      },
    });
    const { body: stored } = await workspace.get(`/sessions/${session.id}/messages`);
    const answer = stored.data.find(({ id }: { id: string }) => id === turn.body.id);
    expect(answer.citations).toEqual(turn.body.citations);
    const search = (json: object) => workspace.post(`/agents/${agent.id}/search`, json);
    const [hit] = (await search({ query: 'travel booked office', boxes: true })).body.hits;
    expect(hit).toMatchObject({ page: 2, page_size: { width: 792, height: 612, rotation: 90 } });
    expect(hit.boxes).toHaveLength(2);
    expect(Object.keys(hit)).not.toContain('attempt');
    const plain = (await search({ query: 'travel booked office' })).body.hits[0];
    expect(plain).toMatchObject({ revision: 1 });
    expect(Object.keys(plain)).not.toContain('boxes');
    // From "year." over the turned page up to "The".
    const { body: across } = await boxes('start=42&end=108');
    expect(across.boxes.map(({ page }: { page: number }) => page)).toEqual([1, 2, 2, 3]);
    expect(across.boxes[1]).toMatchObject({ x: 697.4, y: 72, width: 13.4 });
    const chunk = (await workspace.get(`/files/${file.id}/chunks`)).body.data.at(-1);
    const ofChunk = await boxes(`chunk=${chunk.id}`);
    expect(ofChunk.body).toMatchObject({ start: chunk.start, end: chunk.end });
    expect(ofChunk.body.boxes).toHaveLength(1);
    const marked = await workspace.get(`/files/${file.id}/pages/3?chunk=${chunk.id}`);
    expect(marked.body.highlights).toMatchObject([{ page: 3, x: 72 }]);
    const elsewhere = await workspace.get(`/files/${file.id}/pages/3?start=9&end=12`);
    expect(elsewhere.body.highlights).toEqual([]);
  });

  it('cost an answer no round trip to the database, and stand for the whole of a chunk that was edited', async () => {
    const workspace = await newWorkspace();
    const open = async (file: { name: string; content: string | Uint8Array<ArrayBuffer> }) => {
      const agent = (await workspace.post('/agents', { name: 'Helper' })).body;
      const sent = await uploadForm(workspace, `/agents/${agent.id}/files`, [file]);
      const { id } = await settled(workspace, sent.body.data[0].id);
      const session = (await workspace.post(`/agents/${agent.id}/sessions`)).body;
      const ask = (message: string) =>
        workspace.post(`/sessions/${session.id}/messages`, { message });
      return { id, ask };
    };
    const pdf = await open({ name: 'handbook.pdf', content: handbook() });
    const text = await open({ name: 'a.txt', content: 'Everybody has 25 days of leave a year.' });
    const question = 'How many days of leave does everybody have?';
    const cost = async ({ ask }: typeof pdf) => {
      await ask(question);
      const { headers, body } = await ask(question);
      const { trips } = readServerTiming(headers.get('server-timing') ?? '');
      return { trips, citation: body.citations[0] };
    };
    const [ofPdf, ofText] = [await cost(pdf), await cost(text)];
    expect(ofPdf.trips).toBe(ofText.trips);
    expect(ofPdf.citation.boxes).toHaveLength(1);
    expect(ofText.citation).toMatchObject({ revision: 1, page_size: null, boxes: null });

    const [, , chunk] = (await workspace.get(`/files/${pdf.id}/chunks`)).body.data;
    await workspace.patch(`/files/${pdf.id}/chunks/${chunk.id}`, {
      text: 'Parking costs nine francs a week. Bicycles are free of charge.',
    });
    const edited = (await pdf.ask('What does parking cost?')).body.citations[0];
    expect(edited).toMatchObject({
      ...{ chunk_id: chunk.id, quote: 'Parking costs nine francs a week.', revision: 2 },
      ...{ start: chunk.start, end: chunk.end, boxes: [{ page: 3, x: 72 }] },
    });
  });

  it('lose the boxes that cannot be read, and nothing else', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const file = await addHandbook(workspace, base);
    const search = () =>
      workspace.post(`/knowledge-bases/${base}/search`, { query: 'leave travel', boxes: true });
    const whole = (await search()).body.hits;
    expect(whole.length).toBeGreaterThan(1);
    for (const [object, content] of [
      ['layout-1', 'not compressed'],
      ['layout-1', ''],
      ['sheets-1', '[[612,792,0,99999999]]'],
      ['sheets-1', '{'],
      ['pages-1', 'null'],
    ] as const) {
      await env.FILES.put(`${workspace.id}/${file.id}/${object}`, content);
      const { status, body } = await search();
      expect([status, body.hits.length], `${object} ${content}`).toEqual([200, whole.length]);
      for (const hit of body.hits) expect(hit.boxes).toBeNull();
    }
  });

  it('refuse ranges that do not exist, and are none for other formats', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const file = await addHandbook(workspace, base);
    for (const [query, pointer] of [
      ['?start=1', '?end'],
      ['?end=1', '?start'],
      ['?start=5&end=5', '?end'],
      ['?start=0&end=100001', '?end'],
      ['?start=-1&end=4', '?start'],
      ['?start=1&end=2&chunk=chk_00000000000000000000000000', '?chunk'],
    ] as const)
      expect(
        (await workspace.get(`/files/${file.id}/boxes${query}`)).body.errors,
        query,
      ).toMatchObject([{ pointer }]);
    expect((await workspace.get(`/files/${file.id}/boxes?start=9000&end=9001`)).body.boxes).toEqual(
      [],
    );
    for (const page of ['0', 'x', '-1', '1.5', '99999999'])
      expect((await workspace.get(`/files/${file.id}/pages/${page}`)).status, page).toBe(404);
    const text = await addText(workspace, base, 'a.md', '# One\n\ntwo');
    expect((await workspace.get(`/files/${text.id}/pages`)).body.data).toEqual([]);
    expect((await workspace.get(`/files/${text.id}/boxes?start=0&end=5`)).body.boxes).toBeNull();
    expect((await workspace.get(`/files/${text.id}/pages/1`)).body).toMatchObject({
      code: 'not_found',
      detail: expect.stringContaining('has no pages'),
    });
  });

  it('have no boxes for a file of an earlier version until it is processed again', async () => {
    const workspace = await newWorkspace();
    const file = await addHandbook(workspace, await newBase(workspace));
    const { objects } = await env.FILES.list({ prefix: `${workspace.id}/` });
    const keys = objects
      .map(({ key }) => key)
      .filter((key) => key.includes(file.id) && /(layout|sheets)-1$/.test(key));
    expect(keys).toHaveLength(2);
    await env.FILES.delete(keys);
    const page = () => workspace.get(`/files/${file.id}/pages/1?start=9&end=12`);
    expect((await page()).body).toMatchObject({ lines: null, highlights: null, width: null });
    await workspace.post(`/files/${file.id}/reprocess`);
    await settled(workspace, file.id);
    expect((await page()).body).toMatchObject({ width: 612, highlights: [{ page: 1 }] });
    await workspace.delete(`/files/${file.id}`);
    expect((await page()).status).toBe(404);
  });
});

describe('the original of a file', () => {
  it('is sent in parts, so that a viewer need not load the whole', async () => {
    const workspace = await newWorkspace();
    const file = await addHandbook(workspace, await newBase(workspace));
    const whole = handbook();
    const get = (headers: Record<string, string>) =>
      workspace.get(`/files/${file.id}/content`, { headers });
    const all = await get({});
    expect(all.status).toBe(200);
    expect(all.headers.get('accept-ranges')).toBe('bytes');
    const etag = all.headers.get('etag') ?? '';
    for (const [range, from, to] of [
      ['bytes=0-8', 0, 9],
      ['bytes=5-', 5, whole.length],
      ['bytes=-6', whole.length - 6, whole.length],
      [`bytes=10-${whole.length + 999}`, 10, whole.length],
    ] as const) {
      const part = await get({ range, 'if-range': etag });
      expect(part.status, range).toBe(206);
      expect(part.headers.get('content-range')).toBe(`bytes ${from}-${to - 1}/${whole.length}`);
      expect(bytesOf(part.body)).toEqual(whole.slice(from, to));
    }
    for (const ignored of ['bytes=0-1,4-5', 'bytes=9-2', 'items=0-1', 'bytes=-', 'bytes=a-b']) {
      const response = await get({ range: ignored });
      expect(response.status, ignored).toBe(200);
    }
    const changed = await get({ range: 'bytes=0-8', 'if-range': '"other"' });
    expect(changed.status).toBe(200);
    for (const beyond of [`bytes=${whole.length}-`, 'bytes=-0']) {
      const refused = await get({ range: beyond });
      expect(refused.status, beyond).toBe(416);
      expect(refused.headers.get('content-range')).toBe(`bytes */${whole.length}`);
      expect(refused.body).toMatchObject({ code: 'range_not_satisfiable' });
    }
  });
});
