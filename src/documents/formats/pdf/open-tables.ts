import { readCellLines } from './cell-lines.ts';
import { mergeExtents } from './columns.ts';
import type { Line } from './lattice.ts';
import type { Piece } from './lines.ts';
import type { PageTable } from './page-table.ts';
import type { PdfLine } from './pdf-line.ts';
import { tableOf } from './table-lines.ts';

/** Lines across a page that begin and end at the same places, from top to bottom. */
export interface Stack {
  readonly x: number;
  readonly right: number;
  readonly ys: readonly number[];
}

/** Difference of lines that begin at the same place, in points. */
const tolerance = 4;
/** Tables of printed works have a line above and below, and one below the names of the columns. */
const minLines = 3;

/** Finds lines that may belong to a table without lines between its columns. */
export function findStacks(across: readonly Line[]): Stack[] {
  const groups: Line[][] = [];
  for (const line of across.toSorted((a, b) => b.at - a.at)) {
    const group = groups.find(
      ([first]) =>
        first !== undefined &&
        Math.abs(first.from - line.from) < tolerance &&
        Math.abs(first.to - line.to) < tolerance,
    );
    if (group === undefined) groups.push([line]);
    else group.push(line);
  }
  return groups.flatMap((group) => {
    const [first] = group;
    return first === undefined || group.length < minLines
      ? []
      : [{ x: first.from, right: first.to, ys: group.map(({ at }) => at) }];
  });
}

/** Returns the table between lines; null for text that stands in no columns. */
export function readStack(
  { ys }: Stack,
  inside: readonly Piece[],
  angle: number,
): PageTable | null {
  const lines = readCellLines(inside).map(
    (segments): PdfLine => ({
      segments,
      y: segments[0]?.y ?? 0,
      size: Math.max(...segments.map(({ size }) => size)),
      angle,
    }),
  );
  const most = Math.max(0, ...lines.map(({ segments }) => segments.length));
  const full = lines.filter(({ segments }) => segments.length === most);
  // A name may stand above several columns.
  const [all, some] = [lines, full].map((of) =>
    mergeExtents(of.flatMap(({ segments }) => segments)),
  );
  if (all === undefined || some === undefined) return null;
  const isUsual = full.length * 2 >= lines.length || full.length > 2;
  const table = tableOf(lines, isUsual && some.length > all.length ? some : all, ys);
  return table.columns < 2 || table.rows < 2 || isProse(table) ? null : table;
}

/** True for columns of running text, whose lines fill them. */
function isProse({ cells, columns }: PageTable): boolean {
  const long = cells.flatMap(({ lines, width }) =>
    lines.filter((line) => {
      const [x, right] = [
        Math.min(...line.map((one) => one.x)),
        Math.max(...line.map((one) => one.right)),
      ];
      const size = line[0]?.size ?? 1;
      return width !== null && right - x > width * 0.85 && right - x > size * 12;
    }),
  ).length;
  const all = cells.reduce((sum, { lines }) => sum + lines.length, 0);
  return columns < 4 && long * 2 > all;
}
