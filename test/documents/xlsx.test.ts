import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';
import { bytesOf, chartXml, makeOffice, names, type PartSource } from '../support/office.ts';
import workbook from './fixtures/workbook.xlsx?url&inline';

const main = 'xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"';

interface Book {
  /** Content of `worksheet` elements, by the names of the sheets. */
  readonly sheets: Readonly<Record<string, string>>;
  readonly states?: Readonly<Record<string, string>>;
  readonly styles?: string;
  readonly strings?: readonly string[];
  readonly properties?: string;
  /** Further parts; those named for the first sheet are its relations. */
  readonly parts?: readonly PartSource[];
  readonly relations?: PartSource['relations'];
}

function makeBook({ sheets, states = {}, styles = '', strings = [], ...rest }: Book) {
  const all = Object.entries(sheets).map(([name, xml], index) => ({ name, xml, id: `s${index}` }));
  const tabs = all.map(
    ({ name, id }) =>
      `<sheet name="${name}" sheetId="1" state="${states[name] ?? 'visible'}" r:id="${id}"/>`,
  );
  return makeOffice([
    {
      name: 'xl/workbook.xml',
      xml: `<workbook ${main} ${names}>${rest.properties ?? ''}<sheets>${tabs.join('')}</sheets></workbook>`,
      relations: [
        ...all.map(({ id }) => [id, 'worksheet', `xl/${id}.xml`] as const),
        ['styles', 'styles', 'xl/styles.xml'],
        ['strings', 'sharedStrings', 'xl/strings.xml'],
      ],
    },
    ...all.map(({ xml, id }, index) => ({
      name: `xl/${id}.xml`,
      xml: `<worksheet ${main} ${names}>${xml}</worksheet>`,
      relations: index === 0 ? (rest.relations ?? []) : [],
    })),
    { name: 'xl/styles.xml', xml: `<styleSheet ${main}>${styles}</styleSheet>` },
    {
      name: 'xl/strings.xml',
      xml: `<sst ${main}>${strings.map((text) => `<si>${text}</si>`).join('')}</sst>`,
    },
    ...(rest.parts ?? []),
  ]);
}

const read = async (book: Book) => (await extractDocument(formats.xlsx, await makeBook(book))).text;
const readSheet = async (xml: string, rest: Partial<Book> = {}) =>
  (await read({ sheets: { S: xml }, ...rest })).replace('## S\n\n', '');
const faultOf = (book: Book) =>
  read(book).catch((error: unknown) => (error instanceof DocumentFault ? error.code : error));

const letter = (column: number) => String.fromCharCode(65 + column);
const value = (at: string, content: string | number, style = 0) =>
  typeof content === 'number'
    ? `<c r="${at}" s="${style}"><v>${content}</v></c>`
    : `<c r="${at}" s="${style}" t="inlineStr"><is><t>${content}</t></is></c>`;
const row = (number: number, cells: readonly (string | number | null)[], rest = '', style = 0) =>
  `<row r="${number}" ${rest}>${cells.map((content, index) => (content === null ? '' : value(`${letter(index)}${number}`, content, style))).join('')}</row>`;
const data = (...rows: readonly string[]) => `<sheetData>${rows.join('')}</sheetData>`;

/** Styles with these number formats, from index 1 on. */
const formatted = (...codes: readonly (string | number)[]) => {
  const own = codes.map((code, index) => ({
    id: typeof code === 'number' ? code : 200 + index,
    code,
  }));
  return `<numFmts>${own.map(({ id, code }) => (typeof code === 'number' ? '' : `<numFmt numFmtId="${id}" formatCode="${code.replaceAll('"', '&quot;')}"/>`)).join('')}</numFmts><cellXfs><xf/>${own.map(({ id }) => `<xf numFmtId="${id}"/>`).join('')}</cellXfs>`;
};
const shown = async (content: number, code: string | number, properties = '') => {
  const text = await readSheet(data(`<row r="1">${value('A1', content, 1)}</row>`), {
    styles: formatted(code),
    properties,
  });
  return text;
};

