import { mathToLatex } from '../../markup/latex.ts';
import { element, type Node } from '../../markup/tree.ts';
import {
  childOf,
  descendants,
  isXmlElement,
  rawTextOf,
  textOf,
  type XmlElement,
  type XmlNode,
} from './parse.ts';
import type { Reader } from './reader.ts';

/** Reads a formula as LaTeX between dollar signs, with its number; a formula that is plain text stays so. */
export function readFormula(
  reader: Reader,
  node: XmlElement,
  level: number,
  isDisplay: boolean,
): Node[] {
  const latex = latexOf(node);
  const label = textOf(childOf(node, 'label'));
  const mark = isDisplay ? '$$' : '$';
  const text: Node[] =
    latex === null
      ? reader.children({ ...node, name: 'phrase', children: withoutLabel(node) }, level)
      : latex === ''
        ? []
        : [`${mark}${latex}${mark}`];
  if (!isDisplay) return text;
  return [element('p', [...text, label === '' ? '' : ` ${label}`])];
}

const withoutLabel = (node: XmlElement): XmlNode[] =>
  node.children.filter((child) => !isXmlElement(child) || child.name !== 'label');

/** Returns null when the formula is not written as mathematics. */
function latexOf(node: XmlElement): string | null {
  if (node.name === 'tex-math') return texOf(node);
  if (node.name === 'math') return mathToLatex(treeOf(node));
  if (node.attributes.notation?.toLowerCase() === 'tex') return texOf(node);
  const [tex] = descendants(node, 'tex-math');
  if (tex !== undefined) return texOf(tex);
  const [math] = descendants(node, 'math');
  return math === undefined ? null : mathToLatex(treeOf(math));
}

/** Returns the formula of a TeX document, which JATS wraps around each. */
function texOf(node: XmlElement): string {
  const source = rawTextOf(node);
  const body = /\\begin\{document\}([\s\S]*?)\\end\{document\}/.exec(source)?.[1] ?? source;
  return body
    .trim()
    .replace(/^(?:\$\$?|\\\[|\\\()/, '')
    .replace(/(?:\$\$?|\\\]|\\\))$/, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

const treeOf = (node: XmlElement): Node =>
  element(
    node.name,
    node.children.map((child) => (isXmlElement(child) ? treeOf(child) : child)),
    node.attributes,
  );
