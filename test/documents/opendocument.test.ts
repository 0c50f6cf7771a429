import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { type DocumentFormatName, formats } from '../../src/documents/formats.ts';
import report from '../fixtures/opendocument/report.fodt?raw';
import libreOfficeReport from '../fixtures/opendocument/report.odt.base64?raw';
import sales from '../fixtures/opendocument/sales.fods?raw';
import talk from '../fixtures/opendocument/talk.fodp?raw';
import { makeZip, odfPart, odfParts, type ZipEntry } from '../support/documents.ts';

const bytes = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const extract = async (
  format: DocumentFormatName,
  content: string | Uint8Array<ArrayBuffer> | readonly ZipEntry[],
) =>
  extractDocument(
    formats[format],
    typeof content === 'string'
      ? bytes(content)
      : content instanceof Uint8Array
        ? content
        : await makeZip(content),
  );
const readText = async (body: string, styles = '', parts: readonly ZipEntry[] = []) =>
  (await extract('odt', [...odfParts(`<office:text>${body}</office:text>`, styles), ...parts]))
    .text;
const readSheets = async (tables: string, styles = '') =>
  (await extract('ods', odfParts(`<office:spreadsheet>${tables}</office:spreadsheet>`, styles)))
    .text;
const faultOf = (content: Promise<unknown>) =>
  content.then(
    () => 'none',
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );

const p = (text: string, style = '') => `<text:p text:style-name="${style}">${text}</text:p>`;
const cell = (text: string, attributes = '') =>
  `<table:table-cell ${attributes}>${text === '' ? '' : p(text)}</table:table-cell>`;
const row = (cells: readonly string[], attributes = '') =>
  `<table:table-row ${attributes}>${cells.join('')}</table:table-row>`;
const sheet = (rows: readonly string[], attributes = 'table:name="S"') =>
  `<table:table ${attributes}>${rows.join('')}</table:table>`;
const item = (content: string, attributes = '') =>
  `<text:list-item ${attributes}>${content}</text:list-item>`;
const list = (content: string, attributes = '') =>
  `<text:list ${attributes}>${content}</text:list>`;
const numbered = (name: string, levels: readonly string[]) =>
  `<text:list-style style:name="${name}">${levels
    .map(
      (attributes, index) =>
        `<text:list-level-style-number text:level="${index + 1}" ${attributes}/>`,
    )
    .join('')}</text:list-style>`;

const readReport = `# Grinder report

# 1. Scope

The grinder weighs 10^6 g, uses H_2O, costs ~~99~~ 89 EUR[1].

Comment (Ben): Check the price.

## 1.1 Use

1) Fill it
  (a) with beans
    1.a.I dry ones
  (b) with rice
2) Start it

A break.

3) Stop it
- Loud
  but quick

## 1.2 Prices

| Item | 2023 | 2024 |
| --- | --- | --- |
| Grinder | 99 | 89 |
| Grinder | sold out | sold out |

\`\`\`
if (full) {
  stop();
\`\`\`

Power is $P = \\frac{W}{t}$.

See the box.

Keep it dry.

[1] Without tax.

Grinder works Ltd.`;

