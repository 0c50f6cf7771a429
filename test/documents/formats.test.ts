import { describe, expect, it } from 'vitest';
import guide from '../../docs/guides/knowledge.md?raw';
import type { codeFormats } from '../../src/documents/formats/code.ts';
import { allFormats, type DocumentFormatName, formats } from '../../src/documents/formats.ts';
import { headBytes } from '../../src/documents/signature.ts';
import { extensionsOf } from '../../src/documents/supported.ts';
import { newWorkspace } from '../support/api.ts';
import { operations } from '../support/document.ts';
import {
  docxParts,
  epubParts,
  makePdf,
  makeZip,
  odfParts,
  paragraph,
} from '../support/documents.ts';
import { newBase, settled, uploadForm } from '../support/files.ts';
import { bytesOf, makeDeck, placed, textBody } from '../support/office.ts';
import { makeOutlookMessage } from '../support/outlook.ts';

import letter from './fixtures/letter.doc?url&inline';
import talk from './fixtures/talk.ppt?url&inline';
import legacyWorkbook from './fixtures/workbook.xls?url&inline';
import workbook from './fixtures/workbook.xlsx?url&inline';

const quoted = (extensions: readonly string[], separator: string) =>
  extensions.map((extension) => `\`${extension}\``).join(separator);

const slide =
  '<draw:page><draw:frame><draw:text-box><text:p>The grinder costs 89 EUR.</text:p></draw:text-box></draw:frame></draw:page>';
/** Languages that are read as Python is. */
type OtherLanguage = Exclude<keyof typeof codeFormats, 'python'>;

/** A small file of each document format, all about one grinder. */
const samples = {
  text: async () => 'The grinder costs 89 EUR.',
  markdown: async () => '# Grinder\n\nIt costs 89 EUR.',
  mdx: async () => '# Grinder\n\n<Note>It costs 89 EUR.</Note>',
  html: async () => '<h1>Grinder</h1><p>It costs 89 EUR.</p>',
  pdf: async () => makePdf([['The grinder costs 89 EUR.']]),
  docx: async () => makeZip(docxParts(paragraph('The grinder costs 89 EUR.'))),
  odt: async () =>
    makeZip(odfParts('<office:text><text:p>The grinder costs 89 EUR.</text:p></office:text>')),
  ods: async () =>
    makeZip(
      odfParts(
        '<office:spreadsheet><table:table table:name="Prices"><table:table-row><table:table-cell><text:p>89 EUR</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet>',
      ),
    ),
  odp: async () => makeZip(odfParts(`<office:presentation>${slide}</office:presentation>`)),
  odg: async () => makeZip(odfParts(`<office:drawing>${slide}</office:drawing>`)),
  epub: async () =>
    makeZip(
      epubParts([{ path: 'a.xhtml', text: '<p>The grinder costs 89 EUR.</p>' }], ['a.xhtml']),
    ),
  doc: async () => bytesOf(letter),
  ppt: async () => bytesOf(talk),
  xlsx: async () => bytesOf(workbook),
  xls: async () => bytesOf(legacyWorkbook),
  rtf: async () => '{\\rtf1\\ansi The grinder costs 89 EUR.\\par}',
  pptx: async () =>
    makeDeck([{ shapes: placed('sp', '', null, textBody('The grinder costs 89 EUR.')) }]),
  csv: async () => 'item,price\ngrinder,89 EUR',
  json: async () => '{"grinder":"89 EUR"}',
  mbox: async () =>
    'From a@b.test Tue Mar  3 14:05:00 2026\nSubject: Grinder\n\nIt costs 89 EUR.\n',
  msg: async () => makeOutlookMessage({ subject: 'Grinder', body: 'It costs 89 EUR.' }),
  zip: async () =>
    makeZip([
      {
        name: 'grinder.txt',
        content: Uint8Array.from(new TextEncoder().encode('It costs 89 EUR.')),
      },
    ]),
  ipynb: async () => '{"cells":[{"cell_type":"markdown","source":"It costs 89 EUR."}]}',
  vtt: async () => 'WEBVTT\n\n00:01.000 --> 00:02.000\nIt costs 89 EUR.\n',
  srt: async () => '1\n00:00:01,000 --> 00:00:02,000\nIt costs 89 EUR.\n',
  eml: async () => 'Subject: Grinder\r\n\r\nIt costs 89 EUR.\r\n',
  jsonl: async () => '{"item":"grinder"}\n{"item":"price: 89 EUR"}',
  xml: async () => '<item><name>grinder</name><price>89 EUR</price></item>',
  python: async () => 'def price():\n    return "89 EUR"',
  rst: async () => 'Grinder\n=======\n\nIt costs 89 EUR.',
  org: async () => '* Grinder\n\nIt costs 89 EUR.',
  asciidoc: async () => '= Grinder\n\nIt costs 89 EUR.',
  latex: async () => '\\section{Grinder} It costs 89 EUR.',
} as const satisfies Readonly<
  Record<
    Exclude<DocumentFormatName, OtherLanguage>,
    () => Promise<string | Uint8Array<ArrayBuffer>>
  >
