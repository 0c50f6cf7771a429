import type { Line, PlacedCell } from './layout.ts';
import { around, overlaps, type Range } from './reference.ts';

/** A range that the workbook declares as a table. */
export interface TableArea extends Range {
  readonly headerRows: number;
}

/** A rectangle of a sheet that stands on its own, with empty cells or other rectangles around it. */
export interface Region extends Range {
  readonly lines: readonly Line[];
  readonly table: TableArea | null;
}

/** Cells of a row without a gap between them. */
interface Run {
  readonly row: number;
  readonly cells: PlacedCell[];
  readonly left: number;
  right: number;
  /** Index of the table that the cells belong to; -1 for none. */
  readonly table: number;
}

/** More groups than this are no tables side by side: the sheet is cut at empty rows only. */
const maxGroups = 3000;

/**
 * Cuts a sheet into regions: declared tables, and groups of cells that touch each other by their sides.
 * Groups whose rectangles overlap are one region. In the order of their first cells.
 */
export function findRegions(lines: readonly Line[], tables: readonly TableArea[]): Region[] {
  const runs = lines.map((line) => runsOf(line, tables));
  const touching = groupTouching(runs);
  const groups = touching.length > maxGroups ? groupRows(runs) : touching;
  return mergeOverlapping(groups)
    .map((group) => asRegion(group, tables))
    .sort((a, b) => a.top - b.top || a.left - b.left);
}

function runsOf({ row, cells }: Line, tables: readonly TableArea[]): Run[] {
  const here = tables.flatMap((table, index) =>
    table.top <= row && row <= table.bottom ? [{ ...table, index }] : [],
  );
  const runs: Run[] = [];
  for (const cell of cells) {
    const table =
      here.find(({ left, right }) => left <= cell.left && cell.left <= right)?.index ?? -1;
    const last = runs.at(-1);
    if (last !== undefined && last.table === table && last.right + 1 === cell.left) {
      last.cells.push(cell);
      last.right = cell.right;
    } else runs.push({ row, cells: [cell], left: cell.left, right: cell.right, table });
  }
  return runs;
}

/** Groups runs that share a side with a run of the next row, and all runs of a table. */
function groupTouching(rows: readonly (readonly Run[])[]): Run[][] {
  const groups = new Map<Run, Run[]>();
  const groupOf = (run: Run) => groups.get(run) ?? [];
  const join = (a: Run, b: Run) => {
    const [one, other] = [groupOf(a), groupOf(b)];
    if (one === other) return;
    const [large, small] = one.length < other.length ? [other, one] : [one, other];
    for (const run of small) {
      large.push(run);
      groups.set(run, large);
    }
  };
  const firstOfTable = new Map<number, Run>();
  let above: readonly Run[] = [];
  for (const runs of rows) {
    let at = 0;
    for (const run of runs) {
      groups.set(run, [run]);
      const first = firstOfTable.get(run.table);
      if (run.table >= 0 && first !== undefined) join(run, first);
      else if (run.table >= 0) firstOfTable.set(run.table, run);
      while ((above[at]?.right ?? Number.POSITIVE_INFINITY) < run.left) at += 1;
      for (
        let index = at;
        (above[index]?.left ?? Number.POSITIVE_INFINITY) <= run.right;
        index += 1
      ) {
        const upper = above[index] as Run;
        if (upper.row === run.row - 1 && upper.table === run.table) join(run, upper);
      }
    }
    above = runs;
  }
  return [...new Set(groups.values())];
}

/** Groups all runs of rows that follow each other. */
function groupRows(rows: readonly (readonly Run[])[]): Run[][] {
  const groups: Run[][] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const runs of rows) {
    const row = runs[0]?.row ?? 0;
    if (row === last + 1) for (const run of runs) groups.at(-1)?.push(run);
    else groups.push([...runs]);
    last = row;
  }
  return groups;
}

function asRegion(runs: readonly Run[], tables: readonly TableArea[]): Region {
  const lines = new Map<number, PlacedCell[]>();
  for (const { row, cells } of runs) {
    const line = lines.get(row);
    if (line === undefined) lines.set(row, [...cells]);
    else for (const cell of cells) line.push(cell);
  }
  return {
    ...rangeOf(runs),
    lines: inOrder(lines),
    table: tables[runs[0]?.table ?? -1] ?? null,
  };
}

const inOrder = (lines: ReadonlyMap<number, PlacedCell[]>): Line[] =>
  [...lines]
    .sort(([a], [b]) => a - b)
    .map(([row, cells]) => ({
      row,
      cells: isOrdered(cells) ? cells : cells.toSorted((a, b) => a.left - b.left),
    }));

const isOrdered = (cells: readonly PlacedCell[]) =>
  cells.every(({ left }, index) => index === 0 || (cells[index - 1]?.left ?? 0) < left);

function rangeOf(runs: readonly Run[]): Range {
  const range = {
    top: Number.POSITIVE_INFINITY,
    left: Number.POSITIVE_INFINITY,
    bottom: 0,
    right: 0,
  };
  for (const { row, left, right } of runs) {
    range.top = Math.min(range.top, row);
    range.bottom = Math.max(range.bottom, row);
    range.left = Math.min(range.left, left);
    range.right = Math.max(range.right, right);
  }
  return range;
}

/** Returns one region with the lines of two. */
export function joinRegions(a: Region, b: Region): Region {
  const lines = new Map(a.lines.map(({ row, cells }) => [row, [...cells]]));
  for (const { row, cells } of b.lines) lines.set(row, [...(lines.get(row) ?? []), ...cells]);
  return { ...around(a, b), lines: inOrder(lines), table: null };
}

/** Merges groups whose rectangles overlap. Tables stay apart. */
function mergeOverlapping(groups: readonly Run[][]): Run[][] {
  const isTable = (runs: readonly Run[]) => (runs[0]?.table ?? -1) >= 0;
  const waiting = groups
    .filter((runs) => !isTable(runs))
    .map((runs) => ({ range: rangeOf(runs), parts: [runs] }));
  const merged: typeof waiting = [];
  for (let group = waiting.pop(); group !== undefined; group = waiting.pop()) {
    const { range, parts } = group;
    const at = merged.findIndex((other) => overlaps(other.range, range));
    const [found] = at < 0 ? [] : merged.splice(at, 1);
    if (found === undefined) merged.push(group);
    else waiting.push({ range: around(range, found.range), parts: [...parts, ...found.parts] });
  }
  return [...groups.filter(isTable), ...merged.map(({ parts }) => parts.flat())];
}
