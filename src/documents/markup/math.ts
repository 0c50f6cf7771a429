import { type Element, isElement, type Node, textOf } from './tree.ts';

/** Writes a MathML formula on one line: `x^2`, `(a + b)/c`, `√(x)`, `∑_(n=1)^∞`. */
export function mathText(node: Node): string {
  if (!isElement(node)) return node.replaceAll(/\s+/g, ' ').trim();
  const parts = node.children.filter((child) => isElement(child) || child.trim() !== '');
  const [first, second, third] = parts.map(mathText);
  switch (node.tag) {
    case 'msup':
    case 'mover':
      return `${first ?? ''}${script('^', second ?? '')}`;
    case 'msub':
    case 'munder':
      return `${first ?? ''}${script('_', second ?? '')}`;
    case 'msubsup':
    case 'munderover':
      return `${first ?? ''}${script('_', second ?? '')}${script('^', third ?? '')}`;
    case 'mfrac':
      return `${grouped(first ?? '')}/${grouped(second ?? '')}`;
    case 'msqrt':
      return `√(${parts.map(mathText).join('')})`;
    case 'mroot':
      return `root(${second ?? ''}; ${first ?? ''})`;
    case 'mtr':
      return parts.map(mathText).join(', ');
    case 'mtable':
      return parts.length === 1 ? (first ?? '') : `[${parts.map(mathText).join('; ')}]`;
    case 'mtext':
    case 'ms':
      return textOf(node).replaceAll(/\s+/g, ' ');
    case 'mo':
      return spacedOperator(textOf(node).trim());
    default:
      return joined(node, parts);
  }
}

/** Joins parts, with a space after function names and numbers. */
function joined(node: Element, parts: readonly Node[]): string {
  const text = parts.map(mathText).reduce((left, right) => {
    const isGlued =
      /(?:[\p{L}\p{N}]{2,}|[\^_](?:\([^()]*\)|[\p{L}\p{N}.]+))$/u.test(left) &&
      /^[\p{L}\p{N}]/u.test(right);
    return isGlued ? `${left} ${right}` : left + right;
  }, '');
  return node.tag === 'math' ? text.replaceAll(/ {2,}/g, ' ').trim() : text;
}

const spacedOperator = (text: string) =>
  /^[=<>≤≥≠≈≡±→⇒∈+×÷]$/.test(text) ? ` ${text} ` : text.replace('\u2061', '');

const isSimple = (text: string) => /^[+−-]?[\p{L}\p{N}.,∞′*]*$/u.test(text.trim());

const grouped = (text: string) => (isSimple(text) ? text.trim() : `(${text.trim()})`);

/**
 * Writes a superscript (`^`) or subscript (`_`), in brackets unless it is one word. Empty text has
 * no mark.
 */
export const script = (mark: '^' | '_', text: string): string =>
  text.trim() === '' ? '' : `${mark}${grouped(text)}`;
