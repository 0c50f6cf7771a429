import { accents, functions, latexOf } from '../markup/latex-symbols.ts';
import { childOf, elementsOf, textIn, type XmlElement } from './xml.ts';

/** Writes a formula (ECMA-376, 22.1) in LaTeX: `$x^{2}$`, or `$$…$$` for each one of a paragraph of its own. */
export function readMath(node: XmlElement): string {
  if (node.name !== 'm:oMathPara') return delimitedBy('$', latexIn(node));
  const formulas = elementsOf(node).filter(({ name }) => name === 'm:oMath');
  return formulas.map((formula) => delimitedBy('$$', latexIn(formula))).join(' ');
}

const delimitedBy = (mark: string, latex: string) => {
  const tidy = latex
    .replaceAll(/\s+/g, ' ')
    .replaceAll(/ (?=[_^}])/g, '')
    .trim();
  return tidy === '' ? '' : `${mark}${tidy}${mark}`;
};

const latexIn = (node: XmlElement | undefined): string => elementsOf(node).map(latex).join('');

const inner = (node: XmlElement, name: string) => latexIn(childOf(node, name)).trim();

/** Returns a property of a node, such as the character of an accent. */
const propertyIn = (node: XmlElement, name: string, otherwise: string): string => {
  const found = childOf(childOf(node, `${node.name}Pr`), name);
  return found === undefined ? otherwise : (found.attributes['m:val'] ?? '');
};

const isOn = (node: XmlElement, name: string) =>
  /^(?:1|true|on)?$/.test(propertyIn(node, name, 'off'));

const group = (latex: string) => `{${latex}}`;

/** A base is grouped unless it is one symbol, so that a script applies to all of it. */
const base = (text: string) =>
  [...text].length === 1 ||
  /^\\[A-Za-z]+(?:\{[^{}]*\})*$/.test(text) ||
  /^\\left.*\\right\S+$/.test(text)
    ? text
    : group(text);

const script = (mark: '_' | '^', text: string) => (text === '' ? '' : `${mark}${group(text)}`);

const writers: Readonly<Record<string, (node: XmlElement) => string>> = {
  'm:r': run,
  'm:f': fraction,
  'm:sSup': (node) => base(inner(node, 'm:e')) + script('^', inner(node, 'm:sup')),
  'm:sSub': (node) => base(inner(node, 'm:e')) + script('_', inner(node, 'm:sub')),
  'm:sSubSup': (node) =>
    base(inner(node, 'm:e')) +
    script('_', inner(node, 'm:sub')) +
    script('^', inner(node, 'm:sup')),
  'm:sPre': (node) =>
    `{}${script('_', inner(node, 'm:sub'))}${script('^', inner(node, 'm:sup'))}${group(inner(node, 'm:e'))}`,
  'm:rad': (node) => {
    const degree = isOn(node, 'm:degHide') ? '' : inner(node, 'm:deg');
    return `\\sqrt${degree === '' ? '' : `[${degree}]`}${group(inner(node, 'm:e'))}`;
  },
  'm:nary': nary,
  'm:d': delimited,
  'm:func': applied,
  'm:limLow': (node) => limit(node, '_'),
  'm:limUpp': (node) => limit(node, '^'),
  'm:m': (node) => {
    const rows = elementsOf(node).filter(({ name }) => name === 'm:mr');
    return environment(
      'matrix',
      rows.map((row) => entries(row).join(' & ')),
    );
  },
  'm:eqArr': (node) => {
    // Each `&` of a row marks where it is aligned.
    const rows = entries(node).map((row) => row.replaceAll('\\&', ''));
    return rows.length > 1 ? environment('array', rows, '{c}') : rows.join('');
  },
  'm:acc': (node) => {
    const accent = accents[propertyIn(node, 'm:chr', '\u0302')] ?? 'hat';
    return `\\${accent}${group(inner(node, 'm:e'))}`;
  },
  'm:bar': (node) =>
    `\\${propertyIn(node, 'm:pos', 'bot') === 'top' ? 'overline' : 'underline'}${group(inner(node, 'm:e'))}`,
  'm:groupChr': grouped,
  'm:borderBox': (node) => `\\boxed${group(inner(node, 'm:e'))}`,
  'm:phant': (node) =>
    isOn(node, 'm:show') || !hasProperty(node, 'm:show') ? inner(node, 'm:e') : '',
};

const hasProperty = (node: XmlElement, name: string) =>
  childOf(childOf(node, `${node.name}Pr`), name) !== undefined;