describe('values of XLSX files', () => {
  it.each([
    [0.1 + 0.2, 0, '0.3'],
    [4915112345678, 0, '4915112345678'],
    [0.256, 9, '26%'],
    [1234.5, '#,##0.00\\ "€"', '1,234.50 €'],
    [-1234.5, '_($* #,##0.00_);_($* (#,##0.00)', '$(1,234.50)'],
    [1.75, 12, '1 3/4'],
    [0.99999, 12, '1'],
    [-44197.999994, 13, '-44198'],
    [5.97, '# ?/8" in"', '6 in'],
    [-1e-300, '# ?/?', '0'],
    [0.9999, '# ?/4%', '100 %'],
    [0.99, '?/8', '8/8'],
    [2.5, '# ?/?" of 3 3/3"', '2 1/2 of 3 3/3'],
    [0, 48, '0.0E+0'],
    [0, '#,##0.00E+00" J"', '0.00E+00 J'],
    [99999, 48, '100.0E+3'],
    [123456, 11, '1.23E+05'],
    [1.5, '[h]:mm', '36:00'],
    [46086, 14, '2026-03-05'],
    [46086.5, 'd mmm yyyy h:mm', '5 Mar 2026 12:00'],
    [46086, '[$-407]d. mmmm yyyy', '5. März 2026'],
    [0.75, 'h:mm AM/PM', '6:00 PM'],
    [1234, '00000', '01234'],
    [5, '[[broken', '5'],
    [5, '0'.repeat(600), '5'],
  ])('writes %d in the format %s as %s', async (content, code, text) => {
    expect(await shown(content, code)).toBe(text);
  });

  it('counts days from 1904 where the workbook does, but not elapsed time', async () => {
    const epoch = '<workbookPr date1904="1"/>';
    expect(await shown(44624, 'yyyy-mm-dd', epoch)).toBe('2026-03-05');
    expect(await shown(1.5, '[h]:mm', epoch)).toBe('36:00');
  });

  it('reads texts of every kind, booleans, errors, and results of formulas', async () => {
    const cells = [
      '<c r="A1" t="s"><v>0</v></c><c r="B1" t="s"><v>1</v></c>',
      '<c r="A2" t="str"><f>A1</f><v>result_x000D_\nin lines</v></c><c r="B2" t="b"><v>1</v></c>',
      '<c r="A3" t="e"><f>1/0</f><v>#DIV/0!</v></c><c r="B3"><f>SUM(A1:A2)</f><v>7</v></c>',
      '<c r="A4"><f>NOW()</f></c><c r="B4" t="d"><v>2026-03-05T00:00:00</v></c>',
    ];
    const text = await readSheet(
      data(...cells.map((content, index) => `<row r="${index + 1}">${content}</row>`)),
      {
        strings: [
          '<t>Straße</t><rPh sb="0" eb="1"><t>unspoken</t></rPh>',
          '<r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>6</t></r><r><t xml:space="preserve"> or </t></r><r><rPr><strike/></rPr><t>less</t></r>',
        ],
      },
    );
    expect(text).toBe(
      '| Straße | 10^6 or ~~less~~ |\n| --- | --- |\n| result; in lines | TRUE |\n| #DIV/0! | 7 |\n| =NOW() | 2026-03-05 |',
    );
  });

  it('shows nothing for a format that hides the value', async () => {
    expect(
      await faultOf({ sheets: { S: data(row(1, [42], '', 1)) }, styles: formatted(';;;') }),
    ).toBe('empty_document');
  });
});

