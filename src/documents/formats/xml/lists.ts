import { type Element, element, type Node } from '../../markup/tree.ts';
import { childOf, elementsOf, textOf, type XmlElement } from './parse.ts';
import type { Reader } from './reader.ts';
import { roleOf } from './vocabulary.ts';

/** Reads a list; items with labels of their own keep them. */
export function readList(reader: Reader, node: XmlElement, level: number): Node[] {
  if (reader.isTei && childOf(node, 'label') !== undefined)
    return [element('dl', readDefinitions(reader, node, level))];
  const kind = `${node.attributes['list-type'] ?? ''} ${node.attributes.rend ?? ''} ${node.attributes.type ?? ''} ${node.attributes.numeration ?? ''}`;
  const isNumbered =
    roleOf(node.name) === 'numbered' ||
    /order(?!.*un)|number|alpha|roman|arabic/i.test(kind.replace('unordered', ''));
  const before: Node[] = [];
  const items: Node[] = [];
  for (const child of elementsOf(node)) {
    if (roleOf(child.name) !== 'item') before.push(...reader.node(child, level, false, node));
    else items.push(readItem(reader, child, level, items.length === 0));
  }
  const isLabelled = items.some((item) => typeof item !== 'string' && item.tag === 'item');
  const attributes = {
    ...listNumbering(kind),
    ...(node.attributes.start === undefined ? {} : { start: node.attributes.start }),
  };
  return [
    ...before,
    isLabelled
      ? element('div', items)
      : element(isNumbered ? 'ol' : 'ul', items, isNumbered ? attributes : {}),
  ];
}

function readItem(reader: Reader, node: XmlElement, level: number, isFirst: boolean): Element {
  return childOf(node, 'label') === undefined
    ? element('li', reader.children(node, level))
    : labelledItem(reader, node, level, isFirst);
}

/** An item with the label that the document gives it. */
export function labelledItem(
  reader: Reader,
  node: XmlElement,
  level: number,
  isFirst: boolean,
): Element {
  const label = childOf(node, 'label');
  const rest = { ...node, children: node.children.filter((child) => child !== label) };
  const text = textOf(label);
  const isNumber = node.name === 'ref' && /^\d+\.?$/.test(text);
  return element('item', reader.children(rest, level), {
    label: text === '' ? '-' : isNumber ? `${Number.parseInt(text, 10)}.` : text,
    close: String(!isFirst),
  });
}

/** Terms and definitions, whatever element pairs them. */
export function readDefinitions(reader: Reader, node: XmlElement, level: number): Node[] {
  return elementsOf(node).flatMap((child): Node[] => {
    if (/^(?:varlistentry|glossentry|def-item|dlentry|plentry|segmentedlist)$/.test(child.name))
      return readDefinitions(reader, child, level);
    if (/^(?:term|glossterm|dt|pt|label|dthd)$/.test(child.name))
      return [element('dt', reader.children(child, level))];
    if (/^(?:listitem|glossdef|def|dd|pd|item|ddhd)$/.test(child.name))
      return [element('dd', reader.children(child, level))];
    return reader.node(child, level, false, node);
  });
}

function listNumbering(kind: string): Record<string, string> {
  const [, letters = '', numerals = ''] =
    /((?:upper|lower)?-?alpha)|((?:upper|lower)?-?roman)/i.exec(kind) ?? [];
  if (letters !== '') return { type: /upper/i.test(letters) ? 'A' : 'a' };
  return numerals === '' ? {} : { type: /upper/i.test(numerals) ? 'I' : 'i' };
}
