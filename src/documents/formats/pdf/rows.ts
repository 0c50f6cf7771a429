import type { Rule } from './drawn-rules.ts';
import { fragmentsOf } from './fragments.ts';
import { pushTo } from './group.ts';
import { type PdfRun, turnRuns } from './lines.ts';
import type { PdfLine } from './pdf-line.ts';
import { inReadingOrder } from './reading-order.ts';
import { type RuledTable, readRuledTables } from './ruled-tables.ts';
import { type Segment, toSegment } from './segment.ts';

interface Part extends Segment {
  readonly order: number;
  /**
   * Column of running text, identified by the order of its first line; null for headings, cells and
   * labels.
   */
  column: number | null;
  /** True when the part and its neighbours are sentences rather than labels and values. */
  isLong: boolean;
}

/**
 * Returns the lines of a page. Joins runs on one baseline across the columns of a table, never
 * across columns of running text.
 */
export function readLines(
  runs: readonly PdfRun[],
  rules: readonly Rule[] = [],
  rotate = 0,
): PdfLine[] {
  return turnRuns(runs, rotate).flatMap(({ angle, pieces }) => {
    const { tables, rest } = readRuledTables(pieces, rules, angle);
    const fragments = fragmentsOf(rest);
    const parts = fragments
      .map(
        (fragment, order): Part => ({ ...toSegment(fragment), order, column: null, isLong: false }),
      )
      .filter(({ text }) => text !== '');
    findColumns(parts);
    const indexOf = new Map(pieces.map((piece, index) => [piece, index]));
    const before = ({ from }: RuledTable) =>
      fragments.findIndex(
        ({ pieces: [first] }) => first !== undefined && (indexOf.get(first) ?? 0) > from,
      );
    const rows = [
      ...joinRows(parts),
      ...tables.map((one): Row => {
        const at = before(one);
        return rowOfTable(one, at < 0 ? fragments.length : at - 0.5);
      }),
    ];
    return order(rows).map((line) => ({ ...line, angle }));
  });
}

/**
 * Finds columns of running text: lines below each other with one left edge, most of them nearly as
 * long as the longest.
 */
function findColumns(parts: readonly Part[]): void {
  const edges = new Map<number, Part[]>();
  for (const [index, part] of parts.entries()) {
    const around = parts.slice(Math.max(0, index - 3), index + 4);
    part.isLong =
      around.reduce((sum, { x, right, size }) => sum + (right - x) / size, 0) > around.length * 10;
  }
  for (const part of parts) {
    const edge = Math.round(part.x / 6);
    pushTo(edges, edge, part);
  }
  for (const [edge, group] of edges) {
    const chain: Part[] = [];
    for (const part of [...group, ...(edges.get(edge + 1) ?? [])].toSorted((a, b) => b.y - a.y)) {
      const above = chain.at(-1);
      if (
        above !== undefined &&
        (above.y - part.y > above.size * 2.2 || Math.abs(above.size - part.size) > 1)
      )
        markColumn(chain.splice(0));
      chain.push(part);
    }
    markColumn(chain);
  }
}

function markColumn(chain: readonly Part[]): void {
  if (chain.length < 3) return;
  const widest = Math.max(...chain.map(({ x, right }) => right - x));
  const full = chain.filter(({ x, right }) => right - x >= widest * 0.8).length;
  const letters = chain.reduce((sum, { text }) => sum + text.length, 0);
  if (full < chain.length * 0.6 || letters < chain.length * 20) return;
  const column = Math.min(...chain.map((part) => part.column ?? part.order));
  for (const part of chain) part.column = column;
}

interface Row {
  parts: Part[];
  y: number;
  size: number;
  readonly ruled?: RuledTable;
}

function rowOfTable(ruled: RuledTable, order: number): Row {
  const segments = ruled.table.cells.flatMap(({ lines }) => lines.flat());
  const parts = segments.map((one): Part => ({ ...one, order, column: null, isLong: false }));
  return {
    parts,
    y: Math.max(...segments.map(({ y }) => y)),
    size: Math.max(...segments.map(({ size }) => size)),
    ruled,
  };
}