describe('tables of XLSX files', () => {
  it('are separated by empty rows and columns, below their titles', async () => {
    const rows = [
      row(1, ['Prices', null, null, null, 'Code', 'Meaning']),
      row(2, ['item', 'EUR', null, null, 'A', 'alpha']),
      row(3, ['tea', 3]),
      row(5, ['Closed on Sundays']),
    ];
    expect(await readSheet(data(...rows))).toBe(
      'Prices\n\n| item | EUR |\n| --- | --- |\n| tea | 3 |\n\n| Code | Meaning |\n| --- | --- |\n| A | alpha |\n\nClosed on Sundays',
    );
  });

  it('leave out hidden rows, columns and sheets', async () => {
    const columns = '<cols><col min="2" max="2" hidden="1"/></cols>';
    const rows = data(
      row(1, ['a', 'unseen', 'b']),
      row(2, ['no', 'no', 'no'], 'hidden="1"'),
      row(3, [1, 2, 3]),
    );
    const sheets = { S: columns + rows, Secret: data(row(1, ['no'])), Gone: data(row(1, ['no'])) };
    expect(await read({ sheets, states: { Secret: 'hidden', Gone: 'veryHidden' } })).toBe(
      '## S\n\n| a | b |\n| --- | --- |\n| 1 | 3 |',
    );
  });

  it('repeat merged cells in each row and column, and join names of two rows', async () => {
    const rows = data(
      row(1, ['Region', '2025', null, '2026']),
      row(2, [null, 'H1', 'H2', 'H1']),
      row(3, ['North', 1, 2, 3]),
      row(4, [null, 4, 5, 6]),
    );
    const merges = ['A1:A2', 'B1:C1', 'A3:A4'].map((ref) => `<mergeCell ref="${ref}"/>`).join('');
    expect(await readSheet(`${rows}<mergeCells>${merges}</mergeCells>`)).toBe(
      '| Region | 2025 H1 | 2025 H2 | 2026 H1 |\n| --- | --- | --- | --- |\n| North | 1 | 2 | 3 |\n| North | 4 | 5 | 6 |',
    );
  });

  it('keep figures with their labels across empty columns and rows', async () => {
    const rows = data(
      row(1, ['EUR', null, 2025, 2026]),
      row(2, ['Sales', null, 7, 8]),
      row(3, ['Costs', null, 5, 5]),
      row(5, ['Staff']),
      row(6, ['Wages', null, 3, 4]),
      row(7, ['Rent', null, 2, 1]),
    );
    expect(await readSheet(rows)).toBe(
      '| EUR | 2025 | 2026 |\n| --- | --- | --- |\n| Sales | 7 | 8 |\n| Costs | 5 | 5 |\n| Staff |  |  |\n| Wages | 3 | 4 |\n| Rent | 2 | 1 |',
    );
  });

  it('have a header where the file declares one, and none for values or a form', async () => {
    const declared = await readSheet(
      `${data(row(1, ['Note']), row(2, [1, 2]), row(3, [3, 4]))}<tableParts><tablePart r:id="t"/></tableParts>`,
      {
        relations: [['t', 'table', 'xl/t.xml']],
        parts: [{ name: 'xl/t.xml', xml: `<table ${main} ref="A2:B3"/>` }],
      },
    );
    expect(declared).toBe('Note\n\n| 1 | 2 |\n| --- | --- |\n| 3 | 4 |');
    expect(await readSheet(data(row(1, [1, 2]), row(2, [3, 4])))).toContain('|  |  |\n| --- |');
    expect(await readSheet(data(row(1, ['Name:', 'Ada']), row(2, ['City:', 'Bath'])))).toContain(
      '|  |  |\n| --- | --- |\n| Name: | Ada |',
    );
  });

  it('stay small for cells in the far corner and merged ranges of the whole sheet', async () => {
    const rows = data(row(1, ['first']), `<row r="1048576">${value('XFD1048576', 'last')}</row>`);
    const merge = '<mergeCells><mergeCell ref="A1:XFD1048575"/></mergeCells>';
    const started = performance.now();
    expect(await readSheet(rows)).toBe('first\n\nlast');
    expect(await readSheet(rows + merge)).toContain('first');
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  it('are read from cells without references, in any order, with overlapping merges', async () => {
    const cell = (text: string) => `<c t="inlineStr"><is><t>${text}</t></is></c>`;
    expect(
      await readSheet(
        `${data(row(2, [1, 2]), `<row r="1">${cell('a')}${cell('b')}</row>`)}<mergeCells><mergeCell ref="A1:B1"/><mergeCell ref="A1:A2"/><mergeCell ref="?"/></mergeCells>`,
      ),
    ).toBe('a\n\n|  |  |\n| --- | --- |\n| 1 | 2 |');
  });
});

describe('what surrounds the cells of XLSX files', () => {
  it('includes links to pages, comments of visible cells, and charts where they stand', async () => {
    const drawing =
      'xmlns:xdr="http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing"';
    const links =
      '<hyperlinks><hyperlink ref="A2" r:id="page"/><hyperlink ref="B2" r:id="code"/></hyperlinks>';
    const rows = data(row(1, ['Shop', 'Web']), row(2, ['Bath', 'site']), row(9, ['End']));
    const text = await readSheet(`${rows}${links}<drawing r:id="d"/>`, {
      relations: [
        ['page', 'hyperlink', 'https://example.com/a'],
        ['code', 'hyperlink', 'javascript:alert(1)'],
        ['d', 'drawing', 'xl/d.xml'],
        ['n', 'comments', 'xl/n.xml'],
      ],
      parts: [
        {
          name: 'xl/d.xml',
          xml: `<xdr:wsDr ${drawing} ${names}><xdr:oneCellAnchor><xdr:from><xdr:col>3</xdr:col><xdr:row>4</xdr:row></xdr:from><xdr:graphicFrame><a:graphic><a:graphicData><c:chart r:id="c"/></a:graphicData></a:graphic></xdr:graphicFrame></xdr:oneCellAnchor></xdr:wsDr>`,
          relations: [['c', 'chart', 'xl/c.xml']],
        },
        { name: 'xl/c.xml', xml: chartXml('Growth', 'Sales', { '2025': 1.5, '2026': 2 }) },
        {
          name: 'xl/n.xml',
          xml: `<comments ${main}><authors><author>Ada</author></authors><commentList><comment ref="B2" authorId="0"><text><r><t>Ada:</t></r><r><t>\nCheck it</t></r></text></comment></commentList></comments>`,
        },
      ],
    });
    expect(text).toBe(
      '| Shop | Web |\n| --- | --- |\n| [Bath](https://example.com/a) | site |\n\nGrowth\n\nBar chart\n\n|  | Sales |\n| --- | --- |\n| 2025 | 1.5 |\n| 2026 | 2 |\n\nEnd\n\nComments:\n\n- B2 (Ada): Check it',
    );
  });

  it('is found under names in other case, with backslashes or percent signs', async () => {
    const bytes = await makeOffice([
      {
        name: 'XL/Workbook.xml',
        xml: `<workbook ${main} ${names}><sheets><sheet name="S" sheetId="1" r:id="s"/></sheets></workbook>`,
        relations: [['s', 'worksheet', 'xl/my%20sheet.xml']],
      },
      {
        name: 'xl\\My Sheet.xml',
        xml: `<worksheet ${main}>${data(row(1, ['found']))}</worksheet>`,
      },
    ]);
    expect((await extractDocument(formats.xlsx, bytes)).text).toBe('## S\n\nfound');
  });

  it('is read from a workbook of XlsxWriter', async () => {
    const { text } = await extractDocument(formats.xlsx, bytesOf(workbook));
    expect(text).toContain('| date | 2026-03-05 |');
    expect(text).toContain(
      '| Region | 2025 H1 | 2025 H2 | 2026 H1 |\n| --- | --- | --- | --- |\n| East | 7 | 8 | 9 |\n| East | 10 | 11 | 12 |',
    );
    expect(text).toContain('Sales and cost\n\nBar chart');
    expect(text).toContain('- B2 (Ada): Checked');
    expect(text).not.toContain('secret');
  });
});

describe('XLSX files that cannot be read', () => {
  it('fail as corrupt, unsafe_xml, unsupported or empty (R28)', async () => {
    expect(await faultOf({ sheets: { S: '<sheetData><row>' } })).toBe('corrupt');
    expect(await faultOf({ sheets: { S: '' } })).toBe('empty_document');
    expect(await faultOf({ sheets: { S: data('<row><c t="s"><v>0</v></c></row>') } })).toBe(
      'corrupt',
    );
    const code = (parts: readonly PartSource[]) =>
      makeOffice(parts)
        .then((bytes) => extractDocument(formats.xlsx, bytes))
        .then(String, (error: unknown) => (error instanceof DocumentFault ? error.code : error));
    expect(await code([{ name: 'word/document.xml', xml: '<document/>' }])).toBe('unsupported');
    expect(
      await code([
        { name: 'xl/workbook.xml', xml: `<!DOCTYPE w [<!ENTITY e "x">]><workbook ${main}/>` },
      ]),
    ).toBe('unsafe_xml');
  });

  it('fail as too_large with more cells than a workbook of text has', async () => {
    const line = `<row>${'<c><v>1</v></c>'.repeat(1000)}</row>`;
    expect(await faultOf({ sheets: { S: data(line.repeat(1100)) } })).toBe('too_large');
  });

  it('fail as too_large when many cells share one long text (R27)', async () => {
    const shared = `<row>${'<c t="s"><v>0</v></c>'.repeat(1000)}</row>`;
    const book = {
      sheets: { S: data(shared.repeat(20)) },
      strings: [`<t>${'x '.repeat(50_000)}</t>`],
    };
    expect(await faultOf(book)).toBe('too_large');
  });
});
