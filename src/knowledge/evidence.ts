import { stemmer } from 'stemmer';
import { words } from '../shared/words.ts';
import { queryWords } from './keywords.ts';

/** Words of asking rather than of the subject: whether a passage has them says nothing about it. */
const askingWords = new Set(
  [
    'please explain tell give show list describe define know want need find help mean means say says hello hi thanks thank many much often long far soon',
    'bitte erkläre nenne zeige gib sag viele viel gibt kann man oft lange weit bald',
    'expliquez donnez dites combien fait longtemps souvent por favor cuánto cuántos',
    '的 是 了 在 有 和 什么 吗 呢 哪 哪个 哪些 谁 多少 怎么 如何 为什么 请 我 你',
    'คือ อะไร ที่ ใน ของ และ ใคร เมื่อ ไหร่ ไหน อย่างไร เท่าไร ทำไม ได้ มี เป็น',
    'の は に を が と で です ます か 何',
  ].flatMap((line) => line.split(' ')),
);

const parts = /[^\p{L}\p{M}\p{N}]+/u;

/** What a word is matched by: without accents and endings, as the keyword index does it (Porter 1980). */
export const stemOf = (word: string): string => stemmer(word.normalize('NFD').replaceAll(/[\u0300-\u036f]/g, ''));

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
  readonly isAsking: boolean;
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
    return { word, stems: stemsOf(word), idf, isAsking: askingWords.has(word) };
  });

/** The terms that coverage is measured by: those of the subject; all where there are no others. */
export function subjectTerms(terms: readonly Term[]): readonly Term[] {
  const subject = terms.filter((term) => !term.isAsking);
  return subject.length > 0 ? subject : terms;
}

/** Share of the terms' weight that stands in a passage, 0..1. */
export function coverageOf(terms: readonly Term[], stems: ReadonlySet<string>): number {
  const total = terms.reduce((sum, { idf }) => sum + idf, 0);
  if (total === 0) return 0;
  return terms.reduce((sum, term) => sum + (term.stems.every((stem) => stems.has(stem)) ? term.idf : 0), 0) / total;
}
