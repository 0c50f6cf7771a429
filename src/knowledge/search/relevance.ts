import { type Bm25, sampleIdfOf, scoreCounts, sumOf } from './bm25.ts';
import { densest } from './densest.ts';
import type { Term } from './evidence.ts';
import { gramCounter } from './letter-grams.ts';
import { supportOf } from './neighbours.ts';
import type { PassageWords } from './passage-words.ts';
import { QueryKeys, type QueryParts } from './query-keys.ts';
import { type NumberedPassage, Vocabulary } from './vocabulary.ts';

const stemModel: Bm25 = { k1: 0.9, b: 0.6 };
const gramModel: Bm25 = { k1: 1.2, b: 0.75 };

/** Lengths in words of the places that are searched for most of the query, and their weights. */
const windows = [
  { length: 10, weight: 0.45 },
  { length: 20, weight: 0.5 },
];

/** Weights of the parts beside BM25 of the stems. */
export interface Weights {
  readonly grams: number;
  readonly windows: number;
  readonly headings: number;
  readonly neighbours: number;
}

/** Fitted on the collections of decision 0071. */
export const fittedWeights: Weights = { grams: 0.5, windows: 1, headings: 0.5, neighbours: 0.35 };

/**
 * Scores passages for a query: 0 for no match, 1 for a passage of mean length with every word once in one
 * place; repetitions, headings and neighbours exceed 1. Adds BM25 of the stems, the words in the densest places and in headings, BM25 of
 * letter grams, which match other forms of a word, compounds and typing errors, and the scores of similar passages.
 */
export function relevanceOf(
  query: QueryParts,
  rows: readonly { readonly file_id: string; readonly words: PassageWords }[],
  weights: Weights = fittedWeights,
): number[] {
  const vocabulary = new Vocabulary();
  const passages = rows.map(({ file_id, words }) => vocabulary.add(file_id, words));
  const keys = new QueryKeys(query);
  const found = keys.find(vocabulary.words, passages);
  const most = sumOf(keys.stemWeights);
  if (most === 0) return passages.map(() => 0);
  const stems = scoreCounts(keys.stemWeights, found, stemModel).map((score) => score / most);
  const grams = scoreGrams(query.terms, vocabulary.words, passages);
  const support = supportOf(passages, stems, vocabulary.words.length);
  const perfect = 1 + weights.grams + weights.windows * sumOf(windows.map(({ weight }) => weight));
  return found.map(({ places, headed }, at) => {
    const near = windows.reduce(
      (sum, { length, weight }) => sum + weight * densest(keys.placeWeights, places, length),
      0,
    );
    const score =
      (stems[at] ?? 0) +
      weights.grams * (grams[at] ?? 0) +
      (weights.windows * near) / most +
      (weights.headings * headed) / most +
      weights.neighbours * (support[at] ?? 0);
    return score / perfect;
  });
}

/** Grams are weighed by their frequency among the passages, which costs no reads. */
function scoreGrams(
  terms: readonly Term[],
  words: readonly string[],
  passages: readonly NumberedPassage[],
): number[] {
  const { size, count } = gramCounter(
    terms.map(({ word }) => word),
    words,
  );
  const counted = passages.map(({ heading, text }) => ({
    counts: count([heading, text]),
    length: heading.length + text.length,
  }));
  const weights = Float64Array.from({ length: size }, (_, gram) =>
    sampleIdfOf(
      counted.reduce((sum, { counts }) => sum + ((counts[gram] as number) > 0 ? 1 : 0), 0),
      passages.length,
    ),
  );
  const most = sumOf(weights);
  return scoreCounts(weights, counted, gramModel).map((score) => (most === 0 ? 0 : score / most));
}
