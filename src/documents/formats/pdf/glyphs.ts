import { isRightToLeft } from './bidi.ts';

/** Parts of the parser that draw text, which its package does not export. */
export interface Font {
  _charToGlyph(code: number, isSpace?: boolean): { unicode: string; readonly category: unknown };
}
export interface TextState {
  readonly ctm: ArrayLike<number>;
  readonly textMatrix: ArrayLike<number>;
  translateTextMatrix(x: number, y: number): void;
}

/** Numbers of a glyph: where it begins and ends on the page, and the length of its text without spaces. */
const perGlyph = 5;
/** Maximum number of glyphs of a page that are followed, far above a dense page. */
const maxGlyphs = 200_000;

/**
 * Where the glyphs of a page are drawn. The parser reports only where runs begin and how long they are,
 * but moves by the advance of each glyph and then reads its text.
 */
export class GlyphTrail {
  #glyphs: number[] = [];
  #read = 0;
  #x0 = 0;
  #y0 = 0;
  #x1 = 0;
  #y1 = 0;
  #hasMoved = false;

  move(x0: number, y0: number, x1: number, y1: number): void {
    this.#x0 = x0;
    this.#y0 = y0;
    this.#x1 = x1;
    this.#y1 = y1;
    this.#hasMoved = true;
  }

  /** Adds a glyph with a number of letters where the last move led. */
  write(letters: number): void {
    if (!this.#hasMoved || this.#glyphs.length >= maxGlyphs * perGlyph) return;
    this.#hasMoved = false;
    this.#glyphs.push(this.#x0, this.#y0, this.#x1, this.#y1, letters);
  }

  /**
   * Returns the glyphs of the next run, five numbers each; null when they do not make up the length of
   * its text.
   */
  take(length: number): readonly number[] | null {
    const from = this.#read;
    let rest = length;
    while (rest > 0 && this.#read < this.#glyphs.length) {
      rest -= this.#glyphs[this.#read + perGlyph - 1] ?? 0;
      this.#read += perGlyph;
    }
    return rest === 0 ? this.#glyphs.slice(from, this.#read) : null;
  }

  /** Forgets the glyphs of a page. */
  clear(): void {
    this.#glyphs = [];
    this.#read = 0;
    this.#hasMoved = false;
  }
}

/**
 * Follows the glyphs that the parser draws, and turns right-to-left ligatures: the parser reverses
 * right-to-left text glyph by glyph, so a glyph for several letters must be reversed beforehand.
 */
export function watchGlyphs(
  fonts: Font,
  states: TextState,
  trail: () => GlyphTrail | undefined,
): void {
  const { _charToGlyph: toGlyph } = fonts;
  const watched = new WeakSet<object>();
  fonts._charToGlyph = function (code, isSpace) {
    const glyph = toGlyph.call(this, code, isSpace);
    if (watched.has(glyph)) return glyph;
    watched.add(glyph);
    // Computed from the text, which must not be read by it later.
    void glyph.category;
    const isTurned = glyph.unicode.length > 1 && isRightToLeft(glyph.unicode);
    const text = isTurned ? [...glyph.unicode].reverse().join('') : glyph.unicode;
    const letters = lengthOf(text);
    Object.defineProperty(glyph, 'unicode', {
      get() {
        trail()?.write(letters);
        return text;
      },
    });
    return glyph;
  };
  const { translateTextMatrix } = states;
  states.translateTextMatrix = function (x, y) {
    const current = trail();
    if (current === undefined) return translateTextMatrix.call(this, x, y);
    const [x0, y0] = [acrossOf(this), upOf(this)];
    translateTextMatrix.call(this, x, y);
    current.move(x0, y0, acrossOf(this), upOf(this));
  };
}

/** Returns the point of the page at which the next glyph is drawn. */
const acrossOf = ({ ctm, textMatrix }: TextState) =>
  (ctm[0] ?? 1) * (textMatrix[4] ?? 0) + (ctm[2] ?? 0) * (textMatrix[5] ?? 0) + (ctm[4] ?? 0);
const upOf = ({ ctm, textMatrix }: TextState) =>
  (ctm[1] ?? 0) * (textMatrix[4] ?? 0) + (ctm[3] ?? 1) * (textMatrix[5] ?? 0) + (ctm[5] ?? 0);

/** Number of code units besides spaces, which the parser inserts. */
export const lengthOf = (text: string): number => text.replaceAll(' ', '').length;

/**
 * Returns the left edge of each code unit of a run in visual order, and its right edge as the last
 * number, measured along a direction. Without glyphs, letters share the length of the run.
 */
export function letterEdges(
  text: string,
  { x, length }: { readonly x: number; readonly length: number },
  glyphs: readonly number[] | null,
  [cosine, sine]: readonly [cosine: number, sine: number],
): number[] {
  const placed = glyphs === null ? null : placeLetters(glyphs, [cosine, sine], isRightToLeft(text));
  const isPlaced = placed !== null && placed.length > 0 && placed.length === 2 * lengthOf(text);
  const edges: number[] = [];
  let at = 0;
  for (let index = 0; index < text.length; index += 1) {
    if (!isPlaced) edges.push(x + (length * index) / text.length);
    else if (text[index] === ' ') edges.push(placed[at - 1] ?? x);
    else {
      edges.push(placed[at] ?? x);
      at += 2;
    }
  }
  edges.push((isPlaced ? placed.at(-1) : undefined) ?? x + length);
  return edges;
}

/** Returns the left and right edge of each letter of the glyphs. */
function placeLetters(
  glyphs: readonly number[],
  [cosine, sine]: readonly [cosine: number, sine: number],
  isSorted: boolean,
): number[] {
  const edges: number[] = [];
  for (let at = 0; at < glyphs.length; at += perGlyph) {
    const from = (glyphs[at] ?? 0) * cosine + (glyphs[at + 1] ?? 0) * sine;
    const to = (glyphs[at + 2] ?? 0) * cosine + (glyphs[at + 3] ?? 0) * sine;
    const letters = glyphs[at + 4] ?? 0;
    const width = Math.abs(to - from) / letters;
    for (let letter = 0; letter < letters; letter += 1) {
      const left = Math.min(from, to) + width * letter;
      edges.push(left, left + width);
    }
  }
  if (!isSorted) return edges;
  const pairs = Array.from({ length: edges.length / 2 }, (_, index) =>
    edges.slice(index * 2, index * 2 + 2),
  );
  return pairs.sort(([one = 0], [other = 0]) => one - other).flat();
}
