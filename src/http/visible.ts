import { once } from '../shared/once.ts';

/**
 * Finds the characters of a name that a reader cannot see: default-ignorable and control
 * characters, and blanks that are not white space. Those that shape an emoji, an Arabic, Mongolian
 * or Indic letter or a Han character are allowed (UTS 51, RFC 5892 A.1 and A.2, UTS 37).
 */

const arabic = String.raw`[[\p{scx=Arab}\p{scx=Syrc}\p{scx=Nkoo}\p{scx=Adlm}\p{scx=Mand}\p{scx=Rohg}\p{scx=Mong}\p{scx=Phag}]&&[\p{L}\p{M}\p{N}]]`;
const indic = String.raw`[[\p{scx=Deva}\p{scx=Beng}\p{scx=Guru}\p{scx=Gujr}\p{scx=Orya}\p{scx=Taml}\p{scx=Telu}\p{scx=Knda}\p{scx=Mlym}\p{scx=Sinh}\p{scx=Mymr}\p{scx=Java}\p{scx=Bali}\p{scx=Sund}\p{scx=Cham}\p{scx=Newa}\p{scx=Cakm}]&&[\p{L}\p{M}]]`;
const khmer = String.raw`[\p{sc=Khmr}&&[\p{L}\p{M}]]`;
/** Viramas (canonical combining class 9) of the scripts in current use. */
const virama = String.raw`[\u094D\u09CD\u0A4D\u0ACD\u0B4D\u0BCD\u0C4D\u0CCD\u0D3B\u0D3C\u0D4D\u0DCA\u1039\u103A\u17D2\u1B44\u1BAA\u1BAB\uA9C0\uAA4D\uABED\u{11133}\u{11134}\u{11442}]`;

const pictograph = String.raw`\p{Extended_Pictographic}(?:\p{Emoji_Modifier}|[\uFE0E\uFE0F])?`;
const gb = String.raw`\u{E0067}\u{E0062}`;
/**
 * England, Scotland, Wales: the only flags of tag characters that are recommended for interchange.
 */
const tagFlag = String.raw`\u{1F3F4}${gb}(?:\u{E0065}\u{E006E}\u{E0067}|\u{E0073}\u{E0063}\u{E0074}|\u{E0077}\u{E006C}\u{E0073})\u{E007F}`;

const meaningful = [
  tagFlag,
  String.raw`[0-9#*]\uFE0F\u20E3`,
  String.raw`${pictograph}(?:\u200D${pictograph})*`,
  String.raw`(?<=\p{sc=Han})[\uFE00-\uFE02\u{E0100}-\u{E01EF}]`,
  String.raw`(?<=\p{sc=Mymr})\uFE00`,
  String.raw`(?<=[\p{sc=Mong}&&\p{L}])[\u180B-\u180D\u180F]`,
  String.raw`(?<=[\p{sc=Mong}&&\p{L}][\u180B-\u180D\u180F]?)\u180E(?=[\p{sc=Mong}&&\p{L}])`,
  // Persian separates suffixes by ZWNJ, also after words in other scripts: USB + ZWNJ + ها.
  String.raw`(?<=[\p{L}\p{M}\p{N}])\u200C(?=${arabic})`,
  String.raw`(?<=${arabic})\u200D`,
  String.raw`(?<=${virama})[\u200C\u200D]`,
  String.raw`(?<=${indic})[\u200C\u200D](?=${virama})`,
  String.raw`(?<=${khmer})[\u200C\u200D](?=${khmer})`,
].join('|');

/**
 * Invisible characters outside Unicode's property: line and paragraph separators, annotations, and
 * letters and symbols that are drawn blank.
 */
const invisible = String.raw`[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Zl}\p{Zp}\uFFF9-\uFFFB\u2800\u{13441}\u{13442}\u{16FE4}\u{1D159}]`;

const parts = once(() => new RegExp(`${meaningful}|(?<invisible>${invisible})`, 'gv'));

/**
 * Returns the first invisible character of a text that has no effect on its rendering, as `U+200B`;
 * null when there is none.
 */
export function invisibleIn(text: string): string | null {
  for (const { groups } of text.matchAll(parts())) {
    const code = groups?.invisible?.codePointAt(0);
    if (code !== undefined) return `U+${code.toString(16).toUpperCase().padStart(4, '0')}`;
  }
  return null;
}

/** Returns true when a text consists of white space and combining marks without a base letter. */
export const isBlank = (text: string): boolean => !/[\p{L}\p{N}\p{P}\p{S}\p{Co}]/u.test(text);
