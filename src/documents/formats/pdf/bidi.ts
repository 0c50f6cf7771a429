import bidiFactory from 'bidi-js';

const bidi = bidiFactory();
const rightToLeft =
  /[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}\ufb1d-\ufdff\ufe70-\ufefc]/u;
export const isRightToLeft = (text: string) => rightToLeft.test(text);

/**
 * Returns the letters of a text, numbered, in the other of reading order and visual order (UAX #9, rule
 * L2).
 */
function reorder(letters: readonly string[], base: 'ltr' | 'rtl'): number[] {
  // One code unit per letter, so that reversing never splits a surrogate pair.
  const units = letters
    .map((letter) => (letter.length === 1 ? letter : isRightToLeft(letter) ? '\u05d0' : 'a'))
    .join('');
  const order = letters.map((_, index) => index);
  for (const [start, end] of bidi.getReorderSegments(units, bidi.getEmbeddingLevels(units, base))) {
    const reversed = order.slice(start, end + 1).reverse();
    order.splice(start, reversed.length, ...reversed);
  }
  return order;
}

/** Returns a run in visual order: the parser delivers right-to-left runs in reading order. */
export function toVisual(text: string, direction: string): string {
  if (!isRightToLeft(text)) return text;
  const letters = [...text];
  return reorder(letters, direction === 'rtl' ? 'rtl' : 'ltr')
    .map((index) => letters[index])
    .join('');
}

/** The end of a right-to-left sentence in a paragraph that its writer left as left-to-right. */
export const misplacedEnd = /^([.!?\u061f\u06d4])\s?(?=\p{L})(.*[\p{L}\p{N})\]"'»”])$/u;

/**
 * Returns the order in which the letters of a line are read that stand from left to right. Its base
 * direction is that of most of its letters.
 */
export function readingOrder(letters: readonly string[]): readonly number[] {
  if (!letters.some(isRightToLeft)) return letters.map((_, index) => index);
  const words = letters.filter((letter) => /\p{L}/u.test(letter));
  return reorder(letters, words.filter(isRightToLeft).length * 2 >= words.length ? 'rtl' : 'ltr');
}

/** True when most letters are right-to-left: the first cell of the line is then the rightmost. */
export const isMostlyRightToLeft = (texts: readonly string[]): boolean => {
  const letters = [...texts.join('')].filter((letter) => /\p{L}/u.test(letter));
  return letters.length > 0 && letters.filter(isRightToLeft).length * 2 > letters.length;
};

/**
 * Presentation forms: ligatures, positional letter forms, radicals, vertical signs and spaces of
 * fixed width.
 */
const forms =
  /[\u00a0\u00b5\u2000-\u200a\u202f\u2126\u212a\u212b\u2e80-\u2fd5\u3000\ufb00-\ufdff\ufe10-\ufe19\ufe30-\ufe48\ufe70-\ufefc]+/g;

export const foldForms = (text: string): string =>
  text.replaceAll(forms, (form) => form.normalize('NFKC'));
