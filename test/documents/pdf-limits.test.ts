import { describe, expect, it } from 'vitest';
import { DocumentFault } from '../../src/documents/fault.ts';
import { type PdfLimits, pdfLimits } from '../../src/documents/formats/pdf/budget.ts';
import { extractPdf } from '../../src/documents/formats/pdf/extract.ts';
import { newWorkspace } from '../support/api.ts';
import { newBase, settled, uploadForm } from '../support/files.ts';
import { at, bytesOf, concat, deflate, padded, pageOf, pdfOf } from '../support/pdf.ts';

const MiB = 1024 * 1024;
const hex = (data: Uint8Array) =>
  bytesOf(`${[...data].map((byte) => byte.toString(16).padStart(2, '0')).join('')}>`);
const form =
  '/Type /XObject /Subtype /Form /BBox [0 0 612 792] /Resources << /Font << /F1 5 0 R >> >>';

const outcome = (file: Uint8Array<ArrayBuffer>, limits: Partial<PdfLimits> = {}) =>
  extractPdf(file, { limits: { ...pdfLimits, ...limits } }).then(
    ({ text }) => text,
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );

/** Content that is small in the file and has one word after `spaces` bytes. */
const flated = async (spaces: number, text = 'late') => ({
  dictionary: '/Filter /FlateDecode',
  data: await deflate(padded('', spaces, at(72, 700, text))),
});

/** Runs of one byte: two bytes of the file make 128. */
const runLength = (bytes: number) =>
  concat([
    new Uint8Array((bytes / 128) * 2).map((_, index) => (index % 2 === 0 ? 129 : 0x20)),
    Uint8Array.of(128),
  ]);

/** A file whose page tree lies in an object stream after `spaces` bytes, and is found through a cross-reference stream. */
async function packed(spaces: number, fill: 'objects' | 'table'): Promise<Uint8Array<ArrayBuffer>> {
  const pages = '<< /Type /Pages /Count 1 /Kids [3 0 R] >>';
  const objects = `2 0 ${pages}`;
  const first = objects.indexOf('<<');
  const data = await deflate(padded(objects, fill === 'objects' ? spaces : 0));
  const head = bytesOf(
    '%PDF-1.5\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R >>\nendobj\n' +
      '3 0 obj\n<< /Type /Page /Parent 2 0 R /MediaBox [0 0 99 99] /Contents 5 0 R /Resources << /Font << /F1 6 0 R >> >> >>\nendobj\n' +
      `5 0 obj\n<< /Length 44 >>\nstream\n${at(9, 9, 'packed').padEnd(44)}\nendstream\nendobj\n` +
      '6 0 obj\n<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>\nendobj\n' +
      `4 0 obj\n<< /Type /ObjStm /N 1 /First ${first} /Filter /FlateDecode /Length ${data.byteLength} >>\nstream\n`,
  );
  const body = concat([head, data, bytesOf('\nendstream\nendobj\n')]);
  const where = (number: number) =>
    new TextDecoder('latin1').decode(body).indexOf(`${number} 0 obj`);
  const row = (type: number, one: number, two: number) => [type, one >> 8, one & 255, two];
  const rows = [
    row(0, 0, 0),
    row(1, where(1), 0),
    row(2, 4, 0),
    ...[3, 4, 5, 6].map((number) => row(1, where(number), 0)),
  ];
  rows.push(row(1, body.byteLength, 0));
  const table = await deflate(
    concat([Uint8Array.from(rows.flat()), new Uint8Array(fill === 'table' ? spaces : 0)]),
  );
  return concat([
    body,
    bytesOf(
      `7 0 obj\n<< /Type /XRef /W [1 2 1] /Size 8 /Root 1 0 R /Filter /FlateDecode /Length ${table.byteLength} >>\nstream\n`,
    ),
    table,
    bytesOf(`\nendstream\nendobj\nstartxref\n${body.byteLength}\n%%EOF\n`),
  ]);
}

