import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { DocumentFault } from '../../src/documents/fault.ts';
import { formats } from '../../src/documents/formats.ts';
import { docxParts, makeZip, type ZipEntry } from '../support/documents.ts';

const w = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"';
const r = 'xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"';
const xml = (name: string, content: string): ZipEntry => ({
  name,
  content: Uint8Array.from(new TextEncoder().encode(content)),
});

/** Parts by the type of their relationship, which is their id as well. */
async function read(body: string, parts: Readonly<Record<string, string>> = {}): Promise<string> {
  const named = Object.entries(parts).map(([type, content]) => ({
    type,
    target: `${type}.xml`,
    content,
  }));
  const links = named.map(
    ({ type, target }) =>
      `<Relationship Id="${type}" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/${type}" Target="${target}"/>`,
  );
  const rels = `<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">${links.join('')}</Relationships>`;
  const entries = [
    ...docxParts(body),
    xml('word/_rels/document.xml.rels', rels),
    ...named.map(({ target, content }) => xml(`word/${target}`, content)),
  ];
  return (await extractDocument(formats.docx, await makeZip(entries))).text;
}

const run = (text: string, properties = '') =>
  `<w:r><w:rPr>${properties}</w:rPr><w:t xml:space="preserve">${text}</w:t></w:r>`;
const p = (content: string, properties = '') => `<w:p><w:pPr>${properties}</w:pPr>${content}</w:p>`;
const styles = (content: string) => `<w:styles ${w}>${content}</w:styles>`;
const style = (id: string, rest: string, type = 'paragraph') =>
  `<w:style w:type="${type}" w:styleId="${id}"><w:name w:val="${id}"/>${rest}</w:style>`;
const level = (index: number, format: string, text: string, rest = '') =>
  `<w:lvl w:ilvl="${index}"><w:start w:val="1"/><w:numFmt w:val="${format}"/>${rest}<w:lvlText w:val="${text}"/></w:lvl>`;
const inList = (text: string, num: number, ilvl = 0) =>
  p(run(text), `<w:numPr><w:ilvl w:val="${ilvl}"/><w:numId w:val="${num}"/></w:numPr>`);
const numbering = (abstracts: readonly string[], nums: readonly string[]) =>
  `<w:numbering ${w}>${abstracts.map((levels, id) => `<w:abstractNum w:abstractNumId="${id}">${levels}</w:abstractNum>`).join('')}${nums.join('')}</w:numbering>`;
const num = (id: number, abstract: number, overrides = '') =>
  `<w:num w:numId="${id}"><w:abstractNumId w:val="${abstract}"/>${overrides}</w:num>`;
const startAt = (ilvl: number, start: number) =>
  `<w:lvlOverride w:ilvl="${ilvl}"><w:startOverride w:val="${start}"/></w:lvlOverride>`;

describe('lists in Word documents', () => {
  it('keep their visible labels: levels, formats, restarts and continuation after other text', async () => {
    const outline =
      level(0, 'decimal', '%1.') +
      level(1, 'decimal', '%1.%2') +
      level(2, 'lowerLetter', '(%3)') +
      level(3, 'upperRoman', '%4)');
    const body = [
      inList('Scope', 1),
      inList('Terms', 1, 1),
      inList('Fees', 1, 1),
      inList('base', 1, 2),
      inList('extra', 1, 2),
      inList('deep', 1, 3),
      p(run('A note between.')),
      inList('Duration', 1),
      inList('Start', 1, 1),
      inList('Later', 2),
    ].join('');
    const text = await read(body, {
      numbering: numbering([outline], [num(1, 0), num(2, 0, startAt(0, 7))]),
    });
    expect(text).toBe(
      '1. Scope\n  1.1 Terms\n  1.2 Fees\n    (a) base\n    (b) extra\n      I) deep\n\nA note between.\n\n2. Duration\n  2.1 Start\n7. Later',
    );
  });

  it('start at an overridden number, and count in letters as Word does', async () => {
    const levels = `<w:lvl w:ilvl="0"><w:start w:val="12"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="Annex %1:"/></w:lvl>`;
    const long =
      '<w:lvl w:ilvl="0"><w:start w:val="26"/><w:numFmt w:val="lowerLetter"/><w:lvlText w:val="%1)"/></w:lvl>';
    const text = await read(
      inList('one', 1) + inList('two', 1) + inList('z', 2) + inList('aa', 2),
      {
        numbering: numbering([levels, long], [num(1, 0), num(2, 1)]),
      },
    );
    expect(text).toBe('Annex L: one\nAnnex M: two\nz) z\naa) aa');
  });

  it('number headings by style, without counting bullets and hidden paragraphs', async () => {
    const levels =
      level(0, 'decimal', '§ %1', '<w:pStyle w:val="heading 1"/>') +
      level(1, 'decimal', '%1-%2', '<w:pStyle w:val="heading 2"/>');
    const heading = (name: string, text: string, mark = '') =>
      p(run(text, mark), `<w:pStyle w:val="${name}"/><w:rPr>${mark}</w:rPr>`);
    const text = await read(
      heading('heading 1', 'Rent') +
        heading('heading 1', 'Secret', '<w:vanish/>') +
        heading('heading 1', 'Deposit') +
        heading('heading 2', 'Amount') +
        inList('point', 2),
      {
        styles: styles(
          ['heading 1', 'heading 2']
            .map((id) => style(id, '<w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr>'))
            .join(''),
        ),
        numbering: numbering([levels, level(0, 'bullet', '')], [num(1, 0), num(2, 1)]),
      },
    );
    expect(text).toBe('# § 1 Rent\n\n# § 2 Deposit\n\n## 2-1 Amount\n\n- point');
  });
});

