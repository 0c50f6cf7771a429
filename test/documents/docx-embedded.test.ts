import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { formats } from '../../src/documents/formats.ts';
import { docxParts, makeZip, paragraph } from '../support/documents.ts';
import { bytesOf } from '../support/office.ts';
import htmlDocxJs from './fixtures/html-docx-js.docx?url&inline';

describe('documents embedded in Word documents', () => {
  const encode = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
  const chunk = (id: number) =>
    `<w:altChunk xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships" r:id="c${id}"/>`;
  const makeDocument = (
    body: string,
    chunks: readonly (readonly [string, Uint8Array<ArrayBuffer> | string])[],
  ) => {
    const links = chunks.map(
      ([name], id) =>
        `<Relationship Id="c${id}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/aFChunk" Target="${name}"/>`,
    );
    return makeZip([
      ...docxParts(body),
      {
        name: 'word/_rels/document.xml.rels',
        content: encode(
          `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${links.join('')}</Relationships>`,
        ),
      },
      ...chunks.map(([name, content]) => ({
        name: `word/${name}`,
        content: typeof content === 'string' ? encode(content) : content,
      })),
    ]);
  };
  const extract = async (bytes: Uint8Array<ArrayBuffer>) =>
    (await extractDocument(formats.docx, bytes)).text;

  it('are read where they stand, as html-docx-js writes them', async () => {
    expect(await extract(bytesOf(htmlDocxJs))).toBe(
      '# Offre n° 12 — Café\n\nValid = until 3 May\n\nLogo\n\n| Item | Price |\n| --- | --- |\n| Grinder | 89 € |',
    );
  });

  it('are read in every format that Word embeds, whatever their names are, one level deep', async () => {
    const web =
      'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="b"\r\n\r\n--b\r\nContent-Type: text/html; charset="iso-8859-2"\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n<p>Za=BF=F3=B3=E6=\r\n!</p>\r\n--b--\r\n';
    const nested = await makeDocument(paragraph('Inner') + chunk(0) + chunk(1), [
      ['a.html', '<p>page</p>'],
      ['afchunk2.docx', await makeZip(docxParts(paragraph('too deep')))],
    ]);
    const text = await extract(
      await makeDocument(
        [
          paragraph('Before'),
          chunk(0),
          chunk(1),
          `<w:tbl><w:tr><w:tc>${paragraph('Cell')}</w:tc><w:tc>${chunk(2)}<w:p/></w:tc></w:tr><w:tr><w:tc>${paragraph('a')}</w:tc><w:tc>${paragraph('b')}</w:tc></w:tr></w:tbl>`,
          chunk(3),
          chunk(4),
          paragraph('After'),
          chunk(99),
        ].join(''),
        [
          ['chunk.mht', web],
          ['afchunk.dat', '{\\rtf1\\ansi {\\b Rich} text\\par}'],
          [
            'frag.xhtml',
            '<?xml version="1.0"?><html xmlns="http://www.w3.org/1999/xhtml"><body><i>x</i>html</body></html>',
          ],
          ['notes.txt', '\ufefffirst <b>\r\nsecond'],
          ['part.docx', nested],
        ],
      ),
    );
    expect(text).toBe(
      'Before\n\nZażółć!\n\nRich text\n\n|  |  |\n| --- | --- |\n| Cell | xhtml |\n| a | b |\n\nfirst <b>\n\nsecond\n\nInner\n\npage\n\nafchunk2.docx: The embedded document is nested too deeply.\n\nAfter',
    );
  });

  it('are named with the reason when they cannot be read, and are bounded (R27)', async () => {
    const bomb = await makeZip([
      { name: 'word/document.xml', content: encode(' '.repeat(400_000)) },
    ]);
    const chunks = [
      ['a.docx', 'PK\x03\x04 broken'],
      ['b-chunk.bin', '%PDF-1.4'],
      ['c.rtf', ''],
      ['d.mht', 'MIME-Version: 1.0\n\n'],
      ['e.bin', 'x'],
      ['f.docx', bomb],
    ] as const;
    const body = chunks.map((_, index) => chunk(index)).join('');
    expect(await extract(await makeDocument(paragraph('Text') + body, chunks))).toBe(
      'Text\n\na.docx: The ZIP archive is damaged.\n\nb-chunk.bin: Files of this type are not supported.\n\ne.bin: The embedded file is missing or of an unsupported type.\n\nf.docx: The document decompresses to much more than its file size.',
    );
    await expect(makeDocument(body, chunks).then(extract)).rejects.toMatchObject({
      code: 'unsupported',
      message: 'a.docx: The ZIP archive is damaged.',
    });
    const page = `<p>${'word '.repeat(100_000)}</p>`;
    const many = makeDocument(chunk(0).repeat(30), [['a.html', page]]);
    await expect(many.then(extract)).rejects.toMatchObject({ code: 'too_large' });
  });
});
