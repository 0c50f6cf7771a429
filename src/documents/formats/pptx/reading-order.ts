import type { Box, PlacedShape } from './shapes.ts';

type Positioned = PlacedShape & { readonly box: Box };

/** More shapes than this keep the order of the file. */
const maxShapes = 120;

/**
 * Orders the shapes of a slide as they are read. The order of the file, in which screen readers read them, is kept
 * if no shape follows one below it or behind it; else the slide is cut into rows and columns.
 */
export function inReadingOrder(
  shapes: readonly PlacedShape[],
  isRightToLeft: boolean,
): PlacedShape[] {
  const placed = shapes.filter((shape): shape is Positioned => shape.box !== null);
  if (placed.length > maxShapes || inversions(placed, isRightToLeft) === 0) return [...shapes];
  return [...cut(placed, isRightToLeft), ...shapes.filter(({ box }) => box === null)];
}

/** Counts pairs of shapes of which the later one is above the other, or before it in the same row. */
function inversions(shapes: readonly Positioned[], isRightToLeft: boolean): number {
  let count = 0;
  for (const [index, { box: first }] of shapes.entries())
    for (const { box: later } of shapes.slice(index + 1))
      if (isAbove(later, first) || isBefore(later, first, isRightToLeft)) count += 1;
  return count;
}

const isAbove = (a: Box, b: Box) =>
  a.y + a.height <= b.y + tolerance(a.height, b.height) &&
  a.y < b.y &&
  overlap(a.x, a.width, b.x, b.width) > 0.3;

const isBefore = (a: Box, b: Box, isRightToLeft: boolean) => {
  const isAhead = isRightToLeft
    ? b.x + b.width <= a.x + tolerance(a.width, b.width)
    : a.x + a.width <= b.x + tolerance(a.width, b.width);
  return isAhead && a.x !== b.x && overlap(a.y, a.height, b.y, b.height) > 0.7;
};

/** Frames of texts often overlap a little. */
const tolerance = (a: number, b: number) => Math.min(a, b) * 0.2;

/** Returns the overlap of two stretches as a share of the shorter one. */
function overlap(from: number, length: number, otherFrom: number, otherLength: number): number {
  const common = Math.min(from + length, otherFrom + otherLength) - Math.max(from, otherFrom);
  return common / Math.max(1, Math.min(length, otherLength));
}

/**
 * Cuts a slide at its gaps, again and again ("recursive XY-cut"): where rows and columns are both
 * possible, in the way that is closer to the order of the file.
 */
function cut(shapes: readonly Positioned[], isRightToLeft: boolean): PlacedShape[] {
  if (shapes.length < 2) return [...shapes];
  const rows = groups(shapes, ({ y, height }) => [y, height]);
  const columns = groups(shapes, ({ x, width }) => [x, width]);
  if (isRightToLeft) columns.reverse();
  const ways = [rows, columns].filter((way) => way.length > 1);
  if (ways.length === 0) return shapes.toSorted((a, b) => a.box.y - b.box.y || a.box.x - b.box.x);
  const [best] = ways
    .map((way) => ({ way, moved: disorder(way.flat(), shapes) }))
    .sort((a, b) => a.moved - b.moved);
  return (best?.way ?? []).flatMap((group) => cut(group, isRightToLeft));
}

/** Groups shapes by the gaps between them in one direction. */
function groups(
  shapes: readonly Positioned[],
  stretchOf: (box: Box) => readonly [number, number],
): Positioned[][] {
  const sorted = shapes.toSorted((a, b) => stretchOf(a.box)[0] - stretchOf(b.box)[0]);
  const result: Positioned[][] = [];
  let end = Number.NEGATIVE_INFINITY;
  for (const shape of sorted) {
    const [from, length] = stretchOf(shape.box);
    if (from >= end) result.push([shape]);
    else result.at(-1)?.push(shape);
    end = Math.max(end, from + length * 0.85);
  }
  // In each group the order of the file remains.
  return result.map((group) => shapes.filter((shape) => group.includes(shape)));
}

/** Counts the pairs that are in another order than in the file. */
function disorder(order: readonly Positioned[], file: readonly Positioned[]): number {
  const indices = order.map((shape) => file.indexOf(shape));
  return indices.reduce(
    (sum, index, at) => sum + indices.slice(at + 1).filter((later) => later < index).length,
    0,
  );
}
