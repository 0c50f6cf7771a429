import { codeStyle } from '../../markup/style-names.ts';
import { type Element, element, isElement, type Node, textOf } from '../../markup/tree.ts';
import { alternative } from '../../ooxml/alternative.ts';
import {
  childOf,
  elementsOf,
  flagOf,
  integerOf,
  propertyOf,
  type XmlElement,
} from '../../ooxml/xml.ts';
import { contentOfControl } from './control.ts';
import { type InlineContext, InlineReader, type InlineResult, isBlank } from './inline.ts';
import type { ListLabel, Numbering } from './numbering.ts';
import type { Style, Styles } from './styles.ts';
import { readWordTable } from './table.ts';

export interface BodyContext extends Omit<InlineContext, 'aside'> {
  readonly styles: Styles;
  readonly numbering: Numbering;
  /** Reads diagrams, charts and other drawings stored in separate parts. */
  readonly drawing: (node: XmlElement) => Node[];
  /** Returns an embedded document of another format (`w:altChunk`). */
  readonly embedded: (id: string | undefined) => Node[];
}

const containers = new Set([
  'w:body',
  'w:sdtContent',
  'w:customXml',
  'w:smartTag',
  'w:ins',
  'w:moveTo',
  'w:txbxContent',
]);
/** Characters that distinguish code from prose in a monospaced font. */
const codeSigns = /[{}()[\];=<>$#\\|`_]|^\s{2,}|:$/;

/**
 * Reads blocks of WordprocessingML (ECMA-376, 17.3 to 17.5) into the corresponding HTML elements.
 */
export class BodyReader {
  readonly #context: BodyContext;
  readonly #inline: InlineReader;
  /** Text of paragraphs whose paragraph mark is deleted: it continues in the next paragraph. */
  #pending: Node[] = [];
  /** Styles that a paragraph inherits from the tables around it. */
  #tableStyles: readonly Style[] = [];

  constructor(context: BodyContext) {
    this.#context = context;
    this.#inline = new InlineReader({ ...context, aside: (drawing) => this.#aside(drawing) });
  }

  read(node: XmlElement): Node[] {
    return grouped(this.#blocks(node));
  }

  #blocks(node: XmlElement): Node[] {
    return elementsOf(node).flatMap((child) => this.#block(child));
  }

  #block(node: XmlElement): Node[] {
    if (node.name === 'w:p') return this.#paragraph(node);
    if (node.name === 'w:tbl') return this.#table(node);
    if (node.name === 'w:sdt')
      return contentOfControl(node).flatMap((content) => this.#blocks(content));
    if (node.name === 'mc:AlternateContent') return this.#blocks(alternative(node));
    if (node.name === 'm:oMathPara' || node.name === 'm:oMath')
      return this.#paragraph({ name: 'w:p', attributes: {}, children: [node] });
    if (node.name === 'w:altChunk') return this.#context.embedded(node.attributes['r:id']);
    return containers.has(node.name) ? this.#blocks(node) : [];
  }

  #table(node: XmlElement): Node[] {
    const { styles } = this.#context;
    const outer = this.#tableStyles;
    this.#tableStyles = [
      ...styles.chain(propertyOf(childOf(node, 'w:tblPr'), 'w:tblStyle')),
      ...outer,
    ];
    const table = readWordTable(node, styles, (cell) => this.read(cell));
    this.#tableStyles = outer;
    return table === null ? [] : [table];
  }

  #paragraph(node: XmlElement): Node[] {
    const { styles } = this.#context;
    const properties = childOf(node, 'w:pPr');
    const chain = styles.paragraphChain(propertyOf(properties, 'w:pStyle'));
    const mark = childOf(properties, 'w:rPr');
    const line = this.#inline.read(node, [...chain, ...this.#tableStyles]);
    const isHidden =
      line.isEmpty && (flagOf(mark, 'w:vanish') === true || childOf(mark, 'w:del') !== undefined);
    if (isHidden) return line.asides;
    const nodes = [...this.#pending, ...line.nodes];
    this.#pending =
      childOf(mark, 'w:del') === undefined && flagOf(mark, 'w:specVanish') !== true ? [] : nodes;
    if (this.#pending.length > 0) return line.asides;
    const label = this.#label(properties, chain);
    return [
      ...(isBlank(nodes) ? [] : [asBlock(nodes, line, chain, properties, label)]),
      ...line.asides,
    ];
  }

  #label(properties: XmlElement | undefined, chain: readonly Style[]): ListLabel | null {
    const { numbering } = this.#context;
    const direct = childOf(properties, 'w:numPr');
    const ofStyle = chain
      .map(({ paragraph }) => childOf(paragraph, 'w:numPr'))
      .find((found) => found !== undefined);
    const id =
      propertyOf(direct, 'w:numId') ??
      chain
        .map(({ paragraph }) => propertyOf(childOf(paragraph, 'w:numPr'), 'w:numId'))
        .find(Boolean) ??
      null;
    if (id === null || id === '0') return null;
    const linked = numbering.levelOfStyle(
      id,
      chain.slice(0, 1).map((style) => style.id),
    );
    return numbering.next(
      id,
      integerOf(direct, 'w:ilvl') ?? linked ?? integerOf(ofStyle, 'w:ilvl') ?? 0,
    );
  }

  /** Returns the text boxes of a drawing and its diagrams and charts. */
  #aside(drawing: XmlElement): Node[] {
    return elementsOf(drawing).flatMap((child): Node[] => {
      if (child.name === 'w:txbxContent') return [element('div', this.read(child))];
      if (child.name === 'mc:AlternateContent') return this.#aside(alternative(child));
      const drawn = this.#context.drawing(child);
      return drawn.length > 0 ? drawn : this.#aside(child);
    });
  }
}

