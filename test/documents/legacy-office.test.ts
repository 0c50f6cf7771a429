import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import type { DocumentFormat } from '../../src/documents/format.ts';
import { formats } from '../../src/documents/formats.ts';
import { docxParts, makeZip, paragraph } from '../support/documents.ts';
import { bytesOf } from '../support/office.ts';
import { makeCompoundFile } from '../support/outlook.ts';
import deck from './fixtures/deck.ppt?url&inline';
import letter from './fixtures/letter.doc?url&inline';
import talk from './fixtures/talk.ppt?url&inline';

type Bytes = Uint8Array<ArrayBuffer>;

const read = async (format: DocumentFormat, bytes: Bytes) =>
  (await extractDocument(format, bytes)).text;
const faultOf = (format: DocumentFormat, bytes: Bytes) =>
  read(format, bytes).then(
    () => null,
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );
const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));

/** Returns a copy in which the first occurrence of `from` is replaced by bytes of the same length. */
function replaced(bytes: Bytes, from: readonly number[], to: readonly number[]): Bytes {
  const at = bytes.findIndex((_, index) =>
    from.every((byte, offset) => bytes[index + offset] === byte),
  );
  expect(at).toBeGreaterThan(0);
  const copy = bytes.slice();
  copy.set(to, at);
  return copy;
}

describe('DOC documents', () => {
  it('are read as LibreOffice writes them: structure, notes and margins, no hidden or deleted text', async () => {
    expect(await read(formats.doc, bytesOf(letter))).toBe(
      `# Grinders for every kitchen

The small grinder costs 89 EUR[1] and holds 10^3 beans. ~~Old offer.~~

Ask for a discount before May[i], see our page.

## Steps

1. Open the lid.
2. Fill in beans:
  a) dark ones,
  b) light ones.
3. Close it.

## Prices

| Region | Model | Price |
| --- | --- | --- |
| East | Small | 89 EUR |
| East | Large | 129 EUR |
| West | on request | on request |

Größe, Łódź, Москва, 東京, ไทย

Boxed note

המטחנה עולה 89 אירו.

[1] Including tax.

[i] Of the year 2026.

Comments:

- Ada: Is this agreed?

Offer of the Mill Company`,
    );
  });

  it('are read by their content where programs save something else under the name', async () => {
    const docx = await makeZip(docxParts(paragraph('From Word')));
    expect(await read(formats.doc, docx)).toBe('From Word');
    expect(await read(formats.doc, utf8('{\\rtf1\\ansi From RTF\\par}'))).toBe('From RTF');
    expect(await read(formats.doc, utf8('<html><h1>Page</h1><p>Text</html>'))).toBe(
      '# Page\n\nText',
    );
    expect(await read(formats.doc, utf8('Only text'))).toBe('Only text');
    const archive =
      'MIME-Version: 1.0\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Archived</p>';
    expect(await read(formats.doc, utf8(archive))).toContain('Archived');
  });

  it('fail as encrypted, unsupported or corrupt when they cannot be read', async () => {
    const whole = bytesOf(letter);
    const head = [0xec, 0xa5];
    expect(await faultOf(formats.doc, replaced(whole, head, [0xdc, 0xa5]))).toBe('unsupported');
    const at = whole.findIndex((_, index) =>
      head.every((byte, offset) => whole[index + offset] === byte),
    );
    const locked = whole.slice();
    locked[at + 11] = (locked[at + 11] ?? 0) | 1;
    expect(await faultOf(formats.doc, locked)).toBe('encrypted');
    const other = makeCompoundFile({ Workbook: new Uint8Array(5000) });
    expect(await faultOf(formats.doc, other)).toBe('unsupported');
    const empty = makeCompoundFile({ WordDocument: new Uint8Array(5000) });
    expect(await faultOf(formats.doc, empty)).toBe('corrupt');
  });
});

describe('PPT presentations', () => {
  it('are read as PowerPoint shows them: titles, levels, tables and notes by slide', async () => {
    const { text, pages } = await extractDocument(formats.ppt, bytesOf(deck));
    expect(text).toBe(
      `# Grinders for every kitchen

Ada Byron

# Models

- The small one costs 89 EUR
  - with 10^3 beans
- Größe, Москва, 東京, עברית

Notes:

Speak slowly.

# Prices

| Model | Price | Stock |
| --- | --- | --- |
| Small | 89 | 4 |
| Large | 129 | 12 |`,
    );
    expect(pages?.map((start) => text.slice(start, start + 8))).toEqual([
      '# Grinde',
      '# Models',
      '# Prices',
    ]);
  });

  it('keep comments, groups and merged cells, and leave out hidden slides', async () => {
    const { text, pages } = await extractDocument(formats.ppt, bytesOf(talk));
    expect(text).toContain('Left of the group\n\nRight of the group');
    expect(text).toContain('Comments:\n\n- Ada: Is this agreed?');
    expect(text).toContain('| Small | 89 | 4 |\n| Large | 129 | 129 |');
    expect(text).not.toContain('Hidden slide');
    expect(pages).toHaveLength(3);
  });

  it('are found without a valid pointer to the last edit', async () => {
    const pointer = [0x5f, 0xc0, 0x91, 0xe3];
    const lost = replaced(bytesOf(deck), pointer, [...pointer, 0xff, 0xff, 0xff, 0x7f]);
    expect(await read(formats.ppt, lost)).toContain('| Small | 89 | 4 |');
  });

  it('fail as encrypted or unsupported when they cannot be read', async () => {
    const token = [0x5f, 0xc0, 0x91, 0xe3];
    const locked = replaced(bytesOf(deck), token, [0xdf, 0xc4, 0xd1, 0xf3]);
    expect(await faultOf(formats.ppt, locked)).toBe('encrypted');
    const old = makeCompoundFile({ PP40: new Uint8Array(5000) });
    expect(await faultOf(formats.ppt, old)).toBe('unsupported');
    const other = makeCompoundFile({ WordDocument: new Uint8Array(5000) });
    expect(await faultOf(formats.ppt, other)).toBe('unsupported');
    expect(await read(formats.ppt, utf8('<html><p>Exported</html>'))).toBe('Exported');
  });
});

it.each([
  { name: 'DOC', format: formats.doc, file: letter },
  { name: 'PPT', format: formats.ppt, file: talk },
])('damaged $name files fail with a fault, at every place (R27)', async ({ format, file }) => {
  const whole = bytesOf(file);
  const unexpected: unknown[] = [];
  const check = async (bytes: Bytes) => {
    const code = await faultOf(format, bytes);
    if (code instanceof Error) unexpected.push(code);
  };
  for (let cut = 600; cut < whole.length; cut += 1700) await check(whole.slice(0, cut));
  for (let at = 512; at < whole.length; at += 131) {
    const damaged = whole.slice();
    damaged.fill(at % 2 === 0 ? 0xff : 0x00, at, at + 6);
    await check(damaged);
  }
  expect(unexpected).toEqual([]);
});
