import { readCellLines } from './cell-lines.ts';
import type { Rule } from './drawn-rules.ts';
import { findLattices, type Lattice, type LatticeCell, linesOf } from './lattice.ts';
import { isBlank, type Piece } from './lines.ts';
import { findStacks, readStack } from './open-tables.ts';
import { compact, type PageTable, type TableCell } from './page-table.ts';
import { splitPiece } from './split-piece.ts';
import { splitRows } from './split-rows.ts';

/** A table whose cells are drawn, with its place on the page. */
export interface RuledTable extends Edges {
  readonly table: PageTable;
  /** Index of its first piece. */
  readonly from: number;
}

/** Letters of a cell from which it is a column or box of running text. */
const maxLetters = 2000;
/** The same for a cell with most letters of its table. */
const maxShare = 500;
/** Lattices of a page that are tried. */
const maxLattices = 200;

/** Finds the ruled tables of a page. Returns them, and the pieces outside of them. */
export function readRuledTables(
  pieces: readonly Piece[],
  rules: readonly Rule[],
  angle: number,
): { readonly tables: readonly RuledTable[]; readonly rest: readonly Piece[] } {
  const tables: RuledTable[] = [];
  const taken = new Set<Piece>();
  const lines = linesOf(rules, angle);
  const take = (edges: Edges, read: (inside: readonly Piece[]) => PageTable | null) => {
    const inside = pieces.filter((piece) => !taken.has(piece) && isInside(edges, piece));
    const table = inside.length < 3 ? null : read(inside);
    if (table === null) return;
    for (const piece of inside) taken.add(piece);
    tables.push({ ...edges, table, from: pieces.indexOf(inside[0] as Piece) });
  };
  for (const lattice of findLattices(lines).slice(0, maxLattices))
    take(edgesOf(lattice.xs, lattice.ys), (inside) => readTable(lattice, inside));
  for (const stack of findStacks(lines.across).slice(0, maxLattices))
    take(edgesOf([stack.x, stack.right], stack.ys), (inside) => readStack(stack, inside, angle));
  return { tables, rest: tables.length === 0 ? pieces : pieces.filter((one) => !taken.has(one)) };
}

interface Edges {
  readonly x: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

const edgesOf = (xs: readonly number[], ys: readonly number[]): Edges => ({
  x: xs[0] ?? 0,
  right: xs.at(-1) ?? 0,
  top: ys[0] ?? 0,
  bottom: ys.at(-1) ?? 0,
});

/** Height of the middle of letters above their baseline, in em. */
const middle = 0.3;
const upOf = ({ y, size, isVertical }: Piece) => y + (isVertical ? 0 : size * middle);

const isInside = ({ x, right, top, bottom }: Edges, piece: Piece) =>
  (piece.x + piece.right) / 2 > x &&
  (piece.x + piece.right) / 2 < right &&
  upOf(piece) < top &&
  upOf(piece) > bottom;

/** Returns null for lines that are no table: boxes around text, charts, diagrams. */
function readTable(lattice: Lattice, inside: readonly Piece[]): PageTable | null {
  if (inside.filter((piece) => !isBlank(piece)).length < 3) return null;
  const { xs, ys, cells } = lattice;
  const cellAt = finderOf(lattice);
  const content = new Map<LatticeCell, Piece[]>();
  let crossing = 0;
  for (const piece of inside)
    for (const part of splitPiece(piece, (x) => edgesAt(lattice, cellAt(x, upOf(piece))))) {
      const cell = cellAt((part.x + part.right) / 2, upOf(part));
      if (cell === undefined) continue;
      const [left, right] = edgesAt(lattice, cell);
      if (part.x < left - part.size || part.right > right + part.size)
        crossing += part.letters.length;
      const known = content.get(cell);
      if (known === undefined) content.set(cell, [part]);
      else known.push(part);
    }
  const letters = inside.reduce((sum, piece) => sum + piece.letters.length, 0);
  if (crossing > letters * 0.05) return null;
  const read = cells.map((cell): TableCell => {
    const lines = readCellLines(content.get(cell) ?? []);
    return { ...cell, lines, width: null };
  });
  const table = compact(
    splitRows({ rows: ys.length - 1, columns: xs.length - 1, cells: withWidths(read, lattice) }),
  );
  return isTable(table) ? table : null;
}

function isTable({ rows, columns, cells }: PageTable): boolean {
  if (rows < 2 || columns < 2 || cells.length * 6 < rows * columns) return false;
  const starts = new Map<number, number>();
  for (const { row } of cells) starts.set(row, (starts.get(row) ?? 0) + 1);
  const full = [...starts.values()].filter((count) => count > 1).length;
  if (full === 0 || full * 3 < starts.size || cells.some(isRunningText)) return false;
  const lengths = cells.map(({ lines }) => lengthOf(lines));
  const [sum, most] = [lengths.reduce((all, one) => all + one, 0), Math.max(...lengths)];
  return most <= maxShare || most * 2 < sum;
}

/** True for columns or a box of running text. */
const isRunningText = ({ lines }: TableCell) =>
  lengthOf(lines) > maxLetters ||
  lines.filter(([one, next]) => next !== undefined && next.x - (one?.right ?? 0) > next.size)
    .length > 2;

const lengthOf = (lines: TableCell['lines']) =>
  lines.flat().reduce((sum, { text }) => sum + text.length, 0);

const edgesAt = ({ xs }: Lattice, cell: LatticeCell | undefined): readonly [number, number] =>
  cell === undefined
    ? [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]
    : [xs[cell.column] ?? 0, xs[cell.column + cell.columns] ?? 0];

/** Returns a function that finds the cell at a point. */
function finderOf({ xs, ys, cells }: Lattice): (x: number, y: number) => LatticeCell | undefined {
  const byPlace = new Map<number, LatticeCell>();
  for (const cell of cells)
    for (let row = cell.row; row < cell.row + cell.rows; row += 1)
      for (let column = cell.column; column < cell.column + cell.columns; column += 1)
        byPlace.set(row * xs.length + column, cell);
  return (x, y) => {
    const column = xs.findIndex((edge, index) => x >= edge && x < (xs[index + 1] ?? edge));
    const row = ys.findIndex((edge, index) => y <= edge && y > (ys[index + 1] ?? edge));
    return byPlace.get(row * xs.length + column);
  };
}

/** Adds the length that lines may have: that of the cell without the padding of its column. */
function withWidths(cells: readonly TableCell[], lattice: Lattice): TableCell[] {
  const padding = new Map<number, number>();
  for (const { column, columns, lines } of cells) {
    const [left = 0, right = 0] = [lattice.xs[column], lattice.xs[column + columns]];
    for (const segment of lines.flat()) {
      const free = Math.max(0, Math.min(segment.x - left, right - segment.right));
      padding.set(column, Math.min(padding.get(column) ?? free, free));
    }
  }
  return cells.map((cell) => {
    const [left = 0, right = 0] = [lattice.xs[cell.column], lattice.xs[cell.column + cell.columns]];
    return { ...cell, width: right - left - 2 * (padding.get(cell.column) ?? 0) };
  });
}
