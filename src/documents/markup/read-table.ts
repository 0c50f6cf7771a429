import { type InlineOptions, inlineText, lineText } from './inline.ts';
import { listMarkers } from './list-markers.ts';
import type { Cell, Table } from './table.ts';
import { type Element, element, findElement, isElement, type Node } from './tree.ts';

export interface ReadTable {
  readonly table: Table;
  readonly caption: string;
  /** True for a layout table: its cells are read as text in sequence. */
  readonly isLayout: boolean;
  /** One line per row, for a table nested in another table's cell. */
  readonly lines: string[];
}

interface Row {
  readonly cells: readonly Element[];
  readonly isHead: boolean;
  /** Number of rows from this one to the end of its section. */
  readonly left: number;
}

const isCell = ({ tag }: Element) => tag === 'td' || tag === 'th';

export function readTable(node: Element, options: InlineOptions): ReadTable {
  const rows = rowsOf(node);
  const captions = node.children.filter(isElement).filter(({ tag }) => tag === 'caption');
  const headerRows = countHeaderRows(rows);
  const isLayout = isForLayout(node, rows, headerRows + captions.length);
  const read = isLayout
    ? []
    : rows.map(({ cells, left }) => cells.map((cell) => readCell(cell, left, options)));
  return {
    table: { rows: read, headerRows },
    caption: captions.map(({ children }) => inlineText(children, options)).join('\n'),
    isLayout,
    lines: isLayout
      ? inlineText(
          rows.flatMap(({ cells }) => cells.map(({ children }) => element('div', children))),
          options,
        ).split('\n')
      : read.map((row) =>
          row
            .map(({ text }) => text)
            .filter(Boolean)
            .join(', '),
        ),
  };
}

/** Returns rows in visual order: `thead` first, `tfoot` last. */
function rowsOf(table: Element): Row[] {
  const sections = { thead: [] as Row[], tbody: [] as Row[], tfoot: [] as Row[] };
  const add = (rows: readonly Element[], into: 'thead' | 'tbody' | 'tfoot') => {
    for (const [index, row] of rows.entries()) {
      const cells = row.children.filter(isElement).filter(isCell);
      if (cells.length > 0)
        sections[into].push({ cells, isHead: into === 'thead', left: rows.length - index });
    }
  };
  // The HTML parser puts rows into sections; tables of other formats have none.
  add(
    table.children.filter(isElement).filter(({ tag }) => tag === 'tr'),
    'tbody',
  );
  for (const child of table.children.filter(isElement)) {
    if (child.tag === 'thead' || child.tag === 'tbody' || child.tag === 'tfoot') {
      add(
        child.children.filter(isElement).filter(({ tag }) => tag === 'tr'),
        child.tag,
      );
    }
  }
  return [...sections.thead, ...sections.tbody, ...sections.tfoot];
}

/**
 * Counts header rows: those of a `thead`, else leading rows of `th` and empty cells. At least one
 * row remains as body.
 */
function countHeaderRows(rows: readonly Row[]): number {
  const heads = rows.filter(({ isHead }) => isHead).length;
  const isNaming = ({ cells }: Row) =>
    cells.some(({ tag }) => tag === 'th') &&
    cells.every((cell) => cell.tag === 'th' || lineText(cell.children, plain) === '');
  const first = rows.findIndex((row) => !isNaming(row));
  const named = first < 0 ? rows.length : first;
  if (heads > 0) return heads;
  return named === rows.length && rows.length > 1 ? 1 : named;
}

const plain: InlineOptions = { base_url: null, tableLines: () => [] };

/**
 * True for a table that declares itself as presentation, is a single row or column of boxes, or
 * contains headings.
 */
function isForLayout(table: Element, rows: readonly Row[], marks: number): boolean {
  if (/^(?:presentation|none)$/.test(table.attributes.role ?? '')) return true;
  if (table.attributes.data === 'true') return false;
  if (marks > 0 || rows.some(({ cells }) => cells.some(({ tag }) => tag === 'th'))) return false;
  if (findElement(table, ({ tag }) => /^h[1-6]$/.test(tag)) !== null) return true;
  const isBoxes = rows.every(({ cells }) => cells.length === 1) || rows.length === 1;
  return (
    isBoxes && findElement(table, ({ tag }) => /^(?:p|ul|ol|table|pre|item)$/.test(tag)) !== null
  );
}

const span = (text: string | undefined, most: number) =>
  Math.min(most, Number(/^\s*(\d{1,6})/.exec(text ?? '')?.[1] ?? 1));

function readCell(cell: Element, left: number, options: InlineOptions): Cell {
  const rows = span(cell.attributes.rowspan, 65_534);
  return {
    text: joinLines(inlineText(cell.children.map(withMarkers), options), cell.tag === 'th'),
    columns: Math.max(1, span(cell.attributes.colspan, 1000)),
    rows: rows === 0 ? left : Math.min(rows, left),
  };
}

/** Keeps the numbers of list items. */
function withMarkers(node: Node): Node {
  if (!isElement(node)) return node;
  if (node.tag === 'item')
    return {
      ...node,
      children: [
        /\w/.test(node.attributes.label ?? '') ? `${node.attributes.label} ` : '',
        ...node.children,
      ],
    };
  if (node.tag !== 'ol') return { ...node, children: node.children.map(withMarkers) };
  const markers = listMarkers(node);
  let index = 0;
  const children = node.children.map((child) =>
    isElement(child) && child.tag === 'li'
      ? { ...child, children: [markers[index++] ?? '', ...child.children.map(withMarkers)] }
      : child,
  );
  return { ...node, children };
}

/**
 * Joins the lines of a cell, with semicolons unless a line ends in punctuation. A header is one
 * name.
 */
export const joinLines = (text: string, isHeader: boolean) =>
  text
    .split('\n')
    .filter((line) => line !== '')
    .reduce(
      (sum, line) =>
        sum === ''
          ? line
          : `${sum}${isHeader || /[.,;:!?…–—、。，；：！？]$/.test(sum) ? ' ' : '; '}${line}`,
      '',
    );