>;

const documents = Object.entries(samples).map(([name, content]) => ({
  name: name as keyof typeof samples,
  content,
}));

describe('the registry of formats', () => {
  it('has one format per extension, per media type and per signature', () => {
    const extensions = allFormats.flatMap((format) => format.extensions);
    expect(new Set(extensions).size).toBe(extensions.length);
    const mediaTypes = allFormats.map(({ media_type }) => media_type);
    expect(new Set(mediaTypes).size).toBe(mediaTypes.length);
    const zeros = new Uint8Array(headBytes);
    expect(allFormats.filter(({ hasSignature }) => hasSignature?.(zeros))).toEqual([]);
  });

  it('serves no format under a type that a browser executes', () => {
    for (const { served_as } of allFormats)
      expect(served_as).not.toMatch(/html|xml(?!formats)|javascript|svg/);
  });

  it('is listed in the guide', () => {
    const text = guide.replaceAll(/\s+/g, ' ');
    expect(text).toContain(`Supported files: ${quoted(extensionsOf(['document']), ' ')}. `);
    expect(text).toContain(`also be images: ${quoted(extensionsOf(['image']), ' ')}. `);
  });

  it('is listed by every operation that takes files', () => {
    const describedAt = (path: string) =>
      operations.find((operation) => operation.name === `POST ${path}`)?.description;
    const listed = (kind: 'document' | 'image') => quoted(extensionsOf([kind]), ', ');
    expect(describedAt('/api/v1/knowledge-bases/{kb}/files')).toContain(listed('document'));
    for (const path of ['/api/v1/sessions/{session}/attachments', '/v1/files']) {
      expect(describedAt(path), path).toContain(listed('document'));
      expect(describedAt(path), path).toContain(listed('image'));
    }
  });

  it('gives 415 errors with the supported types or the fault of the file', async () => {
    const workspace = await newWorkspace();
    const path = `/knowledge-bases/${await newBase(workspace)}/files`;
    const detailOf = async (name: string, content: string | Uint8Array<ArrayBuffer>, type = '') =>
      (await uploadForm(workspace, path, [{ name, content, type }])).body.detail;
    expect(await detailOf('a.exe', 'MZ')).toBe(
      `Unsupported file type: a.exe. Supported types: ${extensionsOf(['document']).join(' ')}.`,
    );
    expect(await detailOf('a.png', 'x')).toContain('Unsupported file type: a.png.');
    expect(await detailOf('Plan.WPD', 'x')).toContain(
      'Unsupported file type: Plan.WPD. Documents of this word processor are not supported. Convert the file to .docx or .pdf. Supported types:',
    );
    expect(await detailOf('talk.mp3', 'x')).toContain(
      'Audio and video files are not supported. Transcribe them first.',
    );
    expect(await detailOf('a.pdf', 'x')).toBe('a.pdf is not a valid PDF (missing `%PDF` header).');
    expect(await detailOf('a.docx', 'x')).toBe('a.docx is not a valid DOCX (missing ZIP header).');
    expect(await detailOf('a.txt', new Uint8Array([65, 0, 66]))).toBe(
      'a.txt is not a text file (binary content).',
    );
    expect(await detailOf('a.txt', 'x', 'image/png')).toBe(
      'Content type image/png does not match the file extension of a.txt.',
    );
  });

  it.each(documents)('makes a $name file searchable and serves it safely', async (sample) => {
    const { extensions, media_type, served_as } = formats[sample.name];
    const workspace = await newWorkspace();
    const base = await newBase(workspace);
    const name = `grinder.${extensions[0]}`;
    const { body } = await uploadForm(workspace, `/knowledge-bases/${base}/files`, [
      { name, content: await sample.content() },
    ]);
    const file = await settled(workspace, body.id);
    expect(file).toMatchObject({ name, media_type, status: 'ready' });
    const chunks = await workspace.get(`/files/${file.id}/chunks`);
    expect(chunks.body.data[0].text).toContain('89 EUR');
    const { status, headers } = await workspace.get(`/files/${file.id}/content`);
    expect([status, headers.get('content-type')]).toEqual([200, served_as]);
  });
});
