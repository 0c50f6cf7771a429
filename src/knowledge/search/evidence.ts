import { stemsOf } from '../../shared/stems.ts';
import { isAskingWord, isInterrogative, isStopWord } from '../../shared/words.ts';
import { type IndexTerm, queryWords } from './keywords.ts';
import { requiredWords } from './required-words.ts';

/** A query word with its weight. */
export interface Term {
  readonly word: string;
  /** A passage has the word if it has all of these. */
  readonly stems: readonly string[];
  /** Inverse document frequency in the searched bases, as in BM25. */
  readonly idf: number;
  /** True for words of the subject: neither question words nor stop words. */
  readonly isSubject: boolean;
  /** True for names and numbers: a passage without them is about something else. */
  readonly isRequired: boolean;
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
export function weighTerms(query: string, counts: readonly number[], chunk_count: number): Term[] {
  const required = requiredWords(query);
  return queryWords(query).map((word, index) => {
    const count = counts[index] ?? 0;
    return {
      word,
      stems: stemsOf(word),
      idf: idfOf(count, Math.max(chunk_count, ...counts)),
      isSubject: !isAskingWord(word) && !isStopWord(word) && !isInterrogative(word),
      isRequired: required.has(word),
    };
  });
}

/** Returns the inverse document frequency of the prefixes of a query that count (as `countedTerms` decides). */
export const weighPrefixes = (
  terms: readonly IndexTerm[],
  counts: readonly number[],
  chunk_count: number,
): ReadonlyMap<string, number> =>
  new Map(
    terms.flatMap(({ stems, word }, at) => {
      const count = counts[at] ?? 0;
      return word === null || count < (counts[word] ?? 0)
        ? []
        : stems.map((prefix) => [prefix, idfOf(count, Math.max(chunk_count, ...counts))] as const);
    }),
  );

function idfOf(count: number, chunk_count: number): number {
  const total = chunk_count + background;
  return Math.log(1 + (total - count + 0.5) / (count + 0.5));
}

/** False when a query consists of question words and stop words. A query without any word has one. */
export const hasSubject = (terms: readonly Term[]): boolean =>
  terms.length === 0 || terms.some((term) => term.isSubject);

/** Returns the terms that coverage is based on: those of the subject, or all if there are none. */
export function subjectTerms(terms: readonly Term[]): readonly Term[] {
  const subject = terms.filter((term) => term.isSubject);
  return subject.length > 0 ? subject : terms;
}

/** Returns the weight of all terms. */
export const weightOf = (terms: readonly Term[]): number =>
  terms.reduce((sum, { idf }) => sum + idf, 0);

/** Returns the share of the terms' weight that a passage contains, from 0 to 1. */
export function coverageOf(terms: readonly Term[], stems: ReadonlySet<string>): number {
  const total = weightOf(terms);
  return total === 0 ? 0 : weightOf(terms.filter((term) => isIn(term, stems))) / total;
}

/** True when the passage has all stems of the term. */
export const isIn = ({ stems }: Term, passage: ReadonlySet<string>): boolean =>
  stems.every((stem) => passage.has(stem));
