import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { type DocumentFormatName, formats } from '../../src/documents/formats.ts';
import { docxParts, makePdf, makeZip, paragraph, type ZipEntry } from '../support/documents.ts';

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const extract = async (kind: DocumentFormatName, content: string | Uint8Array<ArrayBuffer>) =>
  extractDocument(formats[kind], typeof content === 'string' ? bytes(content) : content);
const faultOf = (kind: DocumentFormatName, content: string | Uint8Array<ArrayBuffer>) =>
  extract(kind, content).then(
    () => 'none',
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );

describe('extraction', () => {
  it('extracts a PDF by page, with larger type as headings', async () => {
    const { text, pages } = await extract(
      'pdf',
      makePdf([['# Manual', 'Press the green button.'], ['The red one stops it.']]),
    );
    expect(text).toBe('# Manual\n\nPress the green button.\n\nThe red one stops it.');
    expect(pages).toEqual([0, text.indexOf('The red')]);
  });

  it('reports the fault of an unreadable PDF (R29)', async () => {
    expect(await faultOf('pdf', '%PDF-1.7\nnothing of the kind')).toBe('corrupt');
    expect(await faultOf('pdf', makePdf([[]]))).toBe('empty_document');
    expect(await faultOf('pdf', makePdf(Array.from({ length: 2001 }, () => ['x'])))).toBe(
      'too_many_pages',
    );
  });

  it('extracts a Word document', async () => {
    const table = `<w:tbl><w:tr><w:tc>${paragraph('Item')}</w:tc><w:tc>${paragraph('Price')}</w:tc></w:tr><w:tr><w:tc>${paragraph('Tent')}</w:tc><w:tc>${paragraph('300')}</w:tc></w:tr></w:tbl>`;
    const { text } = await extract(
      'docx',
      await makeZip(docxParts(paragraph('Shop', 'Heading1') + paragraph('Open at nine.') + table)),
    );
    expect(text).toContain('Open at nine.');
    expect(text).toContain('| Item | Price |\n| --- | --- |\n| Tent | 300 |');
  });

  it('rejects archive bombs, false sizes, passwords and entities in Word documents (R27, R28)', async () => {
    const zeros = new Uint8Array(30 * 1024 * 1024);
    const withPart = (part: ZipEntry) => makeZip([...docxParts(paragraph('x')), part]);
    expect(
      await faultOf('docx', await withPart({ name: 'word/media/bomb.bin', content: zeros })),
    ).toBe('too_large');
    expect(
      await faultOf(
        'docx',
        await withPart({ name: 'word/bomb.xml', content: zeros, claimedSize: 10 }),
      ),
    ).toBe('too_large');
    const nothing = new Uint8Array(0);
    const many = Array.from({ length: 5001 }, (_, index) => ({
      name: `${index}`,
      content: nothing,
    }));
    expect(await faultOf('docx', await makeZip(many))).toBe('too_large');
    expect(
      await faultOf(
        'docx',
        await withPart({ name: 'word/x.xml', content: bytes('x'), isEncrypted: true }),
      ),
    ).toBe('encrypted');
    expect(
      await faultOf(
        'docx',
        await makeZip(docxParts(paragraph('x'), '<!DOCTYPE d [<!ENTITY e "x">]>')),
      ),
    ).toBe('unsafe_xml');
    expect(
      await faultOf('docx', await makeZip([{ name: 'xl/workbook.xml', content: bytes('<x/>') }])),
    ).toBe('unsupported');
    const whole = await makeZip(docxParts(paragraph('x')));
    for (const length of [4, 30, 200, whole.byteLength - 10])
      expect(await faultOf('docx', whole.slice(0, length))).toBe('corrupt');
  });

  it('extracts only visible text from HTML (R30, R43)', async () => {
    const { text } = await extract(
      'html',
      `<html><head><title>T</title><style>p{}</style><base href="https://evil.test/"></head><body><!-- secret --><h1>Shop</h1>
      <script>steal()</script><p hidden>hidden</p><p style="display: none">gone</p><p>Open at <b>nine</b>, see <a href="https://evil.test/x">here</a>.</p>
      <img src="https://evil.test/i.png" alt="A tent"><ul><li>one</li><li>two_words</li></ul><p>in\u200bvis\u{e0041}ible</p></body></html>`,
    );
    expect(text).toContain('# Shop');
    expect(text).toContain('Open at nine, see here.');
    expect(text).toContain('- two_words');
    expect(text).toContain('A tent');
    expect(text).toContain('invisible');
    for (const unseen of ['steal', 'secret', 'hidden', 'gone', 'evil.test', 'p{}'])
      expect(text).not.toContain(unseen);
  });

  it('survives deeply nested HTML', async () => {
    expect(['none', 'too_large']).toContain(
      await faultOf('html', `${'<div>'.repeat(50_000)}deep${'</div>'.repeat(50_000)}`),
    );
  });

  it('extracts CSV with any separator, and JSON as a table or as lines', async () => {
    for (const separator of [',', ';', '\t']) {
      const csv = ['name,price', '"Tent, large",300', 'a|b,"two\nlines"'].join('\n');
      const text = separator === ',' ? csv : 'name;price\nTent;300'.replaceAll(';', separator);
      expect((await extract('csv', text)).text).toMatch(
        /^\| name \| price \|\n\| --- \| --- \|\n\| Tent/,
      );
    }
    expect((await extract('csv', 'a,b\n"x|y","two\nlines"')).text).toContain(
      '| x\\|y | two lines |',
    );
    expect((await extract('json', '[{"a":1,"b":"x"},{"a":2}]')).text).toBe(
      '| a | b |\n| --- | --- |\n| 1 | x |\n| 2 |  |',
    );
    expect((await extract('json', '{"shop":{"open":"nine","days":[1,2]}}')).text.trim()).toBe(
      'shop open: nine\nshop days 0: 1\nshop days 1: 2',
    );
    expect(await faultOf('json', '{"a":')).toBe('corrupt');
    expect(await faultOf('json', '['.repeat(5000) + ']'.repeat(5000))).toBe('too_large');
    expect(await faultOf('text', ' \n\t ')).toBe('empty_document');
  });

  it('decodes UTF-8 with and without byte order mark, UTF-16 and Windows-1252 to well-formed text (R17)', async () => {
    expect((await extract('text', new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xa9]))).text).toBe('é');
    expect((await extract('text', new Uint8Array([0xff, 0xfe, 0xe9, 0x00]))).text).toBe('é');
    expect((await extract('text', new Uint8Array([0xe9, 0x74, 0xe9]))).text).toBe('été');
    expect((await extract('text', 'a\r\nb\0c\rd')).text).toBe('a\nbc\nd');
  });
});