describe('OpenDocument texts', () => {
  it('are read as their reader sees them, as LibreOffice writes them and as one flat file', async () => {
    const written = Uint8Array.from(atob(libreOfficeReport.replaceAll('\n', '')), (character) =>
      character.charCodeAt(0),
    );
    expect((await extract('odt', written)).text).toBe(readReport);
    expect((await extract('odt', report)).text).toBe(readReport);
  });

  it('number lists by level, start value, continuation and format', async () => {
    const style = numbered('N', [
      'style:num-format="I" style:num-suffix="."',
      'style:num-format="a" style:num-letter-sync="true" style:num-list-format="%1%-%2%:"',
      'style:num-format=""',
    ]);
    const body = [
      list(
        item(p('one') + list(item(p('deep'), 'text:start-value="27"') + item(p('next')))) +
          '<text:list-header><text:p>no number</text:p></text:list-header>' +
          item(p('five'), 'text:start-value="5"'),
        'text:style-name="N"',
      ),
      list(item(p('six')), 'text:style-name="N" text:continue-numbering="true"'),
      list(item(list(item(list(item(p('plain')))))), 'text:style-name="N"'),
    ].join('');
    expect(await readText(body, style)).toBe(
      'I. one\n  I-aa: deep\n  I-bb: next\n\nno number\n\nV. five\nVI. six\n\nplain',
    );
  });

  it('leave out deleted, hidden and conditional text', async () => {
    const hidden =
      '<style:style style:name="H" style:family="text"><style:text-properties text:display="none"/></style:style><style:style style:name="HP" style:family="paragraph"><style:text-properties text:display="none"/></style:style><style:style style:name="Child" style:family="paragraph" style:parent-style-name="HP"/>';
    const body =
      p('seen<text:span text:style-name="H">X1</text:span>') +
      p('X2', 'HP') +
      p('X3', 'Child') +
      p('X4<text:hidden-paragraph text:is-hidden="true"/>') +
      p('<text:hidden-text text:is-hidden="true">X5</text:hidden-text>') +
      '<text:section text:display="none"><text:p>X6</text:p></text:section>' +
      '<text:tracked-changes><text:changed-region><text:deletion><text:p>X7</text:p></text:deletion></text:changed-region></text:tracked-changes>' +
      p('<text:variable-set text:display="none">X8</text:variable-set>last');
    expect(await readText(body, hidden)).toBe('seen\n\nlast');
  });

  it('read fields, ruby, tabs, nested notes, alternative texts and links', async () => {
    const note = (text: string, kind = 'footnote') =>
      `<text:note text:note-class="${kind}"><text:note-citation>9</text:note-citation><text:note-body>${p(text)}</text:note-body></text:note>`;
    const body =
      p('On <text:date>1 May</text:date> see <text:a xlink:href="https://x.test">here</text:a>.') +
      p(
        '<text:ruby><text:ruby-base>東京</text:ruby-base><text:ruby-text>とうきょう</text:ruby-text></text:ruby>',
      ) +
      p(`Text${note(`first${note('inner')}`)} and${note('end', 'endnote')}`) +
      p(
        '<draw:frame><draw:image xlink:href="Pictures/a.png"/><svg:title>T</svg:title><svg:desc>A tent</svg:desc></draw:frame>',
      );
    expect(await readText(body)).toBe(
      'On 1 May see here.\n\n東京(とうきょう)\n\nText[1] and[i]\n\nA tent\n\n[1] first[2]\n\n[i] end\n\n[2] inner',
    );
  });

  it('read form fields and symbol fonts as LibreOffice keeps those of Word files', async () => {
    const field = (type: string, values: readonly (readonly [string, string])[]) =>
      `<field:fieldmark xmlns:field="urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0" field:type="vnd.oasis.opendocument.field.${type}">${values.map(([name, value]) => `<field:param field:name="${name}" field:value="${value}"/>`).join('')}</field:fieldmark>`;
    const choices = ['Red', 'Green'].map((value) => ['Dropdown_ListEntry', value] as const);
    const loext =
      'xmlns:loext="urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0"';
    const styles =
      '<style:style style:name="T1" style:family="text"><style:text-properties style:font-name="Wingdings1"/></style:style>';
    const line = [
      field('FORMDROPDOWN', [...choices, ['Dropdown_Selected', '1']]),
      field('FORMDROPDOWN', choices),
      field('FORMCHECKBOX', [['Checkbox_Checked', 'true']]),
      field('FORMCHECKBOX', []),
      `<loext:content-control ${loext} loext:checkbox="true" loext:checked="true">☒</loext:content-control>`,
      '<text:span text:style-name="T1">&#xF0FC;</text:span>',
    ].join(' ');
    expect(await readText(p(line), styles)).toBe('Green Red [x] [ ] [x] ✓');
  });

  it('read the values of an embedded chart, and ignore an object that contains itself', async () => {
    const object = (name: string) =>
      p(`<draw:frame><draw:object xlink:href="./${name}"/></draw:frame>`);
    const chart = odfPart(
      'Chart/content.xml',
      'office:document-content',
      `<office:body><office:chart><chart:chart xmlns:chart="urn:oasis:names:tc:opendocument:xmlns:chart:1.0"><chart:title>${p('Sales')}</chart:title>${sheet([`<table:table-header-rows>${row([cell(''), cell('Tents')])}</table:table-header-rows>`, row([cell('2024'), cell('7')])])}</chart:chart></office:chart></office:body>`,
    );
    expect(await readText(object('Chart') + object('Missing'), '', [chart])).toBe(
      'Sales\n\n|  | Tents |\n| --- | --- |\n| 2024 | 7 |',
    );
    const loop = odfPart(
      'Loop/content.xml',
      'office:document-content',
      `<office:body><office:text>${object('Loop')}</office:text></office:body>`,
    );
    expect(await faultOf(readText(object('Loop'), '', [loop]))).toBe('too_large');
  });
});