describe('limits of PDFs (R29)', () => {
  it('count the output of every filter and chain of filters', async () => {
    const zeros = await deflate(padded('', 8 * MiB, at(72, 700, 'late')));
    const contents = {
      once: { dictionary: '/Filter /FlateDecode', data: zeros },
      twice: { dictionary: '/Filter [/FlateDecode /FlateDecode]', data: await deflate(zeros) },
      hex: { dictionary: '/Filter [/ASCIIHexDecode /Fl]', data: hex(zeros) },
      escaped: { dictionary: '/Filter /Fl#61teDecode', data: zeros },
      runs: { dictionary: '/Filter /RunLengthDecode', data: runLength(8 * MiB) },
      runsTwice: {
        dictionary: '/Filter [/FlateDecode /RL]',
        data: await deflate(runLength(8 * MiB)),
      },
      length: { dictionary: '/Filter /FlateDecode /Length 12', data: zeros },
      prediction: {
        dictionary: '/Filter /FlateDecode /DecodeParms << /Predictor 12 /Columns 2000000000 >>',
        data: zeros,
      },
    };
    for (const [name, content] of Object.entries(contents))
      expect(await outcome(pageOf(content), { stream: 4 * MiB }), name).toBe('too_large');
    expect(await outcome(pageOf(contents.twice))).toBe('late');
    expect(await outcome(pageOf(contents.runs))).not.toBe('too_large');
  });

  it('count object streams, cross-reference streams, fonts and forms', async () => {
    expect(await outcome(await packed(0, 'objects'))).toBe('packed');
    expect(await outcome(await packed(8 * MiB, 'objects'), { stream: 4 * MiB })).toBe('too_large');
    expect(await outcome(await packed(8 * MiB, 'table'), { stream: 4 * MiB })).toBe('too_large');
    const map = await flated(8 * MiB, '');
    const font = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>';
    const fonts = { fonts: '/F2 6 0 R', objects: [font, map] };
    expect(await outcome(pageOf(at(72, 700, 'text', 12, 'F2'), fonts), { stream: 4 * MiB })).toBe(
      'too_large',
    );
    const big = { ...(await flated(8 * MiB)), dictionary: `/Filter /FlateDecode ${form}` };
    const forms = { resources: '/XObject << /X 6 0 R >>', objects: [big] };
    expect(await outcome(pageOf('/X Do', forms))).toBe('late');
    expect(await outcome(pageOf('/X Do', forms), { stream: 4 * MiB })).toBe('too_large');
  });

  it('count all streams together, and those of a page as one', async () => {
    const small = await flated(2 * MiB);
    const pages = Array.from({ length: 8 }, (_, index) => 3 + index);
    const page = (contents: string) =>
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents ${contents} /Resources << /Font << /F1 12 0 R >> >> >>`;
    const font = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>';
    const tree = (contents: string) => [
      '<< /Type /Catalog /Pages 2 0 R >>',
      `<< /Type /Pages /Count 8 /Kids [${pages.map((number) => `${number} 0 R`).join(' ')}] >>`,
      ...pages.map(() => page(contents)),
      small,
      font,
    ];
    const file = pdfOf(tree('11 0 R'));
    expect(await outcome(file)).toContain('late');
    expect(await outcome(file, { inflated: 12 * MiB })).toBe('too_large');
    expect(await outcome(file, { unrated: 12 * MiB })).toBe('too_large');
    expect(await outcome(pdfOf(tree('[11 0 R 11 0 R 11 0 R 11 0 R]')), { stream: 6 * MiB })).toBe(
      'too_large',
    );
  });

  it('accept a scan with large pictures, which are never decoded', async () => {
    const pixels = {
      dictionary:
        '/Type /XObject /Subtype /Image /Width 2048 /Height 2048 /ColorSpace /DeviceRGB /BitsPerComponent 8 /Filter /FlateDecode',
      data: await deflate(new Uint8Array(12 * MiB)),
    };
    const file = pageOf(`q 612 0 0 792 0 0 cm /I Do Q ${at(72, 700, 'Recognised text')}`, {
      resources: '/XObject << /I 6 0 R >>',
      objects: [pixels],
    });
    expect(await outcome(file, { stream: 1 * MiB, inflated: 1 * MiB, unrated: 1 * MiB })).toBe(
      'Recognised text',
    );
  });

  it('interrupt a page that draws endlessly', async () => {
    const nest = (levels: number) =>
      Array.from({ length: levels }, (_, level) => ({
        dictionary: `${form.replace('>> >>', `>> /XObject << /X ${7 + level} 0 R >> >>`)}`,
        data: bytesOf(level === levels - 1 ? at(72, 700, 'again') : '/X Do '.repeat(10)),
      }));
    const file = (levels: number) =>
      pageOf('/X Do', { resources: '/XObject << /X 6 0 R >>', objects: nest(levels) });
    expect(await outcome(file(3))).toContain('again');
    expect(await outcome(file(9), { operations: 10_000 })).toBe('too_large');
    expect(await outcome(file(9), { characters: 2_000 })).toBe('too_large');
    expect(await outcome(pageOf('q Q '.repeat(20_000)), { operations: 10_000 })).toBe('too_large');
    expect(
      await outcome(pageOf(`% ${'x'.repeat(400_000)}\n q Q ${at(72, 700, 'x')}`), {
        operations: 10_000,
      }),
    ).toBe('too_large');
    expect(await outcome(pageOf(at(72, 700, 'x')), { milliseconds: -1 })).toBe('too_large');
  });

  it('bound the character maps of fonts', async () => {
    const map = bytesOf('begincmap 1 beginbfrange <000000> <7fffff> <0020> endbfrange endcmap');
    const font = '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /ToUnicode 7 0 R >>';
    const file = pageOf(at(72, 700, 'text', 12, 'F2'), {
      fonts: '/F2 6 0 R',
      objects: [font, { dictionary: '', data: map }],
    });
    expect(await outcome(file, { mappings: 100_000 })).toBe('too_large');
  });

  it('apply separately to files read concurrently', async () => {
    const good = pageOf(await flated(3 * MiB, 'good'));
    const bad = pageOf(await flated(6 * MiB));
    const results = await Promise.all(
      [good, bad, good, bad].map((file) => outcome(file, { inflated: 8 * MiB, stream: 4 * MiB })),
    );
    expect(results).toEqual(['good', 'too_large', 'good', 'too_large']);
  });

  it('fail a file with a stream that inflates to 40 MB, in a base and as an attachment', async () => {
    const file = pageOf(await flated(40 * MiB));
    expect(file.byteLength).toBeLessThan(150_000);
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const sent = await uploadForm(workspace, `/knowledge-bases/${base}/files`, [
      { name: 'big.pdf', content: file },
    ]);
    expect(await settled(workspace, sent.body.data[0].id)).toMatchObject({
      status: 'failed',
      error: { code: 'too_large' },
    });
    const agent = (
      await workspace.post('/agents', { name: 'A', config: { knowledge: { base_ids: [] } } })
    ).body.id;
    const session = (await workspace.post(`/agents/${agent}/sessions`, {})).body.id;
    const attached = await uploadForm(workspace, `/sessions/${session}/attachments`, [
      { name: 'big.pdf', content: file },
    ]);
    expect(attached.body).toMatchObject({ status: 'failed', error: { code: 'too_large' } });
  });
});