function headingOf(properties: XmlElement | undefined, chain: readonly Style[]): number | null {
  for (const { name } of chain) {
    const level = /^heading ([1-9])$/.exec(name)?.[1];
    if (level !== undefined) return Math.min(6, Number(level));
    if (name === 'title') return 1;
    if (name === 'subtitle') return 2;
  }
  const outline = [properties, ...chain.map(({ paragraph }) => paragraph)]
    .map((node) => integerOf(node, 'w:outlineLvl'))
    .find((level) => level !== null);
  return outline === undefined || outline === null || outline > 5 ? null : outline + 1;
}

function asBlock(
  nodes: readonly Node[],
  line: InlineResult,
  chain: readonly Style[],
  properties: XmlElement | undefined,
  label: ListLabel | null,
): Element {
  const heading = headingOf(properties, chain);
  const shown = label === null || label.text === '' ? null : label;
  if (heading !== null)
    return element(
      `h${heading}`,
      shown === null || shown.text === '-' ? nodes : [`${shown.text} `, ...nodes],
    );
  if (shown !== null)
    return element('item', nodes, { label: shown.text, indent: '  '.repeat(shown.level) });
  const [style] = chain;
  if (chain.some(({ name }) => codeStyle.test(name)))
    return element('pre', nodes, { code: 'style' });
  if (line.isMonospaced) return element('pre', nodes, { code: 'font' });
  return /^(?:(?:intense )?quote|quotations|block text)$/.test(style?.name ?? '')
    ? element('blockquote', nodes)
    : element('p', nodes);
}

/**
 * Merges lines of code into one block and puts list items close together. Monospaced prose becomes
 * paragraphs.
 */
function grouped(blocks: readonly Node[]): Node[] {
  const result: Node[] = [];
  for (let at = 0; at < blocks.length; at += 1) {
    const node = blocks[at] as Node;
    if (!isElement(node) || (node.tag !== 'pre' && node.tag !== 'item')) {
      result.push(node);
      continue;
    }
    let end = at + 1;
    while (end < blocks.length && isSameKind(blocks[end], node)) end += 1;
    const group = blocks.slice(at, end).filter(isElement);
    if (node.tag === 'item')
      result.push(
        ...group.map((item, index) =>
          element('item', item.children, { ...item.attributes, close: String(index > 0) }),
        ),
      );
    else result.push(...codeBlocks(group));
    at = end - 1;
  }
  return result;
}

const isSameKind = (node: Node | undefined, other: Element) =>
  node !== undefined && isElement(node) && node.tag === other.tag;

function codeBlocks(lines: readonly Element[]): Element[] {
  const isCode = lines.some(
    (line) => line.attributes.code === 'style' || codeSigns.test(textOf(line)),
  );
  if (!isCode) return lines.map(({ children }) => element('p', children));
  return [
    element(
      'pre',
      lines.flatMap(({ children }, index): Node[] =>
        index === 0 ? [...children] : ['\n', ...children],
      ),
    ),
  ];
}
