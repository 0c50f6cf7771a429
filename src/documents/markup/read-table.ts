import { type InlineOptions, inlineText, lineText } from './inline.ts';
import { listMarkers } from './list-markers.ts';
import type { Cell, Table } from './table.ts';
import { type Element, element, findElement, isElement, type Node } from './tree.ts';

export interface ReadTable {
  readonly table: Table;
  readonly caption: string;
  /** It only places things: its cells are read as text one after the other. */
  readonly isLayout: boolean;
  /** One line a row, for a table that stands in a cell of another. */
  readonly lines: string[];
}

interface Row {
  readonly cells: readonly Element[];
  readonly isHead: boolean;
  /** Rows from here to the end of its section. */
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

/** Rows in the order a browser shows them: heads first, feet last. */
function rowsOf(table: Element): Row[] {
  const sections = { thead: [] as Row[], tbody: [] as Row[], tfoot: [] as Row[] };
  const add = (rows: readonly Element[], into: 'thead' | 'tbody' | 'tfoot') => {
    for (const [index, row] of rows.entries()) {
      const cells = row.children.filter(isElement).filter(isCell);
      if (cells.length > 0)
        sections[into].push({ cells, isHead: into === 'thead', left: rows.length - index });
    }
  };
  // A parser puts rows into a section; a table that comes from elsewhere has them without one.
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

/** Rows of a `thead`, else rows at the top of which each cell is a `th`, but for empty ones. At least one row is left. */
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

/** Says itself that it is none, or is one box or row of boxes, or has headings in it. */
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

/** Numbered items keep their numbers. */
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

/** The lines of a cell on one: a semicolon between them, but where one ends in a mark already. A header is one name. */
const joinLines = (text: string, isHeader: boolean) =>
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
