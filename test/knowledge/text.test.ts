import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readRange } from '../../src/knowledge/text/read-range.ts';
import { newWorkspace } from '../support/api.ts';
import { addText, newBase, settled, uploadForm } from '../support/files.ts';
import { bytesOf, type PdfObject, pdfOf } from '../support/pdf.ts';

/** A PDF with a page for each text. */
function pdfOfPages(texts: readonly string[]): Uint8Array<ArrayBuffer> {
  const kids = texts.map((_, index) => `${4 + index * 2} 0 R`).join(' ');
  const pages = texts.flatMap((text, index): PdfObject[] => [
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents ${5 + index * 2} 0 R >>`,
    {
      dictionary: '',
      data: bytesOf(`BT /F1 12 Tf 72 700 Td (${text}) Tj ET`),
    },
  ]);
  return pdfOf([
    '<< /Type /Catalog /Pages 2 0 R >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${texts.length} >>`,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>',
    ...pages,
  ]);
}

describe('the text of a file', () => {
  it('is returned whole, by range and with the offsets of its chunks', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace, { chunk_tokens: 50, chunk_overlap_tokens: 0 });
    const source = Array.from({ length: 30 }, (_, n) => `Paragraph ${n} of the canary 🐤.`).join(
      '\n\n',
    );
    const file = await addText(workspace, base, 'a.txt', source);
    const { status, body } = await workspace.get(`/files/${file.id}/text`);
    expect(status).toBe(200);
    expect(body).toMatchObject({
      ...{ file_id: file.id, start: 0, length: body.text.length, end: body.text.length },
      ...{ next_start: null, pages: null },
    });
    const chunks = (await workspace.get(`/files/${file.id}/chunks`)).body.data;
    expect(chunks.length).toBeGreaterThan(1);
    for (const { start, end, text } of chunks)
      expect(
        (await workspace.get(`/files/${file.id}/text?start=${start}&end=${end}`)).body.text,
      ).toBe(text);
  });

  it('marks its pages, and returns one of them', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const pdf = pdfOfPages(['The first page.', 'The second page.', 'The third page.']);
    const sent = await uploadForm(workspace, `/knowledge-bases/${base}/files`, [
      { name: 'a.pdf', content: pdf },
    ]);
    const file = await settled(workspace, sent.body.id);
    expect(file).toMatchObject({ status: 'ready', pages: 3 });
    const text = async (query = '') => (await workspace.get(`/files/${file.id}/text${query}`)).body;
    const whole = await text();
    expect(
      whole.pages.map(({ start, end }: { start: number; end: number }) =>
        whole.text.slice(start, end).trim(),
      ),
    ).toEqual(['The first page.', 'The second page.', 'The third page.']);
    const second = await text('?page=2');
    expect(second.text.trim()).toBe('The second page.');
    expect(second.pages).toEqual([whole.pages[1]]);
    expect((await text('?page=4')).errors).toEqual([
      { pointer: '?page', detail: 'The file has 3 pages.' },
    ]);
    expect((await workspace.delete(`/files/${file.id}`)).status).toBe(204);
  });

  it('rejects ranges that do not exist, and files without a text', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const file = await addText(workspace, base, 'a.txt', 'Short.');
    const errorOf = async (query: string) =>
      (await workspace.get(`/files/${file.id}/text${query}`)).body.errors?.[0].pointer;
    for (const [query, pointer] of [
      ['?start=6', '?start'],
      ['?start=9999999999999', '?start'],
      ['?start=-1', '?start'],
      ['?start=3&end=2', '?end'],
      ['?end=0', '?end'],
      ['?page=1', '?page'],
      ['?page=1&start=0', '?page'],
      ['?page=x', '?page'],
    ] as const)
      expect(await errorOf(query), query).toBe(pointer);
    const bad = await addText(workspace, base, 'a.html', '<p hidden>x</p>');
    expect((await workspace.get(`/files/${bad.id}/text`)).body).toMatchObject({
      code: 'conflict',
      detail: 'The file has no text yet: its status is failed.',
    });
  });

  it('continues a long text where the part before ended', async () => {
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const source = `x${'🐤 sings. '.repeat(15_000)}`;
    const file = await addText(workspace, base, 'a.txt', source);
    let read = '';
    for (let from: number | null = 0; from !== null; ) {
      const { body }: { body: { text: string; next_start: number | null } } = await workspace.get(
        `/files/${file.id}/text?start=${from}`,
      );
      read += body.text;
      from = body.next_start;
    }
    expect(read.length).toBeGreaterThan(100_000);
    expect(read.trim()).toBe(source.trim());
  });
});

const streamOf = (pieces: readonly Uint8Array[]): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      for (const piece of pieces) controller.enqueue(piece);
      controller.close();
    },
  });

it('reads the range of a stream that its text has, without halves of pairs', () =>
  fc.assert(
    fc.asyncProperty(
      fc.string({ unit: fc.constantFrom('a', 'é', '日', '🐤', '\n', '\ufeff'), maxLength: 40 }),
      fc.nat(50),
      fc.nat(50),
      fc.integer({ min: 1, max: 7 }),
      async (text, a, b, size) => {
        const [from, to] = [Math.min(a, b), Math.max(a, b) + 1];
        const bytes = new TextEncoder().encode(text);
        const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
          bytes.slice(index * size, (index + 1) * size),
        );
        const range = await readRange(streamOf(pieces), from, to);
        const end = range.from + range.text.length;
        expect(range.text).toBe(text.slice(range.from, end));
        expect(range.text.isWellFormed()).toBe(true);
        if (from < text.length) expect(range.from - from).toBeLessThanOrEqual(1);
        if (to <= text.length) expect(Math.abs(end - to)).toBeLessThanOrEqual(1);
      },
    ),
    { numRuns: 300 },
  ));