function joinRows(parts: readonly Part[]): Row[] {
  const rows: Row[] = [];
  const byHeight = new Map<number, Row[]>();
  for (const part of parts) {
    const height = Math.round(part.y / 8);
    const row = [height - 1, height, height + 1]
      .flatMap((one) => byHeight.get(one)?.slice(-200) ?? [])
      .find((one) => joins(one, part) || labels(one, part));
    if (row === undefined) {
      const made = { parts: [part], y: part.y, size: part.size };
      rows.push(made);
      pushTo(byHeight, height, made);
    } else {
      row.parts.push(part);
      row.size = Math.max(row.size, part.size);
    }
  }
  return rows;
}

/** Maximum number of cells in a row. */
const maxCells = 200;

const joins = (row: Row, part: Part): boolean =>
  row.parts.length < maxCells &&
  Math.abs(row.y - part.y) <= Math.max(row.size, part.size) * 0.25 &&
  row.parts.every(
    (one) =>
      (one.right <= part.x + part.size * 0.2 || part.right <= one.x + part.size * 0.2) &&
      (one.column === null || part.column === null),
  ) &&
  (row.parts.some((one) => Math.abs(one.order - part.order) === 1) ||
    [...row.parts, part].every(
      (one) => one.column === null && (!one.isLong || areCells(row.parts, part)),
    ));

/** True for parts as short and as near as the cells of a row. */
const areCells = (parts: readonly Part[], part: Part): boolean =>
  [...parts, part].every(({ x, right, size }) => right - x < size * 8) &&
  parts.some((one) => Math.max(one.x - part.right, part.x - one.right) < part.size * 7);

/** True for the label of a list item and its text, which files may draw far apart. */
const labels = (row: Row, part: Part): boolean => {
  const [one, ...others] = row.parts;
  if (one === undefined || others.length > 0) return false;
  const [left, right] = one.x < part.x ? [one, part] : [part, one];
  const gap = right.x - left.right;
  return (
    label.test(left.text) &&
    gap > -0.2 * part.size &&
    gap < part.size * 3 &&
    Math.abs(one.y - part.y) <= part.size * 0.25
  );
};

/** Orders rows: top to bottom for a single column, else as the file or the columns of the page have them. */
function order(rows: readonly Row[]): Omit<PdfLine, 'angle'>[] {
  const placed = rows.map((row) => ({
    row,
    order: Math.min(...row.parts.map((part) => part.column ?? part.order)),
  }));
  const byHeight = placed.toSorted((a, b) => b.row.y - a.row.y);
  const isOneColumn = byHeight.every(({ row }, index) => {
    const below = byHeight[index + 1]?.row;
    return below === undefined || row.y - below.y >= Math.min(row.size, below.size) * 0.5;
  });
  const inFile = placed.toSorted((a, b) => a.order - b.order).map(({ row }) => row);
  const sorted = isOneColumn ? byHeight.map(({ row }) => row) : inReadingOrder(inFile);
  return sorted.map(({ parts, y, size, ruled }) =>
    ruled === undefined
      ? { segments: withLabel(parts.toSorted((a, b) => a.x - b.x)), y, size }
      : { segments: parts, y, size, table: ruled.table },
  );
}

const label = /^(?:\(?(?:\d{1,3}(?:\.\d{1,3})*|[a-z]{1,2}|[ivxlc]{1,6})[.)]|[•▪◦●○■‣⁃–])$/i;

/**
 * Joins the label and text of a list item, however far apart. Table rows have more segments or
 * wider gaps.
 */
function withLabel(segments: readonly Segment[]): readonly Segment[] {
  const [first, second, ...others] = segments;
  const isItem =
    first !== undefined && second !== undefined && others.length === 0 && label.test(first.text);
  if (!isItem || second.x - first.right > second.size * 5) return segments;
  const words = Float32Array.from([...first.words, ...second.words]);
  return [{ ...second, text: `${first.text} ${second.text}`, words, x: first.x }];
}
