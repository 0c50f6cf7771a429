import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';
import {
  chartXml,
  makeDeck,
  makeOffice,
  names,
  placed,
  type Slide,
  textBody,
} from '../support/office.ts';

const extract = async (slides: readonly Slide[]) =>
  extractDocument(formats.pptx, await makeDeck(slides));
const read = async (...slides: readonly Slide[]) => (await extract(slides)).text;

const title = (text: string) => placed('sp', '<p:ph type="title"/>', null, textBody(text));
const body = (content: string) => placed('sp', '<p:ph type="body" idx="1"/>', null, content);
const box = (x: number, y: number, width: number, height: number, text: string) =>
  placed('sp', '', [x, y, width, height], textBody(text));
const paragraph = (text: string, properties = '') =>
  `<a:p>${properties}<a:r><a:t>${text}</a:t></a:r></a:p>`;
const inBody = (...paragraphs: readonly string[]) => `<p:txBody>${paragraphs.join('')}</p:txBody>`;
const frame = (content: string) =>
  placed(
    'graphicFrame',
    '',
    [0, 0, 50, 50],
    `<a:graphic><a:graphicData>${content}</a:graphicData></a:graphic>`,
  );

describe('slides of PPTX files', () => {
  it('are pages with their titles as headings, in the order of the presentation, without hidden ones', async () => {
    const { text, pages } = await extract([
      { shapes: box(0, 50, 90, 9, 'First text') + title('One') },
      { shapes: title('Secret'), attributes: 'show="0"' },
      { shapes: title('Three') },
    ]);
    expect(text).toBe('# One\n\nFirst text\n\n# Three');
    expect(pages).toEqual([0, 19, 19]);
  });

  it('keep the order of the file where it can be read, else go by position', async () => {
    const columns = [box(0, 20, 40, 60, 'left'), box(50, 10, 40, 80, 'right')];
    expect(await read({ shapes: columns.join('') })).toBe('left\n\nright');
    const mixed = [
      box(50, 50, 40, 10, 'right below'),
      box(0, 50, 40, 10, 'left below'),
      box(50, 30, 40, 15, 'right'),
      box(0, 0, 90, 20, 'across'),
      box(0, 30, 40, 15, 'left'),
    ];
    expect(await read({ shapes: mixed.join('') })).toMatch(
      /^across\n\n(?:left\n\nright\n\nleft below\n\nright below|left\n\nleft below\n\nright\n\nright below)$/,
    );
  });

  it('read groups in their own coordinates', async () => {
    const group = `<p:grpSp><p:nvGrpSpPr/><p:grpSpPr><a:xfrm><a:off x="0" y="60"/><a:ext cx="90" cy="20"/><a:chOff x="0" y="0"/><a:chExt cx="900" cy="200"/></a:xfrm></p:grpSpPr>${box(0, 100, 900, 90, 'third')}${box(0, 0, 900, 90, 'second')}</p:grpSp>`;
    expect(await read({ shapes: group + box(0, 0, 90, 20, 'first') })).toBe(
      'first\n\nsecond\n\nthird',
    );
  });

  it('leave out hidden shapes, shapes beside the slide, tiny text, numbers of slides and empty placeholders', async () => {
    const shapes = [
      box(0, 0, 50, 20, 'seen'),
      box(2000, 0, 50, 20, 'beside'),
      box(0, 30, 50, 20, 'hidden').replace('name="n"', 'name="n" hidden="1"'),
      placed(
        'sp',
        '',
        [0, 60, 50, 20],
        inBody('<a:p><a:r><a:rPr sz="100"/><a:t>tiny</a:t></a:r></a:p>'),
      ),
      placed('sp', '<p:ph type="sldNum" idx="12"/>', null, textBody('7')),
      body(inBody('<a:p/>')),
    ];
    expect(await read({ shapes: shapes.join('') })).toBe('seen');
  });

  it('write the footer and the texts of layouts once', async () => {
    const footer = placed('sp', '<p:ph type="ftr" idx="11"/>', null, textBody('Confidential'));
    const slide = (text: string) => ({ shapes: title(text) + footer });
    const deck = await makeDeck([slide('A'), slide('B')], 'Layout slogan');
    expect((await extractDocument(formats.pptx, deck)).text).toBe(
      '# A\n\nConfidential\n\nLayout slogan\n\n# B',
    );
  });
});

