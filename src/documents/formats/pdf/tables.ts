import { type Interval, mergeExtents, partsOf } from './columns.ts';
import type { PageTable } from './page-table.ts';
import type { PdfLine } from './pdf-line.ts';
import { tableOf } from './table-lines.ts';

/** A table that begins at a line of a page. */
interface TableOfLines extends PageTable {
  readonly lines: number;
}

const maxColumns = 40;

/** Returns the table that starts at a line; null for none. An empty cell keeps its column. */
export function tableAt(
  lines: readonly PdfLine[],
  from: number,
  endsTable: (line: PdfLine) => boolean,
): TableOfLines | null {
  const ruled = lines[from]?.table;
  if (ruled !== undefined) return { ...ruled, lines: 1 };
  const rows: PdfLine[] = [];
  let columns: Interval[] = [];
  let kept = 0;
  for (let index = from; index < lines.length; index += 1) {
    const line = lines[index] as PdfLine;
    const above = rows.at(-1);
    if (line.table !== undefined || (above !== undefined && !isInTable(above, line))) break;
    if (endsTable(line)) break;
    const next = withRow(columns, line);
    const isRow = Math.max(line.segments.length, partsOf(line, columns).length) > 1;
    if (above === undefined && !isRow && !isAboveHeader(line, lines[index + 1])) return null;
    if (
      (next.length < 2 && above !== undefined) ||
      next.length > maxColumns ||
      rows.length - kept > 3 ||
      (kept > 0 && !fits(columns, next, line))
    )
      break;
    rows.push(line);
    columns = next;
    if (isRow) kept = rows.length;
  }
  if (!isTable(rows.slice(0, kept))) return null;
  while (isWrapOf(rows.slice(0, kept), rows[kept])) kept += 1;
  const table = rows.slice(0, kept);
  columns = table.reduce<Interval[]>(withRow, []);
  return { ...tableOf(table, columns), lines: kept };
}

/** Distance of the lines of a cell, in em. */
const maxLeading = 1.45;

/** True for the first line of a column name that is longer than its neighbours, which stand at the bottom. */
const isAboveHeader = (
  { segments: [name], y, size }: PdfLine,
  next: PdfLine | undefined,
): boolean => {
  const [first, ...others] = next?.segments ?? [];
  return (
    name !== undefined &&
    next !== undefined &&
    first !== undefined &&
    name.x > first.right &&
    y - next.y < size * maxLeading &&
    Math.abs(next.size - size) < 1 &&
    others.some(({ x, right }) => x < name.right && right > name.x)
  );
};

/** True for a line below the last row of a table that continues a cell, but not the first. */
function isWrapOf(table: readonly PdfLine[], line: PdfLine | undefined): boolean {
  const [last] = table.slice(-1);
  const [, second] = table.reduce<Interval[]>(withRow, []);
  return (
    last !== undefined &&
    line !== undefined &&
    second !== undefined &&
    line.segments.every(({ x }) => x >= second.x - line.size * 0.3) &&
    last.y - line.y < line.size * maxLeading
  );
}

/** Two short rows suffice for a table; two long ones may be justified text with wide gaps. */
function isTable(table: readonly PdfLine[]): boolean {
  const rows = table.filter(({ segments }) => segments.length > 1);
  const widths = rows.flatMap(({ segments }) =>
    segments.map(({ x, right, size }) => (right - x) / size),
  );
  return (
    rows.length > 2 ||
    (rows.length === 2 && widths.reduce((sum, width) => sum + width, 0) <= widths.length * 8)
  );
}

const isInTable = (above: PdfLine, below: PdfLine) => {
  const gap = above.y - below.y;
  return above.angle === below.angle && gap > 0 && gap <= Math.max(above.size, below.size) * 4;
};

/** Adds the extents of the parts of a line to columns. */
const withRow = (columns: readonly Interval[], line: PdfLine): Interval[] =>
  mergeExtents([...columns, ...partsOf(line, columns)]);

/** True when a line adds to the columns: it merges none and overlaps at least one. */
const fits = (
  columns: readonly Interval[],
  next: readonly Interval[],
  { segments }: PdfLine,
): boolean => {
  const bridged = columns.filter(
    (column) => segments.filter((one) => one.x < column.right && one.right > column.x).length > 0,
  ).length;
  return next.length >= columns.length && bridged > 0;
};