function latex(node: XmlElement): string {
  const write = writers[node.name];
  if (write !== undefined) return write(node);
  return /Pr$|^w:del$|^w:moveFrom$/.test(node.name) ? '' : latexIn(node);
}

const scripts: Readonly<Record<string, string>> = {
  'double-struck': 'mathbb',
  fraktur: 'mathfrak',
  script: 'mathcal',
};

function run(node: XmlElement): string {
  if (childOf(childOf(node, 'w:rPr'), 'w:vanish') !== undefined) return '';
  const text = textIn(node);
  const properties = childOf(node, 'm:rPr');
  if (childOf(properties, 'm:nor') !== undefined && /\p{L}/u.test(text))
    return `\\text${group(text)}`;
  const alphabet = scripts[childOf(properties, 'm:scr')?.attributes['m:val'] ?? ''];
  return alphabet === undefined ? latexOf(text) : `\\${alphabet}${group(latexOf(text).trim())}`;
}

function fraction(node: XmlElement): string {
  const [numerator, denominator] = [inner(node, 'm:num'), inner(node, 'm:den')].map(group);
  const type = propertyIn(node, 'm:type', 'bar');
  if (type === 'noBar') return `\\genfrac{}{}{0pt}{}${numerator}${denominator}`;
  return type === 'lin' ? `${numerator}/${denominator}` : `\\frac${numerator}${denominator}`;
}

/** Writes a sum, product or integral with its limits. */
function nary(node: XmlElement): string {
  const below = isOn(node, 'm:subHide') ? '' : inner(node, 'm:sub');
  const above = isOn(node, 'm:supHide') ? '' : inner(node, 'm:sup');
  const operator = latexOf(propertyIn(node, 'm:chr', '∫')).trim();
  return `${operator}${script('_', below)}${script('^', above)} ${inner(node, 'm:e')}`;
}

const entries = (node: XmlElement): string[] =>
  elementsOf(node)
    .filter(({ name }) => name === 'm:e')
    .map((entry) => latexIn(entry).trim());

/** A command that ends in a letter ends at a space. */
const ended = (command: string) => (/[A-Za-z]$/.test(command) ? `${command} ` : command);

function delimited(node: XmlElement): string {
  const delimiter = (kind: string, name: string, otherwise: string) =>
    ended(`\\${kind}${latexOf(propertyIn(node, name, otherwise)).trim() || '.'}`);
  const inside = entries(node).join(delimiter('middle', 'm:sepChr', '|'));
  return `${delimiter('left', 'm:begChr', '(')}${inside}${delimiter('right', 'm:endChr', ')')}`;
}

const environment = (name: string, rows: readonly string[], columns = '') =>
  `\\begin{${name}}${columns} ${rows.join(' \\\\ ')} \\end{${name}}`;

/** Writes the name of a function: an operator with its limits, or any formula. */
function operator(node: XmlElement | undefined): string {
  const [only, ...others] = elementsOf(node).filter(({ name }) => !/Pr$/.test(name));
  if (only === undefined || others.length > 0 || only.name !== 'm:r') return latexIn(node);
  const name = textIn(only).trim();
  if (functions.has(name)) return `\\${name}`;
  return /^\p{L}{2,}$/u.test(name) ? `\\operatorname${group(name)}` : latexIn(node);
}

function applied(node: XmlElement): string {
  return `${operator(childOf(node, 'm:fName')).trim()} ${inner(node, 'm:e')} `;
}

/** Writes a limit below or above an operator, a brace, or any other formula. */
function limit(node: XmlElement, mark: '_' | '^'): string {
  const over = operator(childOf(node, 'm:e')).trim();
  const text = inner(node, 'm:lim');
  return /^\\(?:[A-Za-z]+|operatorname\{[^{}]*\}|(?:under|over)brace\{.*\})$/.test(over)
    ? `${over}${script(mark, text)} `
    : `\\${mark === '_' ? 'underset' : 'overset'}${group(text)}${group(over)}`;
}

/** Writes a brace, an arrow or another character along a formula. */
function grouped(node: XmlElement): string {
  const content = inner(node, 'm:e');
  const character = propertyIn(node, 'm:chr', '⏟');
  const isTop = propertyIn(node, 'm:pos', 'bot') === 'top';
  if (character === '⏟' || character === '⏞')
    return `\\${character === '⏞' ? 'overbrace' : 'underbrace'}${group(content)}`;
  return `\\${isTop ? 'overset' : 'underset'}${group(latexOf(character).trim())}${group(content)}`;
}