describe('OpenDocument spreadsheets', () => {
  it('are read by sheet and area with values as shown, without hidden sheets, rows and columns', async () => {
    expect((await extract('ods', sales)).text).toBe(`## Sales

Sales of grinders

| Day | Shop | Share | Turnover |
| --- | --- | --- | --- |
| 01.03.2024 | Berlin | 25.0% | 1,234.50 EUR |
| 02.03.2024 | Prague | 75.0% | 2,469.00 EUR |
| 02.03.2024 | Prague | 75.0% | 2,469.00 EUR |

Comment on Berlin (Ben): New shop.

## Notes

| Code | Name |
| --- | --- |
| 007 | Mill; two lines |

|  |  |
| --- | --- |
| Rate | 1.5 |
| Open | true |`);
  });

  it('repeat merged cells, also across hidden rows and columns', async () => {
    const covered = '<table:covered-table-cell/>';
    const rows = [
      row([cell('A'), cell('B', 'table:number-columns-spanned="2"'), covered]),
      row([cell('tall', 'table:number-rows-spanned="3"'), cell('1'), cell('2')]),
      row([covered, cell('gone'), cell('gone')], 'table:visibility="filter"'),
      row([covered, cell('3'), cell('4')]),
      row([cell('end'), cell('5'), cell('6')]),
    ];
    expect(await readSheets(sheet(rows))).toBe(
      '## S\n\n| A | B | B |\n| --- | --- | --- |\n| tall | 1 | 2 |\n| tall | 3 | 4 |\n| end | 5 | 6 |',
    );
    const columns =
      '<table:table-column/><table:table-column table:visibility="collapse"/><table:table-column/>';
    expect(await readSheets(sheet([columns, ...rows.slice(0, 1), rows[4] ?? '']))).toBe(
      '## S\n\n| A | B |\n| --- | --- |\n| end | 6 |',
    );
  });

  it('bound repeated rows and columns, and read a sheet of 150,000 rows', async () => {
    const empty = row(
      [cell('', 'table:number-columns-repeated="16384"')],
      'table:number-rows-repeated="1048575"',
    );
    const last = row([cell('', 'table:number-columns-repeated="16383"'), cell('far')]);
    expect(await readSheets(sheet([row([cell('near')]), empty, last]))).toBe('## S\n\nnear\n\nfar');
    const full = row(
      [cell('x', 'table:number-columns-repeated="999999999"')],
      'table:number-rows-repeated="999999999"',
    );
    expect(await faultOf(readSheets(sheet([full])))).toBe('too_large');
    const long = row([cell('x'.repeat(100_000), 'table:number-columns-repeated="1000"')]);
    expect(await faultOf(readSheets(sheet([long])))).toBe('too_large');
    const many = sheet([row([cell('v'), cell('7')], 'table:number-rows-repeated="150000"')]);
    expect((await readSheets(many)).split('\n')).toHaveLength(150_003);
  });
});

