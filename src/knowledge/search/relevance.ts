import type { Term } from './evidence.ts';
import { gramFilter, gramsOf } from './letter-grams.ts';
import type { PassageStems } from './passage-stems.ts';

/** Constants of BM25: saturation of repetitions, and how far long passages are discounted. */
const stemModel = { k1: 0.9, b: 0.6 };
const gramModel = { k1: 1.2, b: 0.75 };
const headingWeight = 0.5;

/** Weights beside BM25 of the stems, and the length in words of the densest place. */
const gramWeight = 0.4;
const windowWeight = 0.4;
const windowLength = 20;

/**
 * Scores passages for a query: 0 for no match, 1 for a passage of mean length with every word once in one
 * place; repetitions exceed 1. Adds BM25 of the stems, BM25 of the grams of letters, which match other
 * forms of a word, compounds and typing errors, and the words in the densest place.
 */
export function relevanceOf(terms: readonly Term[], passages: readonly PassageStems[]): number[] {
  const weights = stemWeights(terms);
  const stems = scoreStems(weights, passages);
  const grams = scoreGrams(
    terms.map(({ word }) => word),
    passages,
  );
  const most = (1 + windowWeight) * sumOf(weights) + gramWeight * grams.most;
  return passages.map(({ text }, at) => {
    const window = bestWindow(weights, text);
    const score = (stems[at] ?? 0) + gramWeight * (grams.scores[at] ?? 0) + windowWeight * window;
    return most === 0 ? 0 : score / most;
  });
}

/** The distinct stems of the query with their inverse document frequency. */
function stemWeights(terms: readonly Term[]): Map<string, number> {
  const weights = new Map<string, number>();
  for (const { stems, idf } of terms)
    for (const stem of stems) weights.set(stem, Math.max(idf, weights.get(stem) ?? 0));
  return weights;
}

function scoreStems(
  weights: ReadonlyMap<string, number>,
  passages: readonly PassageStems[],
): number[] {
  return scoreCounts(
    weights,
    passages.map(({ text, heading, file_name }) => {
      const counts = new Map<string, number>();
      const count = (stem: string, amount: number) => {
        if (weights.has(stem)) counts.set(stem, (counts.get(stem) ?? 0) + amount);
      };
      for (const stem of text) count(stem, 1);
      for (const stem of heading) count(stem, headingWeight);
      for (const stem of file_name) count(stem, headingWeight);
      return { counts, length: text.length };
    }),
    stemModel,
  );
}

/** Grams are weighed by their frequency among the passages, which costs no reads. */
function scoreGrams(query: readonly string[], passages: readonly PassageStems[]) {
  const frequency = new Map(gramsOf(query).map((gram) => [gram, 0]));
  const matching = gramFilter(new Set(frequency.keys()));
  const counted = passages.map(({ words }) => {
    const counts = new Map<string, number>();
    for (const gram of matching(words)) counts.set(gram, (counts.get(gram) ?? 0) + 1);
    for (const gram of counts.keys()) frequency.set(gram, (frequency.get(gram) ?? 0) + 1);
    return { counts, length: words.length };
  });
  const weights = new Map(
    [...frequency].map(([gram, count]) => [
      gram,
      Math.log(1 + (passages.length - count + 0.5) / (count + 0.5)),
    ]),
  );
  return { scores: scoreCounts(weights, counted, gramModel), most: sumOf(weights) };
}

const sumOf = (weights: ReadonlyMap<string, number>): number =>
  [...weights.values()].reduce((sum, weight) => sum + weight, 0);

interface Counted {
  readonly counts: ReadonlyMap<string, number>;
  readonly length: number;
}

/** BM25 (Robertson and Zaragoza 2009). */
function scoreCounts(
  weights: ReadonlyMap<string, number>,
  passages: readonly Counted[],
  { k1, b }: { readonly k1: number; readonly b: number },
): number[] {
  const mean = passages.reduce((sum, { length }) => sum + length, 0) / passages.length;
  return passages.map(({ counts, length }) => {
    const norm = k1 * (1 - b + (b * length) / Math.max(1, mean));
    let score = 0;
    for (const [key, count] of counts)
      score += ((weights.get(key) ?? 0) * count * (k1 + 1)) / (count + norm);
    return score;
  });
}

/** The largest weight of distinct stems within `windowLength` words. */
function bestWindow(weights: ReadonlyMap<string, number>, text: readonly string[]): number {
  const inside = new Map<string, number>();
  let sum = 0;
  let best = 0;
  for (const [at, stem] of text.entries()) {
    const leaving = text[at - windowLength];
    const left = leaving === undefined ? undefined : inside.get(leaving);
    if (leaving !== undefined && left !== undefined) {
      if (left > 1) inside.set(leaving, left - 1);
      else {
        inside.delete(leaving);
        sum -= weights.get(leaving) ?? 0;
      }
    }
    const weight = weights.get(stem);
    if (weight === undefined) continue;
    const count = inside.get(stem) ?? 0;
    if (count === 0) sum += weight;
    inside.set(stem, count + 1);
    best = Math.max(best, sum);
  }
  return best;
}
