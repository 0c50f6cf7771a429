import { describe, expect, it } from 'vitest';
import { extractDocument } from '../../src/documents/extract.ts';
import { formats } from '../../src/documents/formats.ts';
import { docxParts, makeZip } from '../support/documents.ts';

const names = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"';
const read = async (inner: string) => {
  const body = `<w:p><m:oMath ${names}>${inner}</m:oMath></w:p>`;
  return (await extractDocument(formats.docx, await makeZip(docxParts(body)))).text;
};

const t = (text: string, properties = '') =>
  `<m:r>${properties === '' ? '' : `<m:rPr>${properties}</m:rPr>`}<m:t xml:space="preserve">${text}</m:t></m:r>`;
const e = (inner: string, name = 'e') => `<m:${name}>${inner}</m:${name}>`;
const property = (name: string, value: string) => `<m:${name} m:val="${value}"/>`;
const row = (...cells: readonly string[]) =>
  `<m:mr>${cells.map((cell) => e(t(cell))).join('')}</m:mr>`;
const matrix = `<m:m>${row('a', 'b')}${row('c', 'd')}</m:m>`;
const limits = e(t('n=1'), 'sub') + e(t('∞'), 'sup');

describe('formulas of Office documents', () => {
  it.each([
    ['fractions', `<m:f>${e(t('a'), 'num')}${e(t('b+1'), 'den')}</m:f>`, '\\frac{a}{b+1}'],
    [
      'binomials',
      `<m:f><m:fPr>${property('type', 'noBar')}</m:fPr>${e(t('n'), 'num')}${e(t('k'), 'den')}</m:f>`,
      '\\genfrac{}{}{0pt}{}{n}{k}',
    ],
    ['scripts of a group', `<m:sSup>${e(t('ab'))}${e(t('2'), 'sup')}</m:sSup>`, '{ab}^{2}'],
    [
      'sums',
      `<m:nary><m:naryPr>${property('chr', '∑')}</m:naryPr>${limits}${e(t('x'))}</m:nary>`,
      '\\sum_{n=1}^{\\infty} x',
    ],
    [
      'integrals without limits',
      `<m:nary><m:naryPr>${property('subHide', '1')}${property('supHide', '1')}</m:naryPr>${limits}${e(t('xdx'))}</m:nary>`,
      '\\int xdx',
    ],
    ['roots', `<m:rad>${e(t('3'), 'deg')}${e(t('x'))}</m:rad>`, '\\sqrt[3]{x}'],
    [
      'matrices',
      `<m:d>${e(matrix)}</m:d>`,
      '\\left(\\begin{matrix} a & b \\\\ c & d \\end{matrix}\\right)',
    ],
    [
      'cases',
      `<m:d><m:dPr>${property('begChr', '{')}${property('endChr', '')}</m:dPr>${e(`<m:eqArr>${e(t('0, x&amp;&lt;0'))}${e(t('1'))}</m:eqArr>`)}</m:d>`,
      '\\left\\{\\begin{array}{c} 0, x<0 \\\\ 1 \\end{array}\\right.',
    ],
    [
      'separators',
      `<m:d><m:dPr>${property('begChr', '⟨')}${property('endChr', '⟩')}</m:dPr>${e(t('a'))}${e(t('b'))}</m:d>`,
      '\\left\\langle a\\middle\\vert b\\right\\rangle',
    ],
    [
      'accents',
      `<m:acc>${e(t('x'))}</m:acc><m:acc><m:accPr>${property('chr', '\u20d7')}</m:accPr>${e(t('v'))}</m:acc>`,
      '\\hat{x}\\vec{v}',
    ],
    [
      'bars',
      `<m:bar><m:barPr>${property('pos', 'top')}</m:barPr>${e(t('x'))}</m:bar>`,
      '\\overline{x}',
    ],
    [
      'functions',
      `<m:func>${e(t('sin', '<m:sty m:val="p"/>'), 'fName')}${e(t('x'))}</m:func>${t('+')}<m:func>${e(t('foo'), 'fName')}${e(t('y'))}</m:func>`,
      '\\sin x +\\operatorname{foo} y',
    ],
    [
      'limits',
      `<m:func>${e(`<m:limLow>${e(t('lim'))}${e(t('n→∞'), 'lim')}</m:limLow>`, 'fName')}${e(t('a'))}</m:func>`,
      '\\lim_{n\\to \\infty} a',
    ],
    [
      'braces',
      `<m:limLow>${e(`<m:groupChr>${e(t('a+b'))}</m:groupChr>`)}${e(t('n'), 'lim')}</m:limLow>`,
      '\\underbrace{a+b}_{n}',
    ],
    [
      'letters of other alphabets',
      `${t('R', '<m:scr m:val="double-struck"/>')}${t('𝑥α≤50%')}`,
      '\\mathbb{R}x\\alpha \\leq 50\\%',
    ],
    ['words', t('if so', '<m:nor/>'), '\\text{if so}'],
  ])('write %s in LaTeX', async (_, inner, latex) => {
    expect(await read(inner)).toBe(`$${latex}$`);
  });

  it('stand on lines of their own as in the document, and leave nothing when empty', async () => {
    const math = `<m:oMath>${t('x')}</m:oMath>`;
    const body = `<w:p><m:oMathPara ${names}>${math}</m:oMathPara></w:p><w:p><w:r><w:t>after</w:t></w:r><m:oMath ${names}/></w:p>`;
    const { text } = await extractDocument(formats.docx, await makeZip(docxParts(body)));
    expect(text).toBe('$$x$$\n\nafter');
  });

  it('fail as too_large when nested beyond the limit', async () => {
    const deep = '<m:e>'.repeat(500) + '</m:e>'.repeat(500);
    await expect(read(deep)).rejects.toMatchObject({ code: 'too_large' });
  });
});
