import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';
import report from '../fixtures/rtf/report.rtf?raw';

/** One byte per character. */
const bytes = (text: string) => Uint8Array.from(text, (character) => character.charCodeAt(0));
const readFile = async (content: string) =>
  (await extractDocument(formats.rtf, bytes(content))).text;
const read = (body: string, fonts = '') => readFile(`{\\rtf1\\ansi\\ansicpg1252${fonts} ${body}}`);
const faultOf = (content: string) =>
  readFile(content).then(
    () => 'none',
    (error: unknown) => (error instanceof DocumentFault ? error.code : error),
  );

describe('RTF', () => {
  it('is read as its reader sees it, as LibreOffice writes it', async () => {
    expect(await readFile(report)).toBe(`# Grinder report

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

|  |  |  |
| --- | --- | --- |
| Item | 2023 | 2024 |
| Grinder | 99 | 89 |
| Grinder | sold out | sold out |

\`\`\`
if (full) {
  stop();
\`\`\`

Power is $P=\\frac{W}{t}$.

See the box.

Keep it dry.

hidden section

[1] Without tax.

Grinder works Ltd.`);
  });

  it('decodes code pages by font, double bytes, DOS pages and Unicode with its fallback', async () => {
    const fonts =
      '{\\fonttbl{\\f0\\fcharset0 Arial;}{\\f1\\fcharset204{\\*\\fname Arial;}Arial CYR;}{\\f2\\fcharset128 MS Mincho;}{\\f3\\fcharset2 Symbol;}{\\f4\\fcharset238 Arial CE;}}';
    expect(await read("\\f1\\'cf\\'f0\\'e8 \\f4\\'9elu\\'9d \\f0 caf\\'e9", fonts)).toBe(
      'При žluť café',
    );
    expect(await read("\\f2\\'93\\'fa\\'96\\'7b \\'83A", fonts)).toBe('日本 ア');
    expect(await read("\\f3\\'61 \\u-3999 ?", fonts)).toBe('α α');
    expect(await read("\\u8364?\\u8364\\'80 \\uc2\\u26085??\\uc0\\u26412 {\\uc1\\u233 e}x")).toBe(
      '€€ 日本éx',
    );
    expect(await read('{\\uc0\\u-10179\\u-8704}')).toBe('😀');
    expect(await read('{\\upr{ascii}{\\*\\ud{unic\\u243 o}}}de')).toBe('unicóde');
    expect(await readFile("{\\rtf1\\pc caf\\'82}")).toBe('café');
    expect(await readFile("{\\rtf1\\mac caf\\'8e}")).toBe('café');
    const russian =
      "{\\rtf1\\ansi\\ansicpg1251{\\fonttbl{\\f0\\fcharset0 Arial;}}\\f0\\'cf\\'f0\\'e8}";
    expect(await readFile(russian)).toBe('При');
  });

  it('leaves out hidden and deleted text, pictures, field codes, index entries and unknown destinations', async () => {
    const body = [
      'seen {\\v X1}{\\deleted X2}{\\fs2 X3}{\\*\\unknown X4}{\\xe X5}{\\info{\\title X6}}',
      '{\\pict\\pngblip 58375837}{\\pict\\bin5 X8}}\\}{\\object{\\*\\objdata 5839}{\\result result}}',
      '{\\field{\\*\\fldinst HYPERLINK "https://x.test"}{\\fldrslt  link}}',
      '{\\nonesttables X10\\par}{\\v X11\\v0  shown}',
    ].join('');
    expect(await read(body)).toBe('seen result link shown');
  });

  it('reads symbols, dashes, quotes, line breaks and check boxes', async () => {
    expect(
      await read(
        '\\ldblquote a\\rdblquote\\~b\\_c\\-d\\emdash\\endash\\bullet\\{\\}\\\\\\line next\\\ntab\\tab end{\\field{\\*\\fldinst FORMCHECKBOX{\\*\\formfield{\\fftype1\\ffres25\\ffdefres1}}}{\\fldrslt }}',
      ),
    ).toBe('“a”\u00a0b-cd—–•{}\\\nnext\n\ntab end[x]');
  });

  it('shows the choice of a drop-down list and the symbol of a field in place of its result', async () => {
    const list = (state: string, result = '') =>
      `{\\field{\\*\\fldinst FORMDROPDOWN {\\*\\formfield{\\fftype2${state}{\\*\\ffname D}{\\*\\ffl Red}{\\*\\ffl Gr\\'fcn}}}}{\\fldrslt ${result}}}`;
    expect(
      await read(
        `${list('\\ffres1')}, ${list('\\ffres25\\ffdefres1', 'Blue')}, ${list('')}, ${list('\\ffres9')}! {\\field{\\*\\fldinst { SYMBOL 97 \\\\f "Symbol"}}{\\fldrslt a}}`,
      ),
    ).toBe('Grün, Grün, Red, Red! α');
  });

  it('reads headings by outline level and by style, and list labels', async () => {
    const styles =
      '{\\stylesheet{\\ql Normal;}{\\s1 heading 2;}{\\s7\\outlinelevel2 Abschnitt;}{\\s8 Title;}}';
    const label = (text: string, font = '') => `{\\listtext${font}\\tab ${text}\\tab}`;
    const fonts = '{\\fonttbl{\\f5\\fcharset2 Wingdings;}}';
    const body = [
      '\\pard\\s8 Top\\par\\pard\\s1 Two\\par\\pard\\s7 Three\\par\\pard\\outlinelevel0 One\\par',
      `\\pard\\ilvl0 ${label('1.')}first\\par ${label('o')}\\ilvl1 round\\par`,
      `\\pard ${label("\\'d8", '\\f5')}arrow\\par{\\pntext a)\\tab}old\\par\\pard body\\par`,
    ].join('');
    expect(await read(body, styles + fonts)).toBe(
      '# Top\n\n## Two\n\n### Three\n\n# One\n\n1. first\n  - round\n- arrow\na) old\n\nbody',
    );
  });

  it('reads tables with merged cells, repeated headers and tables in cells', async () => {
    const row = (edges: string, cells: readonly string[]) =>
      `\\trowd${edges}\\pard\\intbl ${cells.map((cell) => `${cell}\\cell`).join(' ')}\\row`;
    const merged = [
      row('\\trhdr\\cellx1000\\cellx2000\\cellx3000', ['Item', 'Old', 'New']),
      row('\\clvmgf\\cellx1000\\cellx3000', ['Tent', 'none']),
      row('\\clvmrg\\cellx1000\\cellx2010\\cellx3000', ['', '1', '2']),
    ].join('');
    expect(await read(`${merged}\\pard After.\\par`)).toBe(
      '| Item | Old | New |\n| --- | --- | --- |\n| Tent | none | none |\n| Tent | 1 | 2 |\n\nAfter.',
    );
    const inner =
      '\\pard\\intbl\\itap2 a\\nestcell b\\nestcell{\\*\\nesttableprops\\trowd\\cellx500\\cellx900\\nestrow}{\\nonesttables\\par}';
    const outer = `\\trowd\\cellx1000\\cellx2000\\pard\\intbl x\\par ${inner}\\pard\\intbl\\cell y\\cell\\row`;
    expect(await read(`${outer}${row('\\cellx1000\\cellx2000', ['p', 'q'])}`)).toBe(
      '|  |  |\n| --- | --- |\n| x; a; b | y |\n| p | q |',
    );
  });

  it('reads notes, comments, text boxes, alternative texts and each header once', async () => {
    const body = [
      '{\\header\\pard Shop manual\\par}{\\footer Page {\\field{\\*\\fldinst PAGE}{\\fldrslt 7}}\\par}{\\headerl Shop manual\\par}',
      'A{\\super\\chftn}{\\footnote\\pard\\plain{\\super\\chftn} note\\par} b{\\footnote\\ftnalt end\\par}',
      '{\\*\\atnauthor Ann}\\chatn{\\*\\annotation{\\*\\atndate 1}Why?\\par}',
      '{\\shp{\\*\\shpinst{\\sp{\\sn wzDescription}{\\sv A tent}}{\\shptxt In a box\\par}}{\\shprslt twice}}\\par',
    ].join('');
    expect(await read(body)).toBe(
      'A[1] b[i]\n\nComment (Ann): Why?\n\nA tent\n\nIn a box\n\n[1] note\n\n[i] end\n\nShop manual',
    );
  });

  it('reads formulas of Word', async () => {
    const fraction =
      '{\\mmath{\\*\\moMath{\\mr y=}{\\mf{\\mfPr{\\mctrlPr X}}{\\mnum{\\mr 1}}{\\mden{\\mr x+2}}}}{\\mmathPict X}}';
    expect(await read(`So ${fraction} holds.`)).toBe(String.raw`So $y=\frac{1}{x+2}$ holds.`);
  });

  it('is bounded and survives damage', async () => {
    expect(await faultOf(`{\\rtf1 ${'{'.repeat(2000)}x`)).toBe('too_large');
    expect(await faultOf('{\\rtf1}')).toBe('empty_document');
    expect(await readFile('\xef\xbb\xbf{\\rtf1 marked}')).toBe('marked');
    expect(await readFile('{\\rtf1 text}}}} after')).toBe('text after');
    expect(await readFile("{\\rtf1 cut \\'4")).toBe('cut');
    expect(await readFile('{\\rtf1 open {\\b bold')).toBe('open bold');
    expect(await readFile('{\\rtf1 a\\bin999999999 b')).toBe('a');
    expect(await readFile('{\\rtf1 \\cell\\row\\nestcell\\nestrow\\cellx\\row x}')).toBe('x');
    expect(await readFile(`{\\rtf1 \\pard\\intbl\\itap999999999 x\\nestcell y\\par}`)).toContain(
      'x',
    );
    expect(formats.rtf.checkHead(bytes('{\\rtf1'))).toBeNull();
    expect(formats.rtf.checkHead(bytes('plain'))).toBe(
      'is not a valid RTF (missing `{\\rtf` header)',
    );
  });

  it('is read in linear time', async () => {
    const started = performance.now();
    for (const piece of [
      '{\\b x}',
      "\\'e9",
      '\\u233 ?',
      'x\\par ',
      'x\\cell\\row ',
      '{\\footnote x}',
    ])
      await readFile(`{\\rtf1 x${piece.repeat(20_000)}}`);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
