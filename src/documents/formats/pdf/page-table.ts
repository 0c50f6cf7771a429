import type { Segment } from './segment.ts';

/** A cell of a table: where it begins, what it spans, and its lines from top to bottom. */
export interface TableCell {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
  readonly lines: readonly (readonly Segment[])[];
  /** Length that a line of the cell may have; null if unknown. */
  readonly width: number | null;
}

/** A table on a page. Cells without text may be missing. */
export interface PageTable {
  readonly rows: number;
  readonly columns: number;
  readonly cells: readonly TableCell[];
}

/** Removes rows and columns in which no cell begins. */
export function compact({ rows, columns, cells }: PageTable): PageTable {
  const filled = cells.filter(({ lines }) => lines.length > 0);
  const rowAt = indexOf(rows, new Set(filled.map(({ row }) => row)));
  const columnAt = indexOf(columns, new Set(filled.map(({ column }) => column)));
  return {
    rows: rowAt[rows] ?? 0,
    columns: columnAt[columns] ?? 0,
    cells: filled.map((cell) => {
      const [row, column] = [rowAt[cell.row] ?? 0, columnAt[cell.column] ?? 0];
      return {
        ...cell,
        row,
        column,
        rows: (rowAt[cell.row + cell.rows] ?? row + 1) - row,
        columns: (columnAt[cell.column + cell.columns] ?? column + 1) - column,
      };
    }),
  };
}

/** Returns the number of kept positions before each. */
function indexOf(count: number, kept: ReadonlySet<number>): number[] {
  const at = [0];
  for (let index = 0; index < count; index += 1)
    at.push((at[index] ?? 0) + (kept.has(index) ? 1 : 0));
  return at;
}
