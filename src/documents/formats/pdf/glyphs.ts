import { isRightToLeft } from './bidi.ts';

/** A font of the parser, which its package does not export. */
export interface Font {
  readonly loadedName: string;
  readonly fontMatrix?: readonly number[];
  _charToGlyph(code: number, isSpace?: boolean): { unicode: string; readonly width: number };
}

/** Advance widths of the letters of a font, in em. */
export type LetterWidths = ReadonlyMap<string, number>;

/** Widths of the glyphs of one file, learnt while the parser decodes its text. */
export class GlyphWidths {
  readonly #fonts = new Map<string, Map<string, number>>();

  learn({ loadedName, fontMatrix }: Font, letter: string, width: number): void {
    const em = width * (fontMatrix?.[0] ?? 0.001);
    if (!Number.isFinite(em) || em < 0) return;
    let letters = this.#fonts.get(loadedName);
    if (letters === undefined) {
      letters = new Map();
      this.#fonts.set(loadedName, letters);
    }
    letters.set(letter, em);
  }

  of(font: string): LetterWidths | undefined {
    return this.#fonts.get(font);
  }
}

/**
 * Reports the width of every glyph of a letter, and turns right-to-left ligatures: the parser reverses
 * right-to-left text glyph by glyph, so a glyph for several letters must be reversed beforehand.
 */
export function watchGlyphs(fonts: Font, widths: () => GlyphWidths | undefined): void {
  const { _charToGlyph: toGlyph } = fonts;
  const turned = new WeakSet<object>();
  fonts._charToGlyph = function (code, isSpace) {
    const glyph = toGlyph.call(this, code, isSpace);
    if (glyph.unicode.length > 1 && !turned.has(glyph) && isRightToLeft(glyph.unicode)) {
      glyph.unicode = [...glyph.unicode].reverse().join('');
      turned.add(glyph);
    }
    if (glyph.unicode.length <= 2) widths()?.learn(this, glyph.unicode, glyph.width);
    return glyph;
  };
}

const isMark = (letter: string) => letter > '\u02ff' && /^\p{M}$/u.test(letter);

/** Width of a letter of an unknown font, and of a space whose width cannot be inferred, in em. */
const unknownWidth = 0.5;
const spaceWidth = 0.25;

/**
 * Returns the left edge of each code unit of a text, and its right edge as the last number. The parser
 * reports only the length of a run: letters have the widths of their font, and spaces share the rest.
 */
export function letterEdges(
  text: string,
  { x, length, size }: { readonly x: number; readonly length: number; readonly size: number },
  widths: LetterWidths | undefined,
): number[] {
  const advances: number[] = [];
  let sum = 0;
  let spaces = 0;
  for (const letter of text) {
    const isSpace = letter === ' ';
    const width = isSpace || isMark(letter) ? 0 : (widths?.get(letter) ?? unknownWidth);
    sum += width;
    spaces += isSpace ? 1 : 0;
    advances.push(width);
    if (letter.length === 2) advances.push(0);
  }
  const gap = spaces === 0 ? 0 : (length / size - sum) / spaces;
  const isPlausible = spaces > 0 && widths !== undefined && gap > 0.05 && gap < 0.9;
  const space = isPlausible ? gap : spaceWidth;
  const total = sum + space * spaces;
  const scale = total > 0 ? length / total : 0;
  const edges = [x];
  let at = x;
  for (const [index, advance] of advances.entries()) {
    at += (text[index] === ' ' ? space : advance) * scale;
    edges.push(at);
  }
  return edges;
}
