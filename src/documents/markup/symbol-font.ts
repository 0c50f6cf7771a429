import { codePoint } from 'dingbat-to-unicode';

const isPrivate = (code: number) => code >= 0xe000 && code <= 0xf8ff;

/** Returns the character of a symbol font, such as Wingdings; empty when unknown. */
export function symbolOf(font: string, code: number): string {
  const found = codePoint(font, code) ?? codePoint(font, code & 0xff);
  if (found !== undefined) return found.string;
  return code < 0x20 || code > 0x10ffff || isPrivate(code) ? '' : String.fromCodePoint(code);
}

const letterA = 0x61;
const isSymbolFont = (font: string) => codePoint(font, letterA) !== undefined;

/** Replaces the characters of a symbol font that Office stores in the private use area (U+F020 to U+F0FF). */
export const withSymbols = (text: string, font: string | null): string =>
  font !== null && /[\uf020-\uf0ff]/.test(text) && isSymbolFont(font)
    ? text.replaceAll(/[\uf020-\uf0ff]/g, (letter) => symbolOf(font, letter.charCodeAt(0)))
    : text;

/** Returns the character of a field `SYMBOL 97 \\f "Wingdings"` (ECMA-376, 17.16.5.61); null for other fields. */
export function symbolField(code: string): string | null {
  const number = /^\s*SYMBOL\s+"?(0x[\da-f]{1,6}|\d{1,7})\b/i.exec(code)?.[1];
  if (number === undefined) return null;
  const font = /\\f\s*(?:"([^"]*)"|(\S+))/i.exec(code);
  return symbolOf(font?.[1] ?? font?.[2] ?? '', Number(number)) || null;
}