describe('texts of PPTX files', () => {
  it('have the bullets and numbers of their paragraphs, layouts and masters', async () => {
    const auto = (type: string, level = 0) =>
      `<a:pPr lvl="${level}"><a:buAutoNum type="${type}"/></a:pPr>`;
    const content = inBody(
      paragraph('bullet of the master'),
      paragraph('of the second level', '<a:pPr lvl="1"/>'),
      paragraph('plain', '<a:pPr><a:buNone/></a:pPr>'),
      paragraph('one', auto('arabicPeriod')),
      paragraph('inner', auto('alphaLcParenR', 1)),
      paragraph('two', auto('arabicPeriod')),
      paragraph('other', auto('romanUcPeriod')),
    );
    expect(await read({ shapes: body(content) })).toBe(
      '- bullet of the master\n  - of the second level\n\nplain\n\n1. one\n  a) inner\n2. two\nI. other',
    );
  });

  it('show characters of symbol fonts', async () => {
    const run = (text: string, font: string) =>
      `<a:r><a:rPr><a:latin typeface="Arial"/>${font}</a:rPr><a:t>${text}</a:t></a:r>`;
    const line = `<a:p>${run('a &#xF0FC; b', '<a:sym typeface="Wingdings"/>')}${run('&#xF0FC;', '')}</a:p>`;
    const greek =
      '<a:p><a:r><a:rPr><a:latin typeface="Symbol"/></a:rPr><a:t>&#xF061;</a:t></a:r></a:p>';
    expect(await read({ shapes: placed('sp', '', [0, 0, 9, 9], inBody(line, greek)) })).toBe(
      'a ✓ b\uf0fc\n\nα',
    );
  });

  it('keep line breaks, raised and struck text, and formulas', async () => {
    const run = (text: string, properties: string) =>
      `<a:r><a:rPr ${properties}/><a:t>${text}</a:t></a:r>`;
    const line = `<a:p>${run('10', '')}${run('6', 'baseline="30000"')}<a:br/>${run('old', 'strike="sngStrike"')}</a:p>`;
    const math = `<a:p><mc:AlternateContent><mc:Choice Requires="a14"><a14:m><m:oMath><m:r><m:t>x</m:t></m:r></m:oMath></a14:m></mc:Choice><mc:Fallback/></mc:AlternateContent></a:p>`;
    const text = await read({ shapes: placed('sp', '', [0, 0, 9, 9], inBody(line, math)) });
    expect(text).toMatch(/^10\^6\n~~old~~\n\n\$?x\$?$/);
  });
});

