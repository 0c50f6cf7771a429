import { fragmentsOf } from './fragments.ts';
import type { Piece } from './lines.ts';
import { type Segment, toSegment } from './segment.ts';

/** Returns the lines of a cell from top to bottom, each from left to right. */
export function readCellLines(pieces: readonly Piece[]): Segment[][] {
  const lines: Segment[][] = [];
  const segments = fragmentsOf(pieces)
    .map(toSegment)
    .filter(({ text }) => text !== '')
    .sort((a, b) => b.y - a.y);
  for (const segment of segments) {
    const line = lines.at(-1);
    const [first] = line ?? [];
    if (first !== undefined && first.y - segment.y < Math.max(first.size, segment.size) * 0.4)
      line?.push(segment);
    else lines.push([segment]);
  }
  for (const line of lines) line.sort((a, b) => a.x - b.x);
  return lines;
}