describe('text of Word documents', () => {
  it('omits text hidden by runs, by styles or by tracked deletion', async () => {
    const defined = styles(
      style('Ghost', '<w:rPr><w:vanish/></w:rPr>', 'character') +
        style('Base', '<w:rPr><w:vanish/></w:rPr>') +
        style('Derived', '<w:basedOn w:val="Base"/>') +
        style('Shown', '<w:basedOn w:val="Base"/><w:rPr><w:vanish w:val="0"/></w:rPr>'),
    );
    const body = [
      p(
        run('seen') +
          run(' by-run', '<w:vanish/>') +
          run(' by-style', '<w:rStyle w:val="Ghost"/>') +
          run(' shown', '<w:rStyle w:val="Ghost"/><w:vanish w:val="false"/>'),
      ),
      p(run('by-paragraph-style'), '<w:pStyle w:val="Derived"/>'),
      p(run('back'), '<w:pStyle w:val="Shown"/>'),
      p(
        `<w:del w:id="1">${run('old')}</w:del><w:ins w:id="2">${run('new')}</w:ins><w:moveFrom w:id="3">${run('there')}</w:moveFrom><w:moveTo w:id="4">${run(' here')}</w:moveTo>`,
      ),
      p(run('dot', '<w:sz w:val="1"/>')),
    ].join('');
    expect(await read(body, { styles: defined })).toBe('seen shown\n\nback\n\nnew here');
  });

  it('keeps fields, content controls, symbols, and text boxes in either form once', async () => {
    const field = (code: string, result: string) =>
      `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>${code}</w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run(result)}<w:r><w:fldChar w:fldCharType="end"/></w:r>`;
    const prompt = (part: string, content: string) =>
      `<w:sdt><w:sdtPr><w:placeholder><w:docPart w:val="${part}"/></w:placeholder><w:showingPlcHdr/></w:sdtPr><w:sdtContent>${p(content)}</w:sdtContent></w:sdt>`;
    const box = `<w:txbxContent>${p(run('Boxed words'))}</w:txbxContent>`;
    const drawing = `<w:r><mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice Requires="wps"><w:drawing><wps:wsp xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:txbx>${box}</wps:txbx></wps:wsp></w:drawing></mc:Choice><mc:Fallback><w:pict><v:textbox xmlns:v="urn:schemas-microsoft-com:vml">${box}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent></w:r>`;
    const body = [
      p(
        `${run('Dated ')}<w:fldSimple w:instr=" DATE ">${run('3 May')}</w:fldSimple>${run(', see ')}${field(' REF x ', 'clause 9')}${drawing}`,
      ),
      `<w:sdt><w:sdtPr/><w:sdtContent>${p(run('Controlled'))}</w:sdtContent></w:sdt>`,
      prompt(
        'DefaultPlaceholder_1',
        run('Click to enter text', '<w:rStyle w:val="PlaceholderText"/>'),
      ),
      prompt('DefaultPlaceholder_1', run('Filled in by a program')),
      prompt('55E7B37B', run('[Job title]', '<w:rStyle w:val="PlaceholderText"/>')),
      p(
        `<w:r><w:sym w:font="Wingdings" w:char="F0FC"/></w:r><w:r><w:noBreakHyphen/></w:r><w:r><w:tab/></w:r>${run('end')}`,
      ),
    ].join('');
    expect(await read(body)).toBe(
      'Dated 3 May, see clause 9\n\nBoxed words\n\nControlled\n\nFilled in by a program\n\n[Job title]\n\n✓- end',
    );
  });

  it('shows characters typed in symbol fonts, whether the run or its style names the font', async () => {
    const font = (name: string) => `<w:rFonts w:ascii="${name}" w:hAnsi="${name}"/>`;
    const defined = styles(
      style('Ticks', `<w:rPr>${font('Wingdings')}</w:rPr>`, 'character') +
        style('Greek', `<w:rPr>${font('Symbol')}</w:rPr>`),
    );
    const body =
      p(
        run('&#xF061;&#xF0B7;', font('Symbol')) +
          run(' z ') +
          run('&#xF0FC;', '<w:rStyle w:val="Ticks"/>'),
      ) + p(run('&#xF062;') + run(' &#xF001;&#xF0E0;', font('Icons')), '<w:pStyle w:val="Greek"/>');
    expect(await read(body, { styles: defined })).toBe('α• z ✓\n\nβ \uf001\uf0e0');
  });

  it('shows the state of form fields and of check boxes in content controls once', async () => {
    const field = (data: string, result = '') =>
      `<w:r><w:fldChar w:fldCharType="begin"><w:ffData>${data}</w:ffData></w:fldChar></w:r><w:r><w:instrText> FORM </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${result}<w:r><w:fldChar w:fldCharType="end"/></w:r>`;
    const symbol = (code: string) =>
      `<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> ${code} </w:instrText></w:r><w:r><w:fldChar w:fldCharType="separate"/></w:r>${run('?')}<w:r><w:fldChar w:fldCharType="end"/></w:r>`;
    const list = (state: string) =>
      `<w:ddList>${state}<w:listEntry w:val="Red"/><w:listEntry w:val="Green"/></w:ddList>`;
    const control = (kind: string, content: string) =>
      `<w:sdt><w:sdtPr>${kind}</w:sdtPr><w:sdtContent>${content}</w:sdtContent></w:sdt>`;
    const w14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"';
    const box = (state: string) =>
      `<w14:checkbox ${w14}><w14:checked w14:val="${state}"/></w14:checkbox>`;
    const body = [
      p(
        field(list('<w:result w:val="1"/>')) +
          run(', ') +
          field(list('<w:default w:val="1"/>'), run('Green')),
      ),
      p(field(list('')) + run(', ') + field(list('<w:result w:val="9"/>')) + run('!')),
      p(field('<w:checkBox><w:default w:val="1"/></w:checkBox>', run('☒')) + run(' yes')),
      p(['SYMBOL 97 \\f "Symbol" \\s 12', 'SYMBOL 0x41', 'SYMBOL x'].map(symbol).join(' ')),
      p(field('<w:textInput><w:default w:val="?"/></w:textInput>', run('Typed'))),
      p(control(box('1'), '<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>') + run(' agreed')),
      control(box('0'), p(run('☐'))),
      `<w:tbl><w:tr>${control(box('1'), `<w:tc>${p(run('☒'))}</w:tc>`)}<w:tc>${p(control('<w:dropDownList><w:listItem w:value="a"/></w:dropDownList>', run('Chosen')))}</w:tc></w:tr></w:tbl>`,
    ].join('');
    expect(await read(body)).toBe(
      'Green, Green\n\nRed, Red!\n\n[x] yes\n\nαA?\n\nTyped\n\n[x] agreed\n\n[ ]\n\n[x]\n\nChosen',
    );
  });

  it('marks superscripts, subscripts and struck-out text across runs, and writes formulas in LaTeX', async () => {
    const math = (inner: string) =>
      `<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">${inner}</m:oMath>`;
    const t = (text: string) => `<m:r><m:t>${text}</m:t></m:r>`;
    const body = [
      p(
        run('10') +
          run('1', '<w:vertAlign w:val="superscript"/>') +
          run('2', '<w:vertAlign w:val="superscript"/>') +
          run(' H') +
          run('2', '<w:vertAlign w:val="subscript"/>') +
          run('O'),
      ),
      p(run('Price ') + run('90', '<w:strike/>') + run(' francs', '<w:dstrike/>') + run(' 80')),
      p(
        math(
          `<m:sSup><m:e>${t('x')}</m:e><m:sup>${t('n-1')}</m:sup></m:sSup>${t('=')}<m:f><m:num>${t('a')}</m:num><m:den>${t('b+1')}</m:den></m:f>`,
        ),
      ),
    ].join('');
    expect(await read(body)).toBe(
      '10^12 H_2O\n\nPrice ~~90 francs~~ 80\n\n$x^{n-1}=\\frac{a}{b+1}$',
    );
  });

  it('keeps the white space of code, identified by style or font, and of nothing else', async () => {
    const mono = '<w:rFonts w:ascii="Consolas"/>';
    const body = [
      p(run('def f():'), '<w:pStyle w:val="Source Code"/>'),
      p(run('            return 1'), '<w:pStyle w:val="Source Code"/>'),
      p(run('prose   here')),
      p(run('if (x) {', mono)),
      p(`<w:r><w:rPr>${mono}</w:rPr><w:tab/><w:t>y();</w:t></w:r>`),
      p(run('Dear reader', mono), '<w:jc w:val="left"/>').replace('Dear', 'A'),
    ];
    expect(await read(body.join(''), { styles: styles(style('Source Code', '')) })).toBe(
      '```\ndef f():\n            return 1\n```\n\nprose here\n\n```\nif (x) {\n\ty();\nA reader\n```',
    );
    expect(await read(p(run('Dear reader', mono)))).toBe('Dear reader');
  });

  it('includes notes, comments, headers and footers once, without page numbers', async () => {
    const note = (kind: string, id: number, text: string) =>
      `<w:${kind} w:id="${id}">${p(run(text))}</w:${kind}>`;
    const section = `<w:sectPr><w:headerReference w:type="default" r:id="header" ${r}/><w:footerReference w:type="first" r:id="footer" ${r}/></w:sectPr>`;
    const body = p(
      `${run('Price')}<w:r><w:footnoteReference w:id="5"/></w:r>${run(' and term')}<w:r><w:endnoteReference w:id="2"/></w:r><w:r><w:commentReference w:id="0"/></w:r>`,
    );
    const text = await read(body + section, {
      footnotes: `<w:footnotes ${w}>${note('footnote', 5, 'Without tax.')}${note('footnote', 6, 'Never named.')}</w:footnotes>`,
      endnotes: `<w:endnotes ${w}>${note('endnote', 2, 'One year.')}</w:endnotes>`,
      comments: `<w:comments ${w}>${note('comment', 0, 'In euros?').replace('w:id', 'w:author="Ada" w:id')}${note('comment', 1, 'Unreferenced')}</w:comments>`,
      header: `<w:hdr ${w}>${p(run('Contract 12/B'))}${p(`${run('Page ')}<w:fldSimple w:instr="PAGE">${run('1')}</w:fldSimple>`)}</w:hdr>`,
      footer: `<w:ftr ${w}>${p(run('Only on a first page'))}</w:ftr>`,
    });
    expect(text).toBe(
      'Price[1] and term[i]\n\n[1] Without tax.\n\n[i] One year.\n\nComments:\n\n- Ada: In euros?\n\nContract 12/B',
    );
  });
});

