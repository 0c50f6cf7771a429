import { type Element, element, type Node } from '../markup/tree.ts';
import { childOf, descendants, elementsOf, textIn, type XmlElement } from '../ooxml/xml.ts';
import { isHiddenTable } from './grid.ts';
import { alternativeText, isShape } from './inline.ts';
import type { OdfObjects } from './package.ts';

type ReadBlocks = (content: XmlElement) => Node[];

/** Returns the text of a frame, shape or group; of a picture, its alternative text. */
export function readShape(node: XmlElement, parts: OdfObjects, read: ReadBlocks): Node[] {
  if (node.attributes['presentation:placeholder'] === 'true') return [];
  const blocks =
    node.name === 'draw:frame' ? readFrame(node, parts, read) : readDrawn(node, parts, read);
  if (blocks.length > 0) return blocks;
  const text = alternativeText(node);
  return text === '' ? [] : [element('p', [text])];
}

function readDrawn(node: XmlElement, parts: OdfObjects, read: ReadBlocks): Node[] {
  const inner = elementsOf(node).filter(isShape);
  const own = read({
    name: 'draw:text-box',
    attributes: {},
    children: node.children.filter((child) => typeof child !== 'string' && !isShape(child)),
  });
  return [
    ...(own.length > 0 ? [element('div', own)] : []),
    ...inner.flatMap((shape) => readShape(shape, parts, read)),
  ];
}

/** Reads the first representation of a frame that has text: they are alternatives. */
function readFrame(frame: XmlElement, parts: OdfObjects, read: ReadBlocks): Node[] {
  for (const child of elementsOf(frame)) {
    const blocks = readContent(child, parts, read);
    if (blocks.length > 0) return [element('div', blocks)];
  }
  return [];
}

function readContent(node: XmlElement, parts: OdfObjects, read: ReadBlocks): Node[] {
  if (node.name === 'draw:text-box') return read(node);
  if (node.name === 'table:table')
    return read({ name: 'draw:text-box', attributes: {}, children: [node] });
  return node.name === 'draw:object' ? readObject(node, parts, read) : [];
}

/** Reads an embedded formula, chart, spreadsheet or text. */
function readObject(node: XmlElement, parts: OdfObjects, read: ReadBlocks): Node[] {
  const root = parts.object(node);
  if (root === null) return [];
  if (root.name === 'math:math') return [asMath(root)];
  const body = childOf(root, 'office:body');
  const [chart] = body === undefined ? [] : descendants(body, 'chart:chart');
  if (chart !== undefined) return readChart(chart, read);
  const content = childOf(body, 'office:text') ?? childOf(body, 'office:spreadsheet');
  return content === undefined ? [] : read({ ...content, name: 'draw:text-box' });
}

/** Returns the titles of a chart and the table of its values. */
function readChart(chart: XmlElement, read: ReadBlocks): Node[] {
  const titles = elementsOf(chart)
    .filter(({ name }) => name === 'chart:title' || name === 'chart:subtitle')
    .map(textIn);
  const axes = [...descendants(chart, 'chart:axis')].flatMap((axis) =>
    [...descendants(axis, 'chart:title')].map(textIn),
  );
  const table = childOf(chart, 'table:table');
  return [
    ...[...titles, ...axes]
      .filter((text) => text.trim() !== '')
      .map((text) => element('p', [text])),
    ...(table === undefined || isHiddenTable(table)
      ? []
      : read({ name: 'draw:text-box', attributes: {}, children: [table] })),
  ];
}

/** Returns the formula of a frame that shows one; null for other frames. */
export function readFormula(frame: XmlElement, parts: OdfObjects): Element | null {
  const object = childOf(frame, 'draw:object');
  if (frame.name !== 'draw:frame' || object === undefined) return null;
  const root = parts.object(object);
  return root?.name === 'math:math' ? asMath(root) : null;
}

/** Converts MathML to elements without prefix and without its source in another language. */
const asMath = (node: XmlElement): Element =>
  element(
    node.name.replace(/^math:/, ''),
    node.children
      .filter((child) => typeof child === 'string' || !/:annotation(?:-xml)?$/.test(child.name))
      .map((child): Node => (typeof child === 'string' ? child : asMath(child))),
    node.attributes,
  );
