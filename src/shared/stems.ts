import { stemmer } from 'stemmer';
import { words } from './words.ts';

const parts = /[^\p{L}\p{M}\p{N}]+/u;

/** The stem of a word, without accents and endings, as in the keyword index (Porter 1980). */
const stemOf = (word: string): string =>
  stemmer(word.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, ''));

/** Stems of a text in order; "l'eau" is "l" and "eau", as the keyword index sees it. */
export const stemsOf = (text: string): string[] =>
  words(text).flatMap((word) =>
    word
      .split(parts)
      .filter((part) => part !== '')
      .map(stemOf),
  );
