import { stemmer } from 'stemmer';
import { stemmerOfScript } from './script-stemmers.ts';
import { words } from './words.ts';

const plain = /^[a-z\d]+$/;
const ascii = /^[\0-\x7f]*$/;
const parts = /[^\p{L}\p{M}\p{N}]+/u;

/** Stems of recent words, and of those before. Texts repeat their words, and a look-up costs a tenth of the algorithm. */
let cache = new Map<string, readonly string[]>();
let formerCache = cache;
const cacheEntries = 8192;
const maxCachedLength = 32;

/**
 * Returns the stems of a text in order. As in the keyword index, "l'eau" has the words "l" and
 * "eau".
 */
export const stemsOf = (text: string): string[] => words(text).flatMap(stemsOfWord);

/** Returns the stems of one word of `words`. */
export function stemsOfWord(word: string): readonly string[] {
  const cached = cache.get(word);
  if (cached !== undefined) return cached;
  const stems = formerCache.get(word) ?? newStemsOf(word);
  if (word.length <= maxCachedLength) {
    if (cache.size >= cacheEntries) {
      formerCache = cache;
      cache = new Map();
    }
    cache.set(word, stems);
  }
  return stems;
}

const newStemsOf = (word: string): string[] =>
  plain.test(word)
    ? [stemmer(word)]
    : word
        .split(parts)
        .filter((part) => part !== '')
        .map(stemOf);

/**
 * Returns the stem of a word, without accents and endings: Porter 1980 for Latin letters, as in the
 * keyword index; else by the script, so that it does not depend on the text around the word.
 */
function stemOf(word: string): string {
  const stemWord = stemmerOfScript(word);
  return stemWord === null ? stemmer(withoutAccents(word)) : withoutAccents(stemWord(word));
}

/** Returns a word without accents. */
export const withoutAccents = (word: string): string =>
  ascii.test(word) ? word : word.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, '');