describe('objects on slides', () => {
  it('are tables with merged cells, charts, diagrams, and pictures with alternative text', async () => {
    const cell = (text: string, rest = '') =>
      `<a:tc ${rest}>${textBody(text).replaceAll('p:txBody', 'a:txBody')}</a:tc>`;
    const table = `<a:tbl><a:tblPr firstRow="1"/><a:tr>${cell('Item')}${cell('Price', 'gridSpan="2"')}${cell('', 'hMerge="1"')}</a:tr><a:tr>${cell('tea')}${cell('3')}${cell('4')}</a:tr></a:tbl>`;
    const point = (id: string, text: string, type = 'node') =>
      `<dgm:pt modelId="${id}" type="${type}"><dgm:t><a:p><a:r><a:t>${text}</a:t></a:r></a:p></dgm:t></dgm:pt>`;
    const link = (from: string, to: string, order: number) =>
      `<dgm:cxn modelId="c${to}" srcId="${from}" destId="${to}" srcOrd="${order}" destOrd="0"/>`;
    const picture = placed('pic', '', [0, 0, 9, 9], '').replace(
      'name="n"',
      'name="n" descr="A map"',
    );
    const text = await read({
      shapes: [
        frame(table),
        frame('<c:chart r:id="chart"/>'),
        frame('<dgm:relIds r:dm="data"/>'),
        picture,
      ].join(''),
      relations: [
        ['chart', 'chart', 'ppt/chart.xml'],
        ['data', 'diagramData', 'ppt/data.xml'],
      ],
      parts: [
        { name: 'ppt/chart.xml', xml: chartXml('Growth', 'Sales', { Q1: 1, Q2: 2.5 }) },
        {
          name: 'ppt/data.xml',
          xml: `<dgm:dataModel ${names}><dgm:ptLst>${point('d', '', 'doc')}${point('2', 'Roast')}${point('1', 'Harvest')}${point('3', 'by hand')}</dgm:ptLst><dgm:cxnLst>${link('d', '1', 0)}${link('d', '2', 1)}${link('1', '3', 0)}</dgm:cxnLst></dgm:dataModel>`,
        },
      ],
    });
    expect(text).toBe(
      '| Item | Price | Price |\n| --- | --- | --- |\n| tea | 3 | 4 |\n\nGrowth\n\nBar chart\n\n|  | Sales |\n| --- | --- |\n| Q1 | 1 |\n| Q2 | 2.5 |\n\n- Harvest\n  - by hand\n- Roast\n\nA map',
    );
  });

  it('are followed by the notes and comments of their slide', async () => {
    const p = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
    const notes = `<p:notes ${p} ${names}><p:cSld><p:spTree>${body(textBody('Say hello'))}${placed('sp', '<p:ph type="sldNum"/>', null, textBody('1'))}</p:spTree></p:cSld></p:notes>`;
    const text = await read({
      shapes: title('Hello'),
      relations: [
        ['n', 'notesSlide', 'ppt/n.xml'],
        ['c', 'comments', 'ppt/c.xml'],
      ],
      parts: [
        { name: 'ppt/n.xml', xml: notes },
        {
          name: 'ppt/c.xml',
          xml: `<p:cmLst ${p}><p:cm authorId="0"><p:text>Shorter</p:text></p:cm></p:cmLst>`,
        },
      ],
    });
    expect(text).toBe('# Hello\n\nNotes:\n\nSay hello\n\nComments:\n\n- Ada: Shorter');
  });
});

describe('PPTX files that cannot be read', () => {
  const code = (bytes: Promise<Uint8Array<ArrayBuffer>>) =>
    bytes
      .then((content) => extractDocument(formats.pptx, content))
      .then(String, (error: unknown) => (error instanceof DocumentFault ? error.code : error));

  it('fail as empty, unsupported, corrupt, unsafe_xml or too_large (R28)', async () => {
    expect(await code(makeDeck([{ shapes: '' }]))).toBe('empty_document');
    expect(await code(makeOffice([{ name: 'xl/workbook.xml', xml: '<workbook/>' }]))).toBe(
      'unsupported',
    );
    expect(await code(makeDeck([{ shapes: '<p:sp>' }]))).toBe('corrupt');
    const deep = '<p:grpSp>'.repeat(500) + '</p:grpSp>'.repeat(500);
    expect(await code(makeDeck([{ shapes: deep }]))).toBe('too_large');
    const main = 'xmlns:p="http://schemas.openxmlformats.org/presentationml/2006/main"';
    const unsafe = `<!DOCTYPE p [<!ENTITY e "x">]><p:presentation ${main}/>`;
    expect(await code(makeOffice([{ name: 'ppt/presentation.xml', xml: unsafe }]))).toBe(
      'unsafe_xml',
    );
  });

  it('fail as corrupt without one of their slides, and are read with shapes in great number', async () => {
    const shapes = Array.from({ length: 3000 }, (_, index) =>
      box(index % 7, index % 900, 5, 5, `s${index}`),
    ).join('');
    expect(await read({ shapes })).toContain('s2999');
    expect(await code(makeDeck([{ shapes }, { shapes, isMissing: true }]))).toBe('corrupt');
  });
});
