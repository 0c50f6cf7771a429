import { tableRow, tableRule } from '../../markup/table-row.ts';
import { isMostlyRightToLeft } from './bidi.ts';
import type { PdfLine } from './rows.ts';
import type { Segment } from './segment.ts';

export interface WrittenTable {
  /** Rows in Markdown, each with the segments of its cells in the order of its text. */
  readonly rows: readonly {
    readonly text: string;
    readonly segments: readonly Segment[];
    readonly angle: number;
  }[];
  /** Number of lines of the page. */
  readonly count: number;
}

interface Interval {
  x: number;
  right: number;
}

const maxColumns = 40;

/** Returns the table that starts at a line; null for none. An empty cell keeps its column. */
export function tableAt(
  lines: readonly PdfLine[],
  from: number,
  endsTable: (line: PdfLine) => boolean,
): WrittenTable | null {
  const rows: PdfLine[] = [];
  let columns: Interval[] = [];
  let kept = 0;
  for (let index = from; index < lines.length; index += 1) {
    const line = lines[index] as PdfLine;
    const above = rows.at(-1);
    if (above !== undefined && !isInTable(above, line)) break;
    if (endsTable(line)) break;
    const next = withRow(columns, line);
    const isRow = line.segments.length > 1;
    if (above === undefined && !isRow) return null;
    if (
      next.length < 2 ||
      next.length > maxColumns ||
      rows.length - kept > 3 ||
      (rows.length > 0 && !fits(columns, next, line))
    )
      break;
    rows.push(line);
    columns = next;
    if (isRow) kept = rows.length;
  }
  const table = rows.slice(0, kept);
  if (!isTable(table)) return null;
  columns = table.reduce<Interval[]>(withRow, []);
  return { rows: writeTable(table, columns), count: kept };
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
  return gap > 0 && gap <= Math.max(above.size, below.size) * 4;
};

/** Merges the extents of overlapping cells into columns. */
function withRow(columns: readonly Interval[], { segments }: PdfLine): Interval[] {
  const all = [...columns, ...segments]
    .map(({ x, right }) => ({ x, right }))
    .sort((a, b) => a.x - b.x);
  const merged: Interval[] = [];
  for (const one of all) {
    const last = merged.at(-1);
    if (last !== undefined && one.x < last.right) last.right = Math.max(last.right, one.right);
    else merged.push(one);
  }
  return merged;
}

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

function writeTable(lines: readonly PdfLine[], columns: readonly Interval[]): WrittenTable['rows'] {
  const isReversed = isMostlyRightToLeft(
    lines.flatMap(({ segments }) => segments.map(({ text }) => text)),
  );
  const rows = lines.map(({ segments, angle }) => {
    const cells = columns.map((column) =>
      segments.filter(
        ({ x, right }) => (x + right) / 2 >= column.x && (x + right) / 2 <= column.right,
      ),
    );
    if (isReversed) cells.reverse();
    const texts = cells.map((cell) => cell.map(({ text }) => text).join(' '));
    return { text: tableRow(texts), texts, segments: cells.flat(), angle };
  });
  const rule = { text: tableRule(columns.length), segments: [], angle: 0 };
  const [first, ...rest] = rows;
  if (first === undefined) return [];
  // Column names, some of which may be years.
  const hasHeader =
    first.texts.every((text) => /\p{L}|^(19|20)\d\d$/u.test(text) && !/:$/.test(text)) &&
    /\p{L}/u.test(first.texts.join(''));
  if (hasHeader) return [first, rule, ...rest];
  return [{ text: tableRow(columns.map(() => '')), segments: [], angle: 0 }, rule, ...rows];
}
