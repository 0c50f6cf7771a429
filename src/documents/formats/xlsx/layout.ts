import type { CellContent } from './cell.ts';
import type { Range } from './reference.ts';
import type { Sheet, SheetCell } from './sheet.ts';
import type { VisibleCells } from './visible.ts';

/** A cell as a reader sees it: with all the visible rows and columns that it is merged with. */
export interface PlacedCell extends Range {
  readonly content: CellContent;
}

/** A visible row. A cell that spans rows is in each of them. */
export interface Line {
  readonly row: number;
  readonly cells: PlacedCell[];
}

/** Maximum rows that merged cells of a sheet may cover in total. Further ones count as their first row. */
const maxMergedRows = 1_000_000;

const keyOf = (row: number, column: number) => row * 16_384 + column;

/** Lays out the cells of a sheet in visible rows, each from left to right. */
export function layOutSheet(sheet: Sheet, visible: VisibleCells): Line[] {
  const { anchors, covered } = readMerges(sheet);
  const placed: PlacedCell[] = [];
  for (const { row, cells } of sheet.rows) {
    const above = covered.get(row) ?? [];
    for (const cell of cells) {
      const merge = anchors.get(keyOf(row, cell.column));
      const range = merge ?? { top: row, bottom: row, left: cell.column, right: cell.column };
      const isCovered =
        merge === undefined &&
        above.some(({ left, right }) => cell.column >= left && cell.column <= right);
      const shown = isCovered ? null : visible.range(range);
      if (shown === null) continue;
      const { top, left, bottom, right } = shown;
      placed.push({ top, left, bottom, right, content: cell });
    }
  }
  return linesOf(placed);
}

interface Merges {
  readonly anchors: ReadonlyMap<number, Range>;
  /** Merged ranges by each row that they cover. */
  readonly covered: ReadonlyMap<number, readonly Range[]>;
}

/** Merged ranges often reach beyond the cells in use, up to the end of the sheet. */
function readMerges({ rows, merges }: Sheet): Merges {
  const anchors = new Map<number, Range>();
  const covered = new Map<number, Range[]>();
  const lastRow = rows.at(-1)?.row ?? 0;
  const lastColumn = lastColumnOf(rows);
  let left = maxMergedRows;
  for (const merge of merges) {
    const key = keyOf(merge.top, merge.left);
    if (merge.top > lastRow || merge.left > lastColumn || anchors.has(key)) continue;
    const end = Math.min(merge.bottom, lastRow);
    const bottom = end - merge.top > left ? merge.top : end;
    left -= bottom - merge.top;
    const range = { ...merge, bottom, right: Math.min(merge.right, lastColumn) };
    anchors.set(key, range);
    for (let row = range.top; row <= bottom; row += 1) {
      const known = covered.get(row);
      if (known === undefined) covered.set(row, [range]);
      else known.push(range);
    }
  }
  return { anchors, covered };
}

const lastColumnOf = (rows: readonly { cells: readonly SheetCell[] }[]) =>
  rows.reduce((last, { cells }) => Math.max(last, cells.at(-1)?.column ?? 0), 0);

function linesOf(placed: readonly PlacedCell[]): Line[] {
  const lines = new Map<number, PlacedCell[]>();
  for (const cell of placed) {
    for (let row = cell.top; row <= cell.bottom; row += 1) {
      const known = lines.get(row);
      if (known === undefined) lines.set(row, [cell]);
      else known.push(cell);
    }
  }
  return [...lines]
    .sort(([a], [b]) => a - b)
    .map(([row, cells]) => ({ row, cells: withoutOverlaps(cells) }));
}

/** Merged ranges of a damaged file may overlap. */
function withoutOverlaps(cells: PlacedCell[]): PlacedCell[] {
  cells.sort((a, b) => a.left - b.left);
  let end = -1;
  return cells.filter(({ left, right }) => {
    if (left <= end) return false;
    end = right;
    return true;
  });
}
