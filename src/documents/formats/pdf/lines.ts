import { toVisual } from './bidi.ts';
import { letterEdges } from './glyphs.ts';

/**
 * A run of text from the PDF parser; `transform` places it on the page, with the origin at the
 * bottom left.
 */
export interface PdfRun {
  readonly str: string;
  readonly dir: string;
  readonly transform: readonly number[];
  readonly width: number;
  readonly height: number;
  readonly isVertical?: boolean;
  /** Its glyphs, as `GlyphTrail.take` returns them. */
  readonly glyphs?: readonly number[] | null;
}

/** A run rotated to read from left to right, with y upwards. */
export interface Piece {
  readonly text: string;
  /** Text without white space. */
  readonly letters: string;
  readonly x: number;
  readonly right: number;
  readonly y: number;
  readonly size: number;
  readonly isVertical: boolean;
  /** Left edge of each code unit of the text, and the right edge of the last. */
  readonly edges: readonly number[];
}

/** Runs of one direction, counter-clockwise in degrees. */
interface Turned {
  readonly angle: number;
  readonly pieces: readonly Piece[];
}

export interface Fragment {
  readonly pieces: Piece[];
  x: number;
  right: number;
  y: number;
  size: number;
}

/** Minimum gap between columns in em: wider than a full-width space. */
const columnGap = 1.25;
/** Superscripts and subscripts are smaller than this share of their line. */
export const smallShare = 0.92;

export const isBlank = ({ letters }: Piece) => letters === '';

/** Groups runs by direction: that of the page first, then by amount of text. */
export function turnRuns(runs: readonly PdfRun[], rotate: number): Turned[] {
  const groups = new Map<number, { pieces: Piece[]; letters: number }>();
  for (const run of runs) {
    const angle = angleOf(run);
    const group = groups.get(angle) ?? { pieces: [], letters: 0 };
    groups.set(angle, group);
    group.pieces.push(turn(run, angle));
    group.letters += run.str.length;
  }
  const rank = ([angle, { letters }]: [number, { letters: number }]) =>
    angle === rotate % 360 ? Number.POSITIVE_INFINITY : letters;
  return [...groups]
    .sort((a, b) => rank(b) - rank(a))
    .map(([angle, { pieces }]) => ({ angle, pieces: dropRepeats(pieces) }));
}

/** Returns the direction in degrees, counter-clockwise. Vertical writing runs downwards. */
function angleOf({ transform: [a = 1, b = 0], isVertical }: PdfRun): number {
  const angle = Math.round((Math.atan2(b, a) * 180) / Math.PI) - (isVertical === true ? 90 : 0);
  return (angle + 360) % 360;
}

function turn(run: PdfRun, angle: number): Piece {
  const [, , c = 0, d = 0, e = 0, f = 0] = run.transform;
  const radians = (angle * Math.PI) / 180;
  const [cosine, sine] = [Math.cos(radians), Math.sin(radians)];
  const x = e * cosine + f * sine;
  const y = f * cosine - e * sine;
  const isVertical = run.isVertical === true;
  const size = Math.hypot(c, d) || (isVertical ? run.width : run.height) || 1;
  const length = isVertical ? run.height : run.width;
  const text = toVisual(run.str, run.dir);
  const edges = letterEdges(text, { x, length }, run.glyphs ?? null, [cosine, sine]);
  const drawn = dropCovered(text, edges);
  const letters = drawn.text.replaceAll(/\s+/g, '');
  return { ...drawn, letters, x, right: x + length, y, size, isVertical };
}

/** Share of its width by which a letter that is drawn again must move to be seen. */
const minShift = 0.35;

/** Drops letters that the next one covers: justified Arabic text stretches words by strokes that overlap. */
function dropCovered(
  text: string,
  edges: readonly number[],
): { readonly text: string; readonly edges: readonly number[] } {
  if (!/(\S)\1/u.test(text)) return { text, edges };
  const units: string[] = [];
  const kept = [edges[text.length] ?? 0];
  for (let index = text.length - 1; index >= 0; index -= 1) {
    const [next = 0, end = 0] = [kept.at(-1), kept.at(-2)];
    const edge = edges[index] ?? 0;
    if (text[index] === units.at(-1) && next - edge < (end - next) * minShift && next >= edge)
      kept[kept.length - 1] = edge;
    else {
      units.push(text[index] ?? '');
      kept.push(edge);
    }
  }
  return { text: units.reverse().join(''), edges: kept.reverse() };
}

/** Drops text drawn twice at almost the same place, as for bold type or shadows. */
function dropRepeats(pieces: readonly Piece[]): Piece[] {
  const kept: Piece[] = [];
  const rows = new Map<number, Piece[]>();
  for (const piece of pieces) {
    const row = Math.round(piece.y / 4);
    if (isBlank(piece)) {
      kept.push(piece);
      continue;
    }
    if (
      [row - 1, row, row + 1].some((one) => rows.get(one)?.some((other) => repeats(piece, other)))
    )
      continue;
    kept.push(piece);
    const known = rows.get(row) ?? [];
    known.push(piece);
    // Bounds the comparison: only the latest pieces of an endless row are kept.
    if (known.length > 400) known.splice(0, 200);
    rows.set(row, known);
  }
  return kept;
}

function repeats(piece: Piece, other: Piece): boolean {
  const slack = Math.min(piece.size, other.size) * 0.12;
  if (Math.abs(piece.y - other.y) > slack || Math.abs(piece.size - other.size) > slack)
    return false;
  if (piece.x < other.x - slack || piece.right > other.right + slack) return false;
  const [text, whole] = [piece.letters, other.letters];
  if (text === whole) return Math.abs(piece.x - other.x) <= slack;
  const expected = (whole.length * (piece.x - other.x)) / Math.max(other.right - other.x, 1);
  const from = Math.max(0, Math.floor(expected) - 2);
  return text.length > 1 && whole.slice(from, Math.ceil(expected) + 2 + text.length).includes(text);
}

/** Joins consecutive pieces on one baseline, in file order. A column-wide gap ends a fragment. */
export function readFragments(pieces: readonly Piece[]): Fragment[] {
  const fragments: Fragment[] = [];
  let open: Fragment | null = null;
  for (const piece of pieces) {
    if (isBlank(piece)) {
      open?.pieces.push(piece);
      continue;
    }
    if (open === null || !continues(open, piece)) {
      open = { pieces: [], x: piece.x, right: piece.right, y: piece.y, size: piece.size };
      fragments.push(open);
    }
    addPiece(open, piece);
    if (piece.size > open.size * 1.05) {
      open.size = piece.size;
      open.y = piece.y;
    }
  }
  return fragments;
}

export function addPiece(fragment: Fragment, piece: Piece): void {
  fragment.pieces.push(piece);
  if (isBlank(piece)) return;
  fragment.x = Math.min(fragment.x, piece.x);
  fragment.right = Math.max(fragment.right, piece.right);
}

function continues(open: Fragment, piece: Piece): boolean {
  const size = Math.max(open.size, piece.size);
  const isSmall = Math.min(open.size, piece.size) < size * smallShare;
  if (Math.abs(piece.y - open.y) > size * (isSmall ? 0.6 : 0.35)) return false;
  return piece.x < open.right + size * columnGap && piece.right > open.x - size * columnGap;
}
