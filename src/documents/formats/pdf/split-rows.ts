import type { PageTable, TableCell } from './page-table.ts';
import { groupRows, type TableLine } from './wrapped.ts';

/** Splits rows of a table that has lines between its columns but not between all of its rows. */
export function splitRows(table: PageTable): PageTable {
  const cells: TableCell[] = [];
  /** Number of rows that each row of the table becomes. */
  const counts: number[] = [];
  const split = new Map<number, TableCell[][]>();
  for (let row = 0; row < table.rows; row += 1) {
    const parts = splitRow(
      table.cells.filter((cell) => cell.row === row && cell.rows === 1),
      table.columns,
    );
    counts.push(Math.max(1, parts.length));
    split.set(row, parts);
  }
  const startOf = (row: number) => counts.slice(0, row).reduce((sum, count) => sum + count, 0);
  for (const cell of table.cells) {
    const row = startOf(cell.row);
    if (cell.rows > 1) cells.push({ ...cell, row, rows: startOf(cell.row + cell.rows) - row });
  }
  for (const [row, parts] of split)
    for (const [index, part] of parts.entries())
      cells.push(...part.map((cell) => ({ ...cell, row: startOf(row) + index })));
  return {
    rows: startOf(table.rows),
    columns: table.columns,
    cells: cells.toSorted((a, b) => a.row - b.row || a.column - b.column),
  };
}

/** Returns the cells of each row. */
function splitRow(cells: readonly TableCell[], columns: number): TableCell[][] {
  const filled = cells.filter(({ lines }) => lines.length > 0);
  const lines = filled.length > 1 ? alignLines(filled, columns) : null;
  if (lines === null) return [[...cells]];
  const widths = Array.from(
    { length: columns },
    (_, column) => filled.find((cell) => cell.column === column)?.width ?? 0,
  );
  const rows = groupRows(lines, widths, () => 'close');
  const isFull = ([line]: readonly TableLine[]) =>
    (line?.cells.filter((cell) => cell !== undefined).length ?? 0) * 2 > filled.length;
  if (rows.length < 2 || !rows.every(isFull)) return [[...cells]];
  return rows.map((row) =>
    filled.map((cell) => ({
      ...cell,
      lines: row.flatMap((line) => {
        const one = line.cells[cell.column];
        return one === undefined ? [] : [one];
      }),
    })),
  );
}

/** Returns the lines of a row; null if a cell stands between the lines of others, and so belongs to all of them. */
function alignLines(cells: readonly TableCell[], columns: number): TableLine[] | null {
  const most = Math.max(...cells.map(({ lines }) => lines.length));
  if (most < 2) return null;
  const heights: number[] = [];
  for (const { lines } of cells)
    for (const [segment] of lines) {
      if (segment === undefined) continue;
      const near = heights.find((y) => Math.abs(y - segment.y) < segment.size * 0.75);
      if (near === undefined) heights.push(segment.y);
      else if (Math.abs(near - segment.y) > segment.size * 0.3) return null;
    }
  heights.sort((a, b) => b - a);
  return heights.map((y) => ({
    cells: Array.from({ length: columns }, (_, column) =>
      cells
        .find((cell) => cell.column === column)
        ?.lines.find(
          ([segment]) => segment !== undefined && Math.abs(segment.y - y) <= segment.size * 0.3,
        ),
    ),
  }));
}
