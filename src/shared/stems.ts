import { stemmer } from 'stemmer';
import { words } from './words.ts';

const parts = /[^\p{L}\p{M}\p{N}]+/u;

/**
 * Returns the stem of a word, without accents and endings, as in the keyword index (Porter 1980).
 */
const stemOf = (word: string): string =>
  stemmer(word.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, ''));

/**
 * Returns the stems of a text in order. As in the keyword index, "l'eau" has the words "l" and
 * "eau".
 */
export const stemsOf = (text: string): string[] =>
  words(text).flatMap((word) =>
    word
      .split(parts)
      .filter((part) => part !== '')
      .map(stemOf),
  );
