import { groupBlocks } from '../../markup/group-blocks.ts';
import { MarkedText } from '../../markup/marked-text.ts';
import { codeStyle, quoteStyle } from '../../markup/style-names.ts';
import { element, isElement, type Node, textOf } from '../../markup/tree.ts';
import { type RowDefinition, type RtfRow, rtfTable } from './table.ts';

export interface ParagraphFormat {
  /** Name of the style in lower case. */
  readonly style: string;
  /** Level of a heading from 1; null for body text. */
  readonly heading: number | null;
  /** Level of a list from 0. */
  readonly level: number;
  /** Number of tables around the paragraph. */
  readonly depth: number;
}

interface OpenTable {
  readonly rows: RtfRow[];
  cells: { blocks: Node[]; isBold: boolean }[];
  blocks: Node[];
  isBold: boolean;
}

const maxDepth = 20;

/** Collects the paragraphs and tables of a text: the body, a note, a header or a text box. */
export class Flow {
  readonly #blocks: Node[] = [];
  readonly #tables: OpenTable[] = [];
  #text = new MarkedText();
  #asides: Node[] = [];
  #isBold = true;
  label = '';

  add(node: Node, marks: readonly string[], isBold: boolean): void {
    if (isElement(node) ? node.tag === 'math' : node.trim() !== '') this.#isBold &&= isBold;
    this.#text.add([node], marks);
  }

  /** Adds blocks that follow the current paragraph. */
  addAside(blocks: readonly Node[]): void {
    this.#asides.push(...blocks);
  }

  endParagraph(format: ParagraphFormat): void {
    const nodes = this.#text.nodes;
    const isBlank = nodes.every(
      (node) => textOf(node).trim() === '' && !(isElement(node) && node.tag === 'math'),
    );
    const blocks = [...(isBlank ? [] : [this.#asBlock(nodes, format)]), ...this.#asides];
    const isBold = this.#isBold;
    this.#text = new MarkedText();
    this.#asides = [];
    this.#isBold = true;
    this.label = '';
    if (blocks.length === 0) return;
    const container = this.#open(format.depth);
    container.blocks.push(...blocks);
    if (!isBlank) container.isBold &&= isBold;
  }

  endCell(format: ParagraphFormat): void {
    this.endParagraph(format);
    this.#close(format.depth);
    const table = this.#open(format.depth);
    if (!('cells' in table)) return;
    table.cells.push({ blocks: groupBlocks(table.blocks), isBold: table.isBold });
    table.blocks = [];
    table.isBold = true;
  }

  endRow(format: ParagraphFormat, definition: RowDefinition): void {
    this.endParagraph(format);
    this.#close(format.depth);
    const table = this.#open(format.depth);
    if (!('cells' in table)) return;
    // Text after the last cell belongs to no cell.
    if (table.blocks.length > 0)
      table.cells.push({ blocks: groupBlocks(table.blocks), isBold: table.isBold });
    table.rows.push({ cells: table.cells, definition });
    table.cells = [];
    table.blocks = [];
    table.isBold = true;
  }

  /** Ends the text and returns its blocks. */
  end(format: ParagraphFormat): Node[] {
    this.endParagraph(format);
    this.#close(0);
    return groupBlocks(this.#blocks);
  }

  /** Opens or closes tables up to a depth, and returns the place of its next block. */
  #open(depth: number): OpenTable | { blocks: Node[]; isBold: boolean } {
    const wanted = Math.min(depth, maxDepth);
    this.#close(wanted);
    while (this.#tables.length < wanted)
      this.#tables.push({ rows: [], cells: [], blocks: [], isBold: true });
    return this.#tables.at(-1) ?? { blocks: this.#blocks, isBold: true };
  }

  #close(depth: number): void {
    while (this.#tables.length > depth) {
      const table = this.#tables.pop() as OpenTable;
      if (table.blocks.length > 0)
        table.cells.push({ blocks: groupBlocks(table.blocks), isBold: table.isBold });
      if (table.cells.length > 0)
        table.rows.push({
          cells: table.cells,
          definition: { left: 0, isHeader: false, cells: [] },
        });
      const around = this.#tables.at(-1)?.blocks ?? this.#blocks;
      if (table.rows.length > 0) around.push(rtfTable(table.rows));
    }
  }

  #asBlock(nodes: Node[], { style, heading, level }: ParagraphFormat): Node {
    // Word's round bullet is a letter in a font for code.
    const isNumber = /[\p{L}\p{N}]/u.test(this.label) && this.label !== 'o';
    const label = isNumber ? this.label : this.label && '-';
    if (heading !== null)
      return element(
        `h${Math.min(6, heading)}`,
        label === '' || label === '-' ? nodes : [`${label} `, ...nodes],
      );
    if (label !== '')
      return element('item', nodes, { label, indent: '  '.repeat(Math.min(level, 8)) });
    if (codeStyle.test(style)) return element('pre', nodes);
    return element(quoteStyle.test(style) ? 'blockquote' : 'p', nodes);
  }
}
