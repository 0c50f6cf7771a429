import { stemmer } from 'stemmer';
import { isAskingWord, isStopWord, words } from '../shared/words.ts';
import { queryWords } from './keywords.ts';

const parts = /[^\p{L}\p{M}\p{N}]+/u;

/** What a word is matched by: without accents and endings, as the keyword index does it (Porter 1980). */
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

/** A word of the query with its weight. */
export interface Term {
  readonly word: string;
  /** All of them must stand in a passage that has the word. */
  readonly stems: readonly string[];
  /** Inverse document frequency in the searched bases, as in BM25. */
  readonly idf: number;
  /** A word of what is asked about, not of asking and not one that every text has. */
  readonly isSubject: boolean;
}

/**
 * Chunks of no particular subject that every base is taken to have besides its own: in a base of three
 * chunks a word that two of them have is no less telling than one that nobody has.
 */
const background = 200;

/** Weighs the words of a query; `counts` has the number of chunks with each word of `queryWords(query)`. */
export const weighTerms = (query: string, counts: readonly number[], chunk_count: number): Term[] =>
  queryWords(query).map((word, index) => {
    const count = counts[index] ?? 0;
    const total = Math.max(chunk_count, ...counts) + background;
    const idf = Math.log(1 + (total - count + 0.5) / (count + 0.5));
    return { word, stems: stemsOf(word), idf, isSubject: !isAskingWord(word) && !isStopWord(word) };
  });

/** The terms that coverage is measured by: those of the subject; all where there are no others. */
export function subjectTerms(terms: readonly Term[]): readonly Term[] {
  const subject = terms.filter((term) => term.isSubject);
  return subject.length > 0 ? subject : terms;
}

/** Share of the terms' weight that stands in a passage, 0..1. */
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
