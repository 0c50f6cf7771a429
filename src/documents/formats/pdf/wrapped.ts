import type { Segment } from './segment.ts';

type Line = readonly Segment[];

const extentOf = (line: Line) => ({
  left: Math.min(...line.map(({ x }) => x)),
  right: Math.max(...line.map(({ right }) => right)),
});

/** True unless the first word of a line had room behind the line above, given the length that lines may have. */
export function isWrapped(above: Line, below: Line, width: number): boolean {
  const [first] = below;
  if (first === undefined) return true;
  const [word = ''] = first.text.split(' ');
  const share = word.length / Math.max(1, first.text.length);
  const { left, right } = extentOf(above);
  const needed = right - left + (first.right - first.x) * share + first.size * 0.25;
  return needed > width - first.size * 0.5;
}

/** True for a line that certainly continues in the line below: it is wrapped, and more than one word. */
const goesOn = (above: Line, below: Line, width: number): boolean => {
  const text = above.map((one) => one.text).join(' ');
  const { left, right } = extentOf(above);
  return /\p{L}.*\s\S/u.test(text) && right - left > width * 0.7 && isWrapped(above, below, width);
};

const hasLetters = (line: Line) => line.some(({ text }) => /\p{L}/u.test(text));
/** True for numbers and marks below each other, which are not wrapped text. */
const areValues = (above: Line, below: Line) => !hasLetters(above) && !hasLetters(below);

const isHyphenated = (above: Line, below: Line) =>
  /\p{L}[-\u2010\u00ad]$/u.test(above.at(-1)?.text ?? '') && /^\p{Ll}/u.test(below[0]?.text ?? '');

/** A line of a table, with what it has in each column. */
export interface TableLine {
  readonly cells: readonly (Line | undefined)[];
}

/** How far a line stands from a row above: on it, closer than rows stand, apart, or as far as any line. */
export type Distance = 'on' | 'close' | 'apart' | 'even';

/**
 * Groups the lines of a table into rows. A line continues the row above if all of its cells do, or if it stands
 * close, one of both lacks cells, and no cell could have been written in the line above.
 */
export function groupRows<T extends TableLine>(
  lines: readonly T[],
  widths: readonly number[],
  distance: (row: readonly T[], line: T) => Distance,
): T[][] {
  const most = Math.max(0, ...lines.map((line) => columnsOf(line).length));
  const rows: T[][] = [];
  for (const line of lines) {
    const row = rows.at(-1);
    const where = row === undefined ? 'apart' : distance(row, line);
    const isSame =
      row !== undefined &&
      (where === 'on' || (where !== 'apart' && continues(row, line, { widths, most, where })));
    if (isSame) row.push(line);
    else rows.push([line]);
  }
  return rows;
}

const columnsOf = ({ cells }: TableLine): number[] =>
  cells.flatMap((cell, column) => (cell === undefined ? [] : [column]));

function continues(
  row: readonly TableLine[],
  line: TableLine,
  table: {
    readonly widths: readonly number[];
    /** Number of cells of a full line. */
    readonly most: number;
    readonly where: Distance;
  },
): boolean {
  const above = row.at(-1);
  const filled = columnsOf(line);
  const test = (column: number, holds: typeof isWrapped, otherwise: boolean) => {
    const [upper, lower] = [above?.cells[column], line.cells[column]];
    return upper === undefined || lower === undefined
      ? otherwise
      : holds(upper, lower, table.widths[column] ?? 0);
  };
  if (filled.some((column) => test(column, areValues, false))) return false;
  if (filled.some((column) => test(column, isHyphenated, false))) return true;
  if (filled.every((column) => test(column, goesOn, false))) return true;
  const isPartial =
    filled.length < table.most || (above !== undefined && columnsOf(above).length < table.most);
  return (
    table.where === 'close' && isPartial && filled.every((column) => test(column, isWrapped, true))
  );
}
