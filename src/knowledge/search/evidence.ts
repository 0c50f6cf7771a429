import { stemmer } from 'stemmer';
import { isAskingWord, isStopWord, words } from '../../shared/words.ts';
import { queryWords } from './keywords.ts';

const parts = /[^\p{L}\p{M}\p{N}]+/u;

/** Returns the stem of a word without accents, as in the keyword index (Porter 1980). */
export const stemOf = (word: string): string =>
  stemmer(word.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, ''));

/** Returns the stems of a text in order. "l'eau" yields "l" and "eau", as in the keyword index. */
export const stemsOf = (text: string): string[] =>
  words(text).flatMap((word) =>
    word
      .split(parts)
      .filter((part) => part !== '')
      .map(stemOf),
  );

/** A query word with its weight. */
export interface Term {
  readonly word: string;
  /** A passage has the word if it has all of these. */
  readonly stems: readonly string[];
  /** Inverse document frequency in the searched bases, as in BM25. */
  readonly idf: number;
  /** True for words of the subject: neither question words nor stop words. */
  readonly isSubject: boolean;
}

/**
 * Neutral chunks added to the size of every base, so that in a tiny base a word found in most of
 * its chunks still carries weight.
 */
const background = 200;

/**
 * Weighs the words of a query. `counts` is the number of chunks with each word of
 * `queryWords(query)`.
 */
export const weighTerms = (query: string, counts: readonly number[], chunk_count: number): Term[] =>
  queryWords(query).map((word, index) => {
    const count = counts[index] ?? 0;
    const total = Math.max(chunk_count, ...counts) + background;
    const idf = Math.log(1 + (total - count + 0.5) / (count + 0.5));
    return { word, stems: stemsOf(word), idf, isSubject: !isAskingWord(word) && !isStopWord(word) };
  });

/** Returns the terms that coverage is based on: those of the subject, or all if there are none. */
export function subjectTerms(terms: readonly Term[]): readonly Term[] {
  const subject = terms.filter((term) => term.isSubject);
  return subject.length > 0 ? subject : terms;
}

/** Returns the share of the terms' weight that a passage contains, from 0 to 1. */
export function coverageOf(terms: readonly Term[], stems: ReadonlySet<string>): number {
  const total = terms.reduce((sum, { idf }) => sum + idf, 0);
  if (total === 0) return 0;
  return (
    terms.reduce(
      (sum, term) => sum + (term.stems.every((stem) => stems.has(stem)) ? term.idf : 0),
      0,
    ) / total
  );
}
