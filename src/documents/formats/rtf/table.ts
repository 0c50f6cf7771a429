import { columnsOf } from '../../markup/columns.ts';
import { namesNumbers } from '../../markup/header-row.ts';
import { type Element, element, type Node, textOf } from '../../markup/tree.ts';

export interface CellDefinition {
  /** Right edge in twips. */
  readonly right: number;
  /** True for a cell that continues the one to the left of it. */
  readonly continuesLeft: boolean;
  /** True for a cell that continues the one above it. */
  readonly continuesAbove: boolean;
}

export interface RowDefinition {
  /** Left edge in twips. */
  readonly left: number;
  readonly isHeader: boolean;
  readonly cells: readonly CellDefinition[];
}

interface RtfCell {
  readonly blocks: readonly Node[];
  readonly isBold: boolean;
}

export interface RtfRow {
  readonly cells: readonly RtfCell[];
  readonly definition: RowDefinition;
}

interface Placed {
  readonly blocks: readonly Node[];
  columns: number;
  rows: number;
}

/** Converts rows to an HTML table. The edges of cells give their columns. */
export function rtfTable(rows: readonly RtfRow[]): Element {
  const columnOf = columnsOf(
    rows.flatMap(({ definition }) => [
      definition.left,
      ...definition.cells.map(({ right }) => right),
    ]),
  );
  const open = new Map<number, Placed>();
  const grid = rows.map(({ cells, definition }) => {
    const placed: Placed[] = [];
    let edge = definition.left;
    let column = columnOf(edge);
    for (const [index, { blocks }] of cells.entries()) {
      const own = definition.cells[index];
      const columns = own === undefined ? 1 : Math.max(1, columnOf(own.right) - columnOf(edge));
      const [last, above] = [placed.at(-1), open.get(column)];
      if (own?.continuesLeft === true && last !== undefined) last.columns += columns;
      else if (own?.continuesAbove === true && above !== undefined) above.rows += 1;
      else {
        const cell = { blocks, columns, rows: 1 };
        placed.push(cell);
        open.set(column, cell);
      }
      edge = own?.right ?? edge;
      column += columns;
    }
    return placed;
  });
  const headers = countHeaderRows(rows);
  const trs = grid.map((cells, index) =>
    element(
      'tr',
      cells.map(({ blocks, columns, rows }) =>
        element(index < headers ? 'th' : 'td', blocks.map(asCellContent), {
          colspan: String(columns),
          rowspan: String(rows),
        }),
      ),
    ),
  );
  const isData = rows.length > 1 && grid.some((cells) => cells.length > 1);
  return element('table', trs, isData ? { data: 'true' } : {});
}

function countHeaderRows(rows: readonly RtfRow[]): number {
  const repeated = rows.findIndex(({ definition }) => !definition.isHeader);
  if (repeated !== 0) return Math.max(0, repeated);
  const [first, second] = rows;
  if (first === undefined || second === undefined) return 0;
  const texts = rows.map(({ cells }) =>
    cells.map(({ blocks }) => blocks.map(textOf).join(' ').trim()),
  );
  const isBold = ({ cells }: RtfRow) =>
    cells.some(({ blocks }) => blocks.length > 0) && cells.every((cell) => cell.isBold);
  return (isBold(first) && !isBold(second)) || namesNumbers(texts) ? 1 : 0;
}

/** Converts headings in cells to paragraphs. */
const asCellContent = (node: Node): Node =>
  typeof node !== 'string' && /^h[1-6]$/.test(node.tag)
    ? element('p', node.children, node.attributes)
    : node;
