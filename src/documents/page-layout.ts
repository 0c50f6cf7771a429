/** A page as a reader shows it, in points from its top left corner, cropped and turned. */
export interface PageLayout {
  readonly width: number;
  readonly height: number;
  /** Clockwise degrees by which a reader turns the page: 0, 90, 180 or 270. Sizes include it. */
  readonly rotation: number;
  /** Lines of text in the order of the text, as `encodeLines` returns them. */
  readonly lines: ArrayLike<number>;
}

export interface LineLayout {
  /** Point of the baseline from which words are measured. */
  readonly x: number;
  readonly y: number;
  readonly size: number;
  /** Direction of reading, clockwise in degrees; 0 is to the right. */
  readonly angle: number;
  readonly words: readonly WordLayout[];
}

/** A word: offsets in the text of its page, and where it begins and ends on the baseline. */
interface WordLayout {
  readonly start: number;
  readonly end: number;
  /** Larger than `to` for a word that is read from right to left. */
  readonly from: number;
  readonly to: number;
}

/** A rectangle on a page, in points from its top left corner. */
export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** Units of a point. */
const precision = 10;

/**
 * Encodes lines as small integers: five of each line, then for each word the gap and length in the
 * text, and the gap and length on the baseline in tenths of a point.
 */
export function encodeLines(lines: readonly LineLayout[]): Int32Array {
  const numbers: number[] = [];
  let at = 0;
  for (const { x, y, size, angle, words } of lines) {
    numbers.push(...[x, y, size].map((value) => Math.round(value * precision)), angle);
    numbers.push(words.length);
    let position = 0;
    for (const { start, end, from, to } of words) {
      const [first, last] = [Math.round(from * precision), Math.round(to * precision)];
      numbers.push(start - at, end - start, first - position, last - first);
      at = end;
      position = last;
    }
  }
  return Int32Array.from(numbers);
}

/** Reads lines as `encodeLines` wrote them. */
export function* decodeLines(numbers: ArrayLike<number>): Generator<LineLayout> {
  let next = 0;
  const read = () => numbers[next++] ?? 0;
  let at = 0;
  while (next < numbers.length) {
    const [x, y, size] = [read() / precision, read() / precision, read() / precision];
    const angle = read();
    const words: WordLayout[] = [];
    let position = 0;
    for (let count = read(); count > 0; count -= 1) {
      const start = at + read();
      at = start + read();
      const from = position + read();
      position = from + read();
      words.push({ start, end: at, from: from / precision, to: position / precision });
    }
    yield { x, y, size, angle, words };
  }
}

/** Height of letters above and below the baseline, in em. */
const ascent = 0.9;
const descent = 0.22;

/** Returns the box of the part of a line that is in [`start`, `end`) of its page; null for none. */
export function boxOf(line: LineLayout, start: number, end: number): Box | null {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const word of line.words) {
    const [first, last] = [Math.max(start, word.start), Math.min(end, word.end)];
    if (first >= last) continue;
    const length = (word.to - word.from) / (word.end - word.start);
    const edges = [first, last].map((at) => word.from + (at - word.start) * length);
    low = Math.min(low, ...edges);
    high = Math.max(high, ...edges);
  }
  return high < low ? null : turn(line, low, high);
}

/** Returns the smallest upright box around a part of a line. */
function turn({ x, y, size, angle }: LineLayout, from: number, to: number): Box {
  const radians = (angle * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(radians), Math.sin(radians)];
  const corners = [from, to].flatMap((along) =>
    [ascent * size, -descent * size].map((up) => [
      x + along * cosine + up * sine,
      y + along * sine - up * cosine,
    ]),
  );
  const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis] ?? 0));
  const [left, top] = [Math.min(...(xs ?? [])), Math.min(...(ys ?? []))];
  return {
    x: round(left),
    y: round(top),
    width: round(Math.max(...(xs ?? [])) - left),
    height: round(Math.max(...(ys ?? [])) - top),
  };
}

const round = (points: number) => Math.round(points * precision) / precision;
