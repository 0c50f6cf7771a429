import type { PdfLine } from './pdf-line.ts';
import type { Segment } from './segment.ts';

/** The extent of a column. */
export interface Interval {
  x: number;
  right: number;
}

/** Minimum widths of a stripe between columns, in em: wider than the spaces of justified text, and of typewriters. */
const minGutter = 0.55;
const minTypedGutter = 1.1;

/** Returns the minimum width of a stripe between columns for the type of some segments. */
function gutterOf(segments: readonly Segment[]): number {
  const size = Math.max(0, ...segments.map((one) => one.size));
  const advances = segments.flatMap(({ words }) =>
    Array.from({ length: words.length / 3 }, (_, index) => {
      const [length = 1, from = 0, to = 0] = words.subarray(index * 3, index * 3 + 3);
      return Math.abs(to - from) / length;
    }),
  );
  const [least, most] = [Math.min(...advances), Math.max(...advances)];
  const isTyped = advances.length > 1 && most - least < size * 0.02 && least > size * 0.5;
  return size * (isTyped ? minTypedGutter : minGutter);
}

/** Merges overlapping extents, and returns them from left to right. */
export function mergeExtents(extents: readonly Readonly<Interval>[]): Interval[] {
  const merged: Interval[] = [];
  for (const { x, right } of extents.toSorted((a, b) => a.x - b.x)) {
    const last = merged.at(-1);
    if (last !== undefined && x < last.right) last.right = Math.max(last.right, right);
    else merged.push({ x, right });
  }
  return merged;
}

/** Splits columns at stripes that are empty in all lines, with words on both sides in at least two of them. */
export function splitColumns(columns: readonly Interval[], lines: readonly PdfLine[]): Interval[] {
  const gutter = gutterOf(lines.flatMap(({ segments }) => segments));
  // A name may stand above several columns.
  const body = lines.slice(lines.length > 4 ? 2 : 0);
  return columns.flatMap((column) => {
    const words = body.map(({ segments }) =>
      segments.flatMap(extentsOf).filter(({ x, right }) => x < column.right && right > column.x),
    );
    const split: Interval[] = [];
    for (const extent of mergeExtents(words.flat())) {
      const last = split.at(-1);
      const isGutter =
        last !== undefined &&
        extent.x - last.right >= gutter &&
        words.filter(
          (line) =>
            line.some(({ right }) => right <= last.right) && line.some(({ x }) => x >= extent.x),
        ).length > 1;
      if (last === undefined || isGutter) split.push(extent);
      else last.right = extent.right;
    }
    return split.length === 0 ? [column] : split;
  });
}

/** Returns the extents of the words of a segment. */
const extentsOf = ({ words }: Segment): Interval[] =>
  Array.from({ length: words.length / 3 }, (_, index) => {
    const [from = 0, to = 0] = [words[index * 3 + 1], words[index * 3 + 2]];
    return { x: Math.min(from, to), right: Math.max(from, to) };
  });

/** Returns the extents of the parts of a line, cut at its gaps between columns that are known. */
export const partsOf = ({ segments }: PdfLine, columns: readonly Interval[]): Interval[] =>
  segments.flatMap((segment) => {
    const across = columns.filter(({ x, right }) => x < segment.right && right > segment.x);
    return across.length < 2 ? [segment] : chunksOf(segment);
  });

/** Returns the extents of words with gaps as wide as those between columns. */
function chunksOf(segment: Segment): Interval[] {
  const chunks: Interval[] = [];
  const gutter = gutterOf([segment]);
  for (const { x, right } of extentsOf(segment).toSorted((a, b) => a.x - b.x)) {
    const last = chunks.at(-1);
    if (last !== undefined && x - last.right < gutter) last.right = Math.max(last.right, right);
    else chunks.push({ x, right });
  }
  return chunks;
}

/** The segments of a line in a column, and the number of columns that they span. */
export interface LineCell {
  readonly segments: Segment[];
  columns: number;
}

/** Cuts the segments of a line at the gaps between columns. One without such a gap spans columns. */
export function cutSegments(
  segments: readonly Segment[],
  columns: readonly Interval[],
): (LineCell | undefined)[] {
  const cells = columns.map((): LineCell => ({ segments: [], columns: 1 }));
  for (const segment of segments) {
    const extents = extentsOf(segment);
    const places = extents.map((extent) => columnOf(extent, columns));
    const first = Math.min(...places, columns.length - 1);
    const last = Math.max(...places, first);
    const cell = cells[first];
    if (last === first) cells[columnOf(segment, columns)]?.segments.push(segment);
    else if (cell !== undefined && isSpanning(extents, gutterOf([segment]))) {
      cell.segments.push(segment);
      cell.columns = Math.max(cell.columns, last - first + 1);
    } else
      for (const [column, { segments: parts }] of cells.entries()) {
        const part = partOf(segment, (index) => places[index] === column);
        if (part !== null) parts.push(part);
      }
  }
  return cells.map((cell) => (cell.segments.length === 0 ? undefined : cell));
}

/** Returns the column that shares most with an extent, or is next to it. */
function columnOf({ x, right }: Readonly<Interval>, columns: readonly Interval[]): number {
  const shared = columns.map((column) => Math.min(right, column.right) - Math.max(x, column.x));
  return shared.reduce((best, one, index) => (one > (shared[best] ?? one) ? index : best), 0);
}

/** True for words without a gap as wide as one between columns. */
function isSpanning(extents: readonly Interval[], gutter: number): boolean {
  const sorted = extents.toSorted((a, b) => a.x - b.x);
  return sorted.every(
    ({ x }, index) => index === 0 || x - (sorted[index - 1]?.right ?? x) < gutter,
  );
}

/** Returns the part of a segment with some of its words; null for none. */
function partOf(segment: Segment, has: (word: number) => boolean): Segment | null {
  const all = segment.text.split(' ');
  const kept = all.flatMap((_, index) => (has(index) ? [index] : []));
  if (kept.length === 0) return null;
  const words = Float32Array.from(
    kept.flatMap((index) => [...segment.words.subarray(index * 3, index * 3 + 3)]),
  );
  const extents = extentsOf({ ...segment, words });
  return {
    ...segment,
    text: kept.map((index) => all[index]).join(' '),
    words,
    x: Math.min(...extents.map(({ x }) => x)),
    right: Math.max(...extents.map(({ right }) => right)),
  };
}
