import type { Rule } from './drawn-rules.ts';

/** A rectangle of a lattice, in rows and columns. */
export interface LatticeCell {
  readonly row: number;
  readonly column: number;
  readonly rows: number;
  readonly columns: number;
}

/** The lines of a ruled table. */
export interface Lattice {
  /** Edges of the columns from left to right, and of the rows from top to bottom, with y upwards. */
  readonly xs: readonly number[];
  readonly ys: readonly number[];
  readonly cells: readonly LatticeCell[];
}

/** A line at a height or an abscissa, with its extent along the other axis. */
export interface Line {
  at: number;
  from: number;
  to: number;
}

export interface Lines {
  readonly across: readonly Line[];
  readonly up: readonly Line[];
}

/** Distance between lines that are one: double borders, and borders drawn cell by cell. */
const tolerance = 3;
/** Above these, lines are those of a drawing. */
const maxPairs = 1_000_000;
const maxCells = 20_000;

/** Turns lines to a direction of reading, and joins those that continue each other. */
export function linesOf(rules: readonly Rule[], angle: number): Lines {
  const across: Line[] = [];
  const up: Line[] = [];
  const radians = (angle * Math.PI) / 180;
  const [cosine, sine] = [Math.round(Math.cos(radians)), Math.round(Math.sin(radians))];
  if (angle % 90 === 0)
    for (const [x0, y0, x1, y1] of rules) {
      const [a, b] = [x0 * cosine + y0 * sine, y0 * cosine - x0 * sine];
      const [c, d] = [x1 * cosine + y1 * sine, y1 * cosine - x1 * sine];
      if (Math.abs(a - c) > Math.abs(b - d))
        across.push({ at: b, from: Math.min(a, c), to: Math.max(a, c) });
      else up.push({ at: a, from: Math.min(b, d), to: Math.max(b, d) });
    }
  return { across: joinLines(across), up: joinLines(up) };
}

function joinLines(lines: readonly Line[]): Line[] {
  const joined: Line[] = [];
  let group: Line[] = [];
  const flush = () => {
    let last: Line | undefined;
    for (const line of group.sort((a, b) => a.from - b.from)) {
      if (last !== undefined && line.from <= last.to + tolerance)
        last.to = Math.max(last.to, line.to);
      else {
        last = { ...line };
        joined.push(last);
      }
    }
    group = [];
  };
  for (const line of lines.toSorted((a, b) => a.at - b.at)) {
    if (line.at - (group[0]?.at ?? line.at) > tolerance * 0.7) flush();
    group.push(line);
  }
  flush();
  return joined;
}

/** Finds lattices of lines that cross or touch each other, the smallest first. */
export function findLattices({ across, up }: Lines): Lattice[] {
  if (across.length * up.length > maxPairs) return [];
  return groupTouching(across, up)
    .flatMap((group) => latticeOf(group) ?? [])
    .sort((a, b) => areaOf(a) - areaOf(b));
}

const areaOf = ({ xs, ys }: Lattice) =>
  ((xs.at(-1) ?? 0) - (xs[0] ?? 0)) * ((ys[0] ?? 0) - (ys.at(-1) ?? 0));

function groupTouching(across: readonly Line[], up: readonly Line[]): Lines[] {
  const groups = new Map<Line, Lines & { across: Line[]; up: Line[] }>();
  for (const line of across) groups.set(line, { across: [line], up: [] });
  for (const line of up) groups.set(line, { across: [], up: [line] });
  for (const one of across)
    for (const other of up) {
      if (!touches(one, other)) continue;
      const [a, b] = [groups.get(one), groups.get(other)];
      if (a === undefined || b === undefined || a === b) continue;
      for (const line of b.across) groups.set(line, a);
      for (const line of b.up) groups.set(line, a);
      a.across.push(...b.across);
      a.up.push(...b.up);
    }
  return [...new Set(groups.values())];
}

const touches = (across: Line, up: Line) =>
  up.at >= across.from - tolerance &&
  up.at <= across.to + tolerance &&
  across.at >= up.from - tolerance &&
  across.at <= up.to + tolerance;

/** Edges are open where lines of the other axis end beyond the last one. */
function latticeOf({ across, up }: Lines): Lattice | null {
  const xs = edgesOf([...up.map(({ at }) => at), ...across.flatMap(({ from, to }) => [from, to])]);
  const ys = edgesOf([...across.map(({ at }) => at), ...up.flatMap(({ from, to }) => [from, to])]);
  ys.reverse();
  if (xs.length < 3 || ys.length < 3 || (xs.length - 1) * (ys.length - 1) > maxCells) return null;
  return { xs, ys, cells: cellsOf(xs, ys, { across, up }) };
}

function edgesOf(positions: readonly number[]): number[] {
  const edges: number[] = [];
  for (const at of positions.toSorted((a, b) => a - b))
    if (at - (edges.at(-1) ?? Number.NEGATIVE_INFINITY) > tolerance) edges.push(at);
  return edges;
}

/** Cuts a lattice into cells: rectangles with no line between their parts. */
function cellsOf(xs: readonly number[], ys: readonly number[], lines: Lines): LatticeCell[] {
  const [columns, rows] = [xs.length - 1, ys.length - 1];
  const right = lineMap(lines.up, xs, ys);
  const below = lineMap(lines.across, ys, xs);
  const hasRight = (row: number, column: number) => right(column + 1, row);
  const hasBelow = (row: number, column: number) => below(row + 1, column);
  const isTaken = new Uint8Array(rows * columns);
  const cells: LatticeCell[] = [];
  for (let row = 0; row < rows; row += 1) {
    for (let column = 0; column < columns; column += 1) {
      if (isTaken[row * columns + column] === 1) continue;
      let end = column;
      while (end + 1 < columns && !hasRight(row, end) && isTaken[row * columns + end + 1] === 0)
        end += 1;
      let bottom = row;
      const isOpen = () => {
        if (bottom + 1 >= rows) return false;
        for (let at = column; at <= end; at += 1)
          if (hasBelow(bottom, at) || (at < end && hasRight(bottom + 1, at))) return false;
        return true;
      };
      while (isOpen()) bottom += 1;
      for (let at = row; at <= bottom; at += 1)
        isTaken.fill(1, at * columns + column, at * columns + end + 1);
      cells.push({ row, column, rows: bottom - row + 1, columns: end - column + 1 });
    }
  }
  return cells;
}

/** Returns whether a line is drawn at edge `at` along the space between two edges of the other axis. */
function lineMap(
  lines: readonly Line[],
  edges: readonly number[],
  others: readonly number[],
): (at: number, space: number) => boolean {
  const drawn = new Set<number>();
  for (const { at, from, to } of lines) {
    const edge = edges.findIndex((one) => Math.abs(one - at) <= tolerance);
    for (let space = 0; edge >= 0 && space + 1 < others.length; space += 1) {
      const [a = 0, b = 0] = [others[space], others[space + 1]];
      const middle = Math.min(to, Math.max(a, b)) - Math.max(from, Math.min(a, b));
      if (middle > Math.abs(a - b) * 0.6) drawn.add(edge * others.length + space);
    }
  }
  return (at, space) => drawn.has(at * others.length + space);
}
