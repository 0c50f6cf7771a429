import { accents, functions, latexOf } from './latex-symbols.ts';
import { type Element, findElement, isElement, type Node, textOf } from './tree.ts';

/** Writes a MathML formula as LaTeX between dollar signs: `$x^{2}$`. The source in TeX that writers keep beside it is preferred. */
export function formulaText(node: Element): string {
  const source = findElement(
    node,
    ({ tag, attributes }) =>
      tag === 'annotation' && /(?:^|[/-])(?:x-)?(?:la)?tex\b/i.test(attributes.encoding ?? ''),
  );
  const tex = source === null ? '' : withoutDelimiters(textOf(source));
  const latex = tex === '' ? mathToLatex(node) : tex;
  return latex === '' ? '' : `$${latex}$`;
}

const maxSource = 10_000;

function withoutDelimiters(source: string): string {
  const tex = source.replaceAll(/\s+/g, ' ').trim();
  if (tex.length > maxSource) return '';
  return tex
    .replace(/^\{\\(?:displaystyle|textstyle) (.*)\}$/, '$1')
    .replace(/^(\$\$?)(.*)\1$/, '$2')
    .trim();
}

/** Writes a MathML formula as LaTeX, without delimiters: `x^{2}`, `\frac{a}{b}`, `\sum_{n=1}^{\infty}`. */
export function mathToLatex(node: Node): string {
  return write(node).replaceAll(/ {2,}/g, ' ').trim();
}

function write(node: Node): string {
  if (!isElement(node)) return symbols(node.trim());
  const parts = node.children.filter((child) => isElement(child) || child.trim() !== '');
  const [first = '', second = '', third = ''] = parts.slice(0, 3).map(write);
  switch (node.tag) {
    case 'msup':
      return `${base(first)}^{${second.trim()}}`;
    case 'msub':
      return `${base(first)}_{${second.trim()}}`;
    case 'msubsup':
    case 'munderover':
      return `${base(first)}_{${second.trim()}}^{${third.trim()}}`;
    case 'munder':
      return `${base(first)}_{${second.trim()}}`;
    case 'mover':
      return accented(first, second, parts[1]);
    case 'mfrac':
      return `\\frac{${first.trim()}}{${second.trim()}}`;
    case 'msqrt':
      return `\\sqrt{${parts.map(write).join('').trim()}}`;
    case 'mroot':
      return `\\sqrt[${second.trim()}]{${first.trim()}}`;
    case 'mtable':
      return `\\begin{matrix} ${parts.map(write).join(' \\\\ ')} \\end{matrix}`;
    case 'mtr':
    case 'mlabeledtr':
      return parts.map((cell) => write(cell).trim()).join(' & ');
    case 'mfenced':
      return fenced(node, parts);
    case 'mtext':
    case 'ms':
      return text(textOf(node));
    case 'mi':
      return identifier(textOf(node).trim());
    case 'mspace':
      return ' ';
    case 'semantics':
      return first;
    case 'annotation':
    case 'annotation-xml':
    case 'mphantom':
    case 'none':
    case 'mprescripts':
      return '';
    case 'mmultiscripts':
      return scripts(parts);
    default:
      return joined(parts.map(write));
  }
}

/** Joins parts; a command that ends in a letter is separated from a letter that follows. */
const joined = (parts: readonly string[]): string =>
  parts.reduce(
    (left, right) =>
      /\\[A-Za-z]+$/.test(left) && /^[A-Za-z]/.test(right) ? `${left} ${right}` : left + right,
    '',
  );

const base = (latex: string) =>
  /^(?:.|\\[A-Za-z]+|\\[a-z]+\{[^{}]*\})?$/su.test(latex.trim())
    ? latex.trim()
    : `{${latex.trim()}}`;

/** Accents as MathML writers spell them, beside the combining characters. */
const marks: Readonly<Record<string, string>> = {
  ...accents,
  ˆ: 'hat',
  '˜': 'tilde',
  '‾': 'bar',
  '⃗': 'vec',
  '˙': 'dot',
  '¨': 'ddot',
  '⏞': 'overbrace',
};

function accented(first: string, second: string, mark: Node | undefined): string {
  const accent = marks[mark === undefined ? '' : textOf(mark).trim()];
  return accent === undefined
    ? `${base(first)}^{${second.trim()}}`
    : `\\${accent}{${first.trim()}}`;
}

function fenced(node: Element, parts: readonly Node[]): string {
  const { open = '(', close = ')', separators = ',' } = node.attributes;
  const separator = separators.trim().slice(0, 1);
  return symbols(open) + parts.map(write).join(separator) + symbols(close);
}

/** Writes `base sub sup sub sup`; scripts before the base follow it, too. */
const scripts = ([first, ...rest]: readonly Node[]): string =>
  `${first === undefined ? '' : base(write(first))}${rest
    .filter((part) => !isElement(part) || part.tag !== 'mprescripts')
    .map((part, index) => {
      const script = write(part).trim();
      return script === '' ? '' : `${index % 2 === 0 ? '_' : '^'}{${script}}`;
    })
    .join('')}`;

function identifier(name: string): string {
  if (functions.has(name)) return `\\${name} `;
  return /^[A-Za-z]{2,}$/.test(name) ? `\\mathrm{${name}}` : symbols(name);
}

const text = (content: string) => {
  const line = content.replaceAll(/\s+/g, ' ');
  return line.trim() === '' ? ' ' : /^[A-Za-z\s]+$/.test(line) ? `\\text{${line}}` : symbols(line);
};

const relation =
  /^(?:[=<>+\-−]|\\(?:times|div|pm|mp|leq|geq|neq|approx|equiv|sim|simeq|cong|propto|in|notin|to|Rightarrow|Leftrightarrow|cdot|ll|gg|subset|subseteq|cup|cap|wedge|vee|mapsto))$/;

function symbols(content: string): string {
  const latex = latexOf(content);
  return relation.test(latex.trim()) ? ` ${latex.trim()} ` : latex;
}