describe('tables in Word documents', () => {
  const cell = (content: string, properties = '') =>
    `<w:tc><w:tcPr>${properties}</w:tcPr>${content}</w:tc>`;
  const row = (cells: readonly string[], properties = '') =>
    `<w:tr><w:trPr>${properties}</w:trPr>${cells.join('')}</w:tr>`;
  const table = (rows: readonly string[]) => `<w:tbl><w:tblPr/>${rows.join('')}</w:tbl>`;
  const words = (text: string, properties = '', format = '') =>
    cell(p(run(text, format)), properties);

  it('keep cells under their headers across spans, without deleted and hidden rows', async () => {
    const rows = [
      row(
        ['Day', 'Room', 'Hours'].map((text) => words(text)),
        '<w:tblHeader/>',
      ),
      row([words('Mon', '<w:vMerge w:val="restart"/>'), words('A'), words('9')]),
      row([words('', '<w:vMerge/>'), words('B | C'), words('10')]),
      row([words('x'), words('y'), words('z')], '<w:del w:id="1"/>'),
      row([words('h'), words('i'), words('j')], '<w:hidden/>'),
      row([words('All', '<w:gridSpan w:val="2"/>'), words('19')]),
      row([words('late')], '<w:gridBefore w:val="2"/>'),
    ];
    expect(await read(table(rows))).toBe(
      '| Day | Room | Hours |\n| --- | --- | --- |\n| Mon | A | 9 |\n| Mon | B \\| C | 10 |\n| All | All | 19 |\n|  |  | late |',
    );
  });

  it('have a header when the first row is set off, and none otherwise', async () => {
    const plain = [row([words('Mon'), words('closed')]), row([words('Tue'), words('open')])];
    expect(await read(table(plain))).toBe(
      '|  |  |\n| --- | --- |\n| Mon | closed |\n| Tue | open |',
    );
    const bold = [row([words('Day', '', '<w:b/>'), words('State', '', '<w:b/>')]), ...plain];
    expect(await read(table(bold))).toContain('| Day | State |\n| --- | --- |\n| Mon |');
    expect(
      await read(
        table([row([words('Day'), words('Visitors')]), row([words('Mon'), words('1,204')])]),
      ),
    ).toContain('| Day | Visitors |\n| ---');
  });

  it('span columns merged either way, and hide text by table style', async () => {
    const rows = [
      row([words('Shift', '<w:hMerge w:val="restart"/>'), words('', '<w:hMerge/>'), words('Pay')]),
      row([words('early'), words('6'), words('12')]),
    ];
    expect(await read(table(rows))).toContain('| Shift | Shift | Pay |');
    const ghost = styles(style('Ghost', '<w:rPr><w:vanish/></w:rPr>', 'table'));
    const hidden = table([
      row([words('unseen'), words('shown', '', '<w:vanish w:val="0"/>')]),
    ]).replace('<w:tblPr/>', '<w:tblPr><w:tblStyle w:val="Ghost"/></w:tblPr>');
    const text = await read(hidden + p(run('after')), { styles: ghost });
    expect(text).toContain('shown');
    expect(text).toContain('after');
    expect(text).not.toContain('unseen');
  });

  it('separate paragraphs, lists and tables within a cell', async () => {
    const inner = table([row([words('S'), words('1')]), row([words('M'), words('2')])]);
    const rows = [
      row([words('k'), cell(p(run('Open.')) + p(run('Wait')) + p(run('Close')))]),
      row([words('l'), cell(p('') + inner + p(''))]),
    ];
    expect(await read(table(rows))).toContain('| k | Open. Wait; Close |\n| l | S, 1; M, 2 |');
  });
});

