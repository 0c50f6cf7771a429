/** Accents that old fonts of TeX draw as glyphs of their own, and their combining characters. */
const combining: Readonly<Record<string, string>> = {
  '\u00a8': '\u0308',
  '\u02c6': '\u0302',
  '\u02c7': '\u030c',
  '\u02d8': '\u0306',
  '\u02d9': '\u0307',
  '\u02da': '\u030a',
  '\u02dc': '\u0303',
  '\u02dd': '\u030b',
  '\u00b4': '\u0301',
  '\u0060': '\u0300',
};
const beforeLetter = /([\u00a8\u02c6\u02c7\u02d8-\u02da\u02dc\u02dd])(\p{L})/gu;
/** Acute and grave also serve as apostrophes (`l\u00b4acqua`): only the letter that TeX draws without a dot is certain. */
const beforeDotless = /([\u00b4\u0060\u00a8\u02c6])\u0131/gu;
const cedilla = /([cCsStT])\u00b8/g;

/** Joins accents and letters that a file draws one over the other: `M\u00a8uller` is M\u00fcller. Others stay. */
export const composeAccents = (text: string): string =>
  text
    .replaceAll(beforeDotless, (all, accent: string) => composed('i', accent, all))
    .replaceAll(beforeLetter, (all, accent: string, letter: string) =>
      composed(letter, accent, all),
    )
    .replaceAll(cedilla, (_, letter: string) => `${letter}\u0327`.normalize('NFC'));

function composed(letter: string, accent: string, otherwise: string): string {
  const text = (letter + (combining[accent] ?? '')).normalize('NFC');
  return text.length === letter.length ? text : otherwise;
}
