/** Characters of Windows-1252 (WinAnsiEncoding) from 0x80 to 0x9f; a space where there is none. */
const upper = '€ ‚ƒ„…†‡ˆ‰Š‹Œ Ž  ‘’“”•–—˜™š›œ žŸ';

/** Returns the code of a character in WinAnsiEncoding; null for others. */
function codeOf(char: string): number | null {
  const point = char.codePointAt(0) ?? 0;
  if ((point >= 0x20 && point < 0x7f) || (point >= 0xa0 && point <= 0xff)) return point;
  const index = char === ' ' ? -1 : upper.indexOf(char);
  return index < 0 ? null : 0x80 + index;
}

/** Text that the standard fonts can show. */
export interface Shown {
  readonly codes: readonly number[];
  /** False when characters were replaced: by their base letters, or by a question mark. */
  readonly isExact: boolean;
}

/** Encodes text for the standard fonts. Characters that they lack lose their accents or become a question mark. */
export function encode(text: string): Shown {
  let isExact = true;
  const codes = [...text].flatMap((char) => {
    const code = codeOf(char);
    if (code !== null) return [code];
    isExact = false;
    const base = [...char.normalize('NFKD')].flatMap((part) => codeOf(part) ?? []);
    return base.length > 0 ? base : [0x3f];
  });
  return { codes, isExact };
}

/** Widths of Helvetica in thousandths of the font size, from the space to the tilde. */
const widths = [
  278, 278, 355, 556, 556, 889, 667, 191, 333, 333, 389, 584, 278, 333, 278, 278, 556, 556, 556,
  556, 556, 556, 556, 556, 556, 556, 278, 278, 584, 584, 584, 556, 1015, 667, 667, 722, 722, 667,
  611, 778, 722, 278, 500, 667, 556, 833, 722, 778, 667, 778, 722, 667, 611, 722, 667, 944, 667,
  667, 611, 278, 278, 278, 469, 556, 333, 556, 556, 500, 556, 556, 278, 556, 556, 222, 222, 500,
  222, 833, 556, 556, 556, 556, 333, 500, 278, 556, 500, 722, 500, 500, 500, 334, 260, 334, 584,
];

/** Returns the width of encoded text in points. Letters beyond ASCII count as wide as most of them are. */
export const widthOf = (codes: readonly number[], size: number): number =>
  codes.reduce((sum, code) => sum + (widths[code - 0x20] ?? 611), 0) * (size / 1000);