describe('drawings and raised text in Word documents', () => {
  const names =
    'xmlns:wp="http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing" xmlns:v="urn:schemas-microsoft-com:vml"';
  const picture = (attributes: string) =>
    `<w:r><w:drawing ${names}><wp:inline><wp:docPr id="1" name="p" ${attributes}/></wp:inline></w:drawing></w:r>`;

  it('contribute their text unless they are hidden', async () => {
    expect(await read(p(run('See') + picture('descr="a map of the site"') + run('below.')))).toBe(
      'See a map of the site below.',
    );
    expect(await read(p(run('See') + picture('descr="unseen" hidden="1"') + run(' below.')))).toBe(
      'See below.',
    );
    const box = (style: string) =>
      `<w:r><w:pict ${names}><v:shape style="${style}"><v:textbox><w:txbxContent>${p(run('In a box'))}</w:txbxContent></v:textbox></v:shape></w:pict></w:r>`;
    expect(await read(p(run('Text')) + p(box('width:9pt')))).toBe('Text\n\nIn a box');
    expect(await read(p(run('Text')) + p(box('width:9pt;visibility:hidden')))).toBe('Text');
  });

  it('mark text raised by its position', async () => {
    const raised = (text: string, by: number) =>
      run(text, `<w:position w:val="${by}"/><w:sz w:val="14"/>`);
    expect(
      await read(
        p(
          run('5 m') +
            raised('3', 8) +
            run(' of CO') +
            raised('2', -6) +
            run(', and') +
            raised(' more', 1),
        ),
      ),
    ).toBe('5 m^3 of CO_2, and more');
  });
});

describe('parts of Word documents', () => {
  it('fail as unsafe_xml with a document type, and as corrupt when malformed (R28)', async () => {
    const faultOf = async (content: string) => {
      const entries = docxParts(p(run('x'))).map((entry) =>
        entry.name === 'word/document.xml' ? xml(entry.name, content) : entry,
      );
      return extractDocument(formats.docx, await makeZip(entries)).then(String, (error: unknown) =>
        error instanceof DocumentFault ? error.code : error,
      );
    };
    const late = `<?xml version="1.0"?><!--${' '.repeat(9000)}--><!DOCTYPE d [<!ENTITY e "x">]><w:document ${w}><w:body/></w:document>`;
    expect(await faultOf(late)).toBe('unsafe_xml');
    expect(await faultOf(`<w:document ${w}><w:body><w:p></w:body></w:document>`)).toBe('corrupt');
    expect(
      await faultOf(
        `<w:document ${w}><w:body>${'<w:sdt>'.repeat(2000)}${'</w:sdt>'.repeat(2000)}</w:body></w:document>`,
      ),
    ).toBe('too_large');
  });
});
