import { element, type Node } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { alternative } from '../../ooxml/alternative.ts';
import { readDrawing } from '../../ooxml/drawing.ts';
import { paragraphsOf } from '../../ooxml/drawing-text.ts';
import type { OfficePackage } from '../../ooxml/package.ts';
import { childOf, elementsOf, textIn, type XmlElement } from '../../ooxml/xml.ts';
import type { Position } from './reference.ts';

/** Text of a drawing, at the cell that its upper left corner is in. */
export interface Drawing extends Position {
  readonly text: string;
}

/** Returns charts, diagrams, text boxes and the alternative texts of pictures of a drawing part (ECMA-376, 20.5). */
export function readDrawings(parts: OfficePackage, name: string | null): Drawing[] {
  const [root] = elementsOf((name === null ? null : parts.part(name))?.root);
  if (name === null || root === undefined) return [];
  return elementsOf(root).flatMap((anchor) => {
    const nodes = elementsOf(anchor).flatMap((node) => readNode(node, parts, name));
    const text = writeMarkdown(element('body', nodes));
    const from = childOf(anchor, 'xdr:from');
    return text === ''
      ? []
      : [{ row: numberIn(from, 'xdr:row'), column: numberIn(from, 'xdr:col'), text }];
  });
}

const numberIn = (node: XmlElement | undefined, name: string): number => {
  const value = Number(textIn(childOf(node, name)));
  return Number.isInteger(value) && value > 0 ? value : 0;
};

function readNode(node: XmlElement, parts: OfficePackage, from: string): Node[] {
  const properties = elementsOf(elementsOf(node)[0]).find(({ name }) => name === 'xdr:cNvPr');
  if (/^(?:1|true)$/.test(properties?.attributes.hidden ?? '')) return [];
  if (node.name === 'xdr:sp' || node.name === 'xdr:cxnSp')
    return paragraphsOf(node).map((text) => element('p', [text]));
  if (node.name === 'xdr:pic') {
    const { descr = '' } = properties?.attributes ?? {};
    return descr.trim() === '' ? [] : [element('p', [descr])];
  }
  if (node.name === 'mc:AlternateContent') {
    return elementsOf(alternative(node)).flatMap((child) => readNode(child, parts, from));
  }
  const drawn = readDrawing(node, parts, from);
  return drawn.length > 0
    ? drawn
    : elementsOf(node).flatMap((child) => readNode(child, parts, from));
}
