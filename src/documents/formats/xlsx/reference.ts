/** A position in a sheet, from zero. */
export interface Position {
  readonly row: number;
  readonly column: number;
}

/** A rectangle of cells; both corners belong to it. */
export interface Range {
  readonly top: number;
  readonly left: number;
  readonly bottom: number;
  readonly right: number;
}

export const maxRow = 1_048_575;
export const maxColumn = 16_383;

/** Reads `B3`, also as `$B$3`. Returns null for anything else, and for a position outside of a sheet. */
export function readReference(text: string): Position | null {
  const [, letters, digits] = /^\$?([A-Z]{1,3})\$?(\d{1,7})$/i.exec(text) ?? [];
  if (letters === undefined) return null;
  let column = 0;
  for (const letter of letters.toUpperCase()) column = column * 26 + letter.charCodeAt(0) - 64;
  const row = Number(digits);
  return column - 1 > maxColumn || row < 1 || row - 1 > maxRow
    ? null
    : { row: row - 1, column: column - 1 };
}

/** Reads `A1:C5` or `A1`; null for anything else. */
export function readRange(text: string): Range | null {
  const [first = '', second = first] = text.split(':');
  const [start, end] = [readReference(first), readReference(second)];
  if (start === null || end === null) return null;
  return {
    top: Math.min(start.row, end.row),
    left: Math.min(start.column, end.column),
    bottom: Math.max(start.row, end.row),
    right: Math.max(start.column, end.column),
  };
}

export const overlaps = (a: Range, b: Range): boolean =>
  a.top <= b.bottom && b.top <= a.bottom && a.left <= b.right && b.left <= a.right;

/** Returns the smallest range that contains two. */
export const around = (a: Range, b: Range): Range => ({
  top: Math.min(a.top, b.top),
  left: Math.min(a.left, b.left),
  bottom: Math.max(a.bottom, b.bottom),
  right: Math.max(a.right, b.right),
});
