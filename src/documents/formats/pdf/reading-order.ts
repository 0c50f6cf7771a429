/** A line or a row of a table on a page, with y upwards. */
interface Box {
  readonly y: number;
  readonly size: number;
  readonly parts: readonly { readonly x: number; readonly right: number; readonly text: string }[];
  /** Extent of a table. */
  readonly ruled?: {
    readonly x: number;
    readonly right: number;
    readonly top: number;
    readonly bottom: number;
  };
}

interface Placed<T> {
  readonly box: T;
  readonly x: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** Pages with more lines are left in the order of the file: comparing them would take too long. */
const maxBoxes = 300;
const maxDepth = 30;
/** Share of lines that may stand above a former line of their column: labels of figures, notes in the margin. */
const tolerated = 0.03;

/**
 * Orders the lines of a page. The order of the file is kept unless it goes back up within a column; then the page is
 * cut at its empty stripes (recursive XY cut), columns before rows.
 */
export function inReadingOrder<T extends Box>(inFile: readonly T[]): T[] {
  if (inFile.length > maxBoxes) return [...inFile];
  const placed = inFile.map(place);
  return countRises(placed) <= placed.length * tolerated
    ? [...inFile]
    : cut(placed, 0).map(({ box }) => box);
}

const place = <T extends Box>(box: T): Placed<T> => ({
  box,
  x: box.ruled?.x ?? Math.min(...box.parts.map(({ x }) => x)),
  right: box.ruled?.right ?? Math.max(...box.parts.map(({ right }) => right)),
  top: box.ruled?.top ?? box.y + box.size * 0.7,
  bottom: box.ruled?.bottom ?? box.y - box.size * 0.2,
});

/** Counts lines above a former line whose width they share. */
function countRises(placed: readonly Placed<Box>[]): number {
  return placed.filter((one, index) =>
    placed.slice(0, index).some((former) => {
      const shared = Math.min(one.right, former.right) - Math.max(one.x, former.x);
      const least = Math.min(one.right - one.x, former.right - former.x);
      return one.bottom > former.bottom + former.box.size * 0.5 && shared > least * 0.5;
    }),
  ).length;
}

function cut<T extends Box>(boxes: readonly Placed<T>[], depth: number): Placed<T>[] {
  if (boxes.length < 2 || depth > maxDepth) return [...boxes];
  const gutter = findGutter(boxes);
  if (gutter !== null) {
    const isLeft = ({ x, right }: Placed<T>) => (x + right) / 2 < gutter;
    const sides = [boxes.filter(isLeft), boxes.filter((box) => !isLeft(box))];
    return sides.flatMap((side) => cut(side, depth + 1));
  }
  const bands = bandsOf(boxes);
  if (bands.length < 2) return boxes.toSorted((a, b) => b.box.y - a.box.y || a.x - b.x);
  const groups = groupBands(bands);
  return groups.length === 1 && groups[0]?.length === boxes.length
    ? bands.flatMap((band) => cut(band, depth + 1))
    : groups.flatMap((group) => cut(group, depth + 1));
}

/** Joins bands that stand in the same columns: each with those above it, then first lines of a column with those below. */
function groupBands<T extends Box>(bands: readonly Placed<T>[][]): Placed<T>[][] {
  const groups: Placed<T>[][] = [];
  for (const band of bands) {
    const group = groups.at(-1);
    if (group !== undefined && findGutter([...group, ...band]) !== null) group.push(...band);
    else groups.push([...band]);
  }
  for (let index = groups.length - 2; index >= 0; index -= 1) {
    const [above = [], below = []] = groups.slice(index, index + 2);
    if (findGutter(below) === null || !areNear(above, below)) continue;
    if (findGutter([...above, ...below]) !== null) groups.splice(index, 2, [...above, ...below]);
  }
  return groups;
}

/** True for bands with less than a line between them. */
const areNear = (above: readonly Placed<Box>[], below: readonly Placed<Box>[]) =>
  Math.min(...above.map(({ bottom }) => bottom)) - Math.max(...below.map(({ top }) => top)) <
  Math.min(...above.map(({ box }) => box.size));

/** Returns the middle of the widest empty stripe between columns that stand side by side; null for none. */
function findGutter(boxes: readonly Placed<Box>[]): number | null {
  const sorted = boxes.toSorted((a, b) => a.x - b.x);
  const em = sorted.map(({ box }) => box.size).toSorted((a, b) => a - b)[sorted.length >> 1] ?? 0;
  let best: { readonly middle: number; readonly width: number } | null = null;
  let right = sorted[0]?.right ?? 0;
  for (const [index, box] of sorted.entries()) {
    const width = box.x - right;
    if (
      width > em * 0.7 &&
      width > (best?.width ?? 0) &&
      areBeside(sorted.slice(0, index), sorted.slice(index))
    )
      best = { middle: (right + box.x) / 2, width };
    right = Math.max(right, box.right);
  }
  return best?.middle ?? null;
}

/** True for two columns of at least two lines whose heights have a third of the lower one in common. */
function areBeside(left: readonly Placed<Box>[], right: readonly Placed<Box>[]): boolean {
  if (left.length < 2 || right.length < 2) return false;
  const extent = (side: readonly Placed<Box>[]) => ({
    top: Math.max(...side.map(({ top }) => top)),
    bottom: Math.min(...side.map(({ bottom }) => bottom)),
  });
  const [a, b] = [extent(left), extent(right)];
  const shared = Math.min(a.top, b.top) - Math.max(a.bottom, b.bottom);
  return shared > Math.min(a.top - a.bottom, b.top - b.bottom) / 3;
}

/** Groups boxes whose heights overlap, from top to bottom. */
function bandsOf<T extends Box>(boxes: readonly Placed<T>[]): Placed<T>[][] {
  const bands: Placed<T>[][] = [];
  let bottom = Number.NEGATIVE_INFINITY;
  for (const box of boxes.toSorted((a, b) => b.top - a.top)) {
    const band = bands.at(-1);
    if (band !== undefined && box.top > bottom) {
      band.push(box);
      bottom = Math.min(bottom, box.bottom);
    } else {
      bands.push([box]);
      bottom = box.bottom;
    }
  }
  return bands;
}