describe('OpenDocument presentations', () => {
  it('are read by slide: title, text, tables, alternative texts and notes, without hidden slides', async () => {
    const { text, pages } = await extract('odp', talk);
    expect(text).toBe(`# The new grinder

- Quick
  - 3 seconds
- Loud

| Size | Price |
| --- | --- |
| Large | 89 |

In a group

An arrow to the right

Notes:

Say hello first.

# Prices

It costs 89 EUR.`);
    expect(pages).toEqual([0, text.indexOf('# Prices')]);
  });
});

describe('OpenDocument files', () => {
  const content = odfParts(`<office:text>${p('x')}</office:text>`);

  it('are refused when encrypted, damaged or of another kind', async () => {
    const manifest = odfPart(
      'META-INF/manifest.xml',
      'manifest:manifest',
      '<manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry>',
    );
    expect(await faultOf(extract('odt', [...content, manifest]))).toBe('encrypted');
    const wrapped = { name: 'encrypted-package', content: bytes('?') };
    expect(await faultOf(extract('odt', [wrapped]))).toBe('encrypted');
    const cut = (await makeZip(content)).slice(0, 60);
    expect(await faultOf(extract('odt', cut))).toBe('corrupt');
    const part = (text: string) => [{ name: 'content.xml', content: bytes(text) }];
    expect(await faultOf(extract('odt', part('<office:x')))).toBe('corrupt');
    expect(await faultOf(extract('odt', part('<a/>')))).toBe('unsupported');
    expect(await faultOf(extract('odt', part('')))).toBe('corrupt');
    expect(await faultOf(extract('odt', [{ name: 'a', content: bytes('') }]))).toBe('unsupported');
    expect(await faultOf(extract('odt', '<html/>'))).toBe('unsupported');
    expect(await faultOf(extract('odt', odfParts('<office:chart/>')))).toBe('unsupported');
    expect(await faultOf(extract('odt', odfParts('<office:text/>')))).toBe('empty_document');
  });

  it('are refused with entities, deep nesting and archive bombs (R27, R28)', async () => {
    const entity = `<!DOCTYPE d [<!ENTITY e "x">]>${report.slice(report.indexOf('<office:document'))}`;
    expect(await faultOf(extract('odt', entity))).toBe('unsafe_xml');
    const deep = list(
      item('').replace('><', `>${'<text:span>'.repeat(900)}${'</text:span>'.repeat(900)}<`),
    );
    expect(await faultOf(readText(deep))).toBe('too_large');
    const zeros = { name: 'Pictures/a.png', content: new Uint8Array(30 * 1024 * 1024) };
    expect(await faultOf(extract('odt', [...content, zeros]))).toBe('too_large');
  });

  it('are decoded as their XML declares', async () => {
    const flat = report
      .replace(/^<\?xml.*\?>/, '')
      .replace('Grinder report', 'Café')
      .replace('•', '*');
    const latin = `<?xml version="1.0" encoding="ISO-8859-1"?>${flat}`;
    const content = Uint8Array.from(latin, (character) => character.charCodeAt(0));
    expect((await extract('odt', content)).text).toMatch(/^# Café\n/);
  });

  it('have a head that names their kind', async () => {
    const stored = (type: string) =>
      bytes(
        `PK\u0003\u0004\u0014\0\0\0\0\0${'\0'.repeat(16)}\u0008\0\0\0mimetype${type}PK\u0003\u0004`,
      );
    const odt = 'application/vnd.oasis.opendocument.text';
    expect(formats.odt.checkHead(stored(odt))).toBeNull();
    expect(formats.odt.checkHead(stored(`${odt}-template`))).toBeNull();
    expect(formats.odt.checkHead(stored('application/epub+zip'))).toBe(
      'is not a valid ODT (it declares application/epub+zip)',
    );
    expect(formats.odt.hasSignature?.(stored(odt))).toBe(true);
    expect(formats.ods.hasSignature?.(stored(odt))).toBe(false);
    expect(formats.odt.checkHead(bytes('hello'))).toBe('is not a valid ODT (missing ZIP header)');
    expect(formats.odt.checkHead(bytes('\ufeff <?xml version="1.0"?>'))).toBeNull();
  });
});
