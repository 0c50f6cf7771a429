import { stemmer as stemGreek } from '@orama/stemmers/greek';
import { stemmer as stemDevanagari } from '@orama/stemmers/indian';
import { stemmer as stemCyrillic } from '@orama/stemmers/russian';

type StemWord = (word: string) => string;

/** First and last code unit of the letters of a script. */
const scripts: readonly (readonly [first: number, last: number, StemWord])[] = [
  [0x370, 0x3ff, stemGreek],
  [0x1f00, 0x1fff, stemGreek],
  [0x400, 0x52f, stemCyrillic],
  [0x620, 0x6ff, stemArabic],
  [0x900, 0x97f, stemDevanagari],
];

/**
 * Returns the stemmer of the script of a word, which is that of its most written language; null for scripts
 * without one. Words of other languages lose the same endings in texts and queries.
 */
export function stemmerOfScript(word: string): StemWord | null {
  const code = word.charCodeAt(0);
  if (code < 0x370) return null;
  return scripts.find(([first, last]) => code >= first && code <= last)?.[2] ?? null;
}

/** The article with what is written before it; "and". */
const arabicPrefix = /^(?:و?(?:ال|بال|كال|فال|لل)|و)/;
const arabicSuffixes = ['ها', 'ان', 'ات', 'ون', 'ين', 'يه', 'ه', 'ي'];

/** Removes prefixes and suffixes, as far as two letters are left (light10: Larkey, Ballesteros and Connell 2007). */
function stemArabic(word: string): string {
  let stem = word
    .replaceAll(/[\u0622\u0623\u0625\u0671]/g, '\u0627')
    .replaceAll('\u0649', '\u064a')
    .replaceAll('\u0629', '\u0647');
  const prefix = arabicPrefix.exec(stem)?.[0] ?? '';
  const least = prefix === '\u0648' ? 3 : 2;
  if (stem.length - prefix.length >= least) stem = stem.slice(prefix.length);
  for (const suffix of arabicSuffixes)
    if (stem.endsWith(suffix) && stem.length - suffix.length >= 2)
      stem = stem.slice(0, -suffix.length);
  return stem;
}
