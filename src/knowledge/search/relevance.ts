import { stemsOfWord } from '../../shared/stems.ts';
import type { Term } from './evidence.ts';
import { gramFilter, gramsOf } from './letter-grams.ts';
import type { PassageStems } from './passage-stems.ts';
import { prefixOf } from './word-prefixes.ts';

/** Constants of BM25: saturation of repetitions, and how far long passages are discounted. */
const stemModel = { k1: 0.9, b: 0.6 };
const gramModel = { k1: 1.2, b: 0.75 };
const headingWeight = 0.5;

/** Weights beside BM25 of the stems. */
const gramWeight = 0.4;
const prefixWeight = 0.6;
/** Lengths in words of the places that are searched for most of the query, and their weights. */
const windows = [
  { length: 20, weight: 0.4 },
  { length: 50, weight: 0.4 },
];

/** The weighted words and prefixes of a query. */
export interface QueryParts {
  readonly terms: readonly Term[];
  /** Inverse document frequency of its prefixes; empty if its language is stemmed exactly. */
  readonly prefixes: ReadonlyMap<string, number>;
}

/**
 * Scores passages for a query: 0 for no match, 1 for a passage of mean length with every word once in one
 * place; repetitions exceed 1. Adds BM25 of the stems, the words in the densest places, and BM25 of what matches
 * other forms of a word: of prefixes or, `byLetters`, of grams, which also match compounds and typing errors.
 */
export function relevanceOf(
  { terms, prefixes }: QueryParts,
  passages: readonly PassageStems[],
  byLetters: boolean,
): number[] {
  const weights = stemWeights(terms);
  const stems = scoreStems(weights, passages);
  const forms = byLetters ? scoreGrams(terms, passages) : scorePrefixes(prefixes, passages);
  const formWeight = byLetters ? gramWeight : prefixWeight;
  const windowWeight = windows.reduce((sum, { weight }) => sum + weight, 0);
  const most = (1 + windowWeight) * sumOf(weights) + formWeight * forms.most;
  const places = new Map(weights);
  for (const [prefix, idf] of prefixes) places.set(prefix, prefixWeight * idf);
  return passages.map((passage, at) => {
    const found = placesOf(passage, places, prefixes.size > 0);
    const near = windows.reduce(
      (sum, { length, weight }) => sum + weight * bestWindow(places, found, length),
      0,
    );
    const score = (stems[at] ?? 0) + formWeight * (forms.scores[at] ?? 0) + near;
    return most === 0 ? 0 : score / most;
  });
}

/** A word of the query in a text. */
interface Place {
  readonly at: number;
  readonly key: string;
}

/** Returns where a text has stems of the query or, in a language with prefixes, words with the prefixes of its words. */
function placesOf(
  { text, words, textStart }: PassageStems,
  weights: ReadonlyMap<string, number>,
  hasPrefixes: boolean,
): Place[] {
  const places: Place[] = [];
  const add = (key: string, at: number) => {
    if (!weights.has(key)) return false;
    places.push({ at, key });
    return true;
  };
  if (!hasPrefixes) for (let at = 0; at < text.length; at += 1) add(text[at] ?? '', at);
  else
    for (let at = textStart; at < words.length; at += 1) {
      const word = words[at] ?? '';
      if (!add(stemsOfWord(word)[0] ?? '', at)) add(prefixOf(word) ?? '', at);
    }
  return places;
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

interface Scored {
  readonly scores: readonly number[];
  /** The weight of all that was searched for. */
  readonly most: number;
}

function scorePrefixes(
  weights: ReadonlyMap<string, number>,
  passages: readonly PassageStems[],
): Scored {
  if (weights.size === 0) return { scores: [], most: 0 };
  const counted = passages.map(({ words }) => {
    const counts = new Map<string, number>();
    for (const word of words) {
      const prefix = prefixOf(word);
      if (prefix !== null && weights.has(prefix)) counts.set(prefix, (counts.get(prefix) ?? 0) + 1);
    }
    return { counts, length: words.length };
  });
  return { scores: scoreCounts(weights, counted, stemModel), most: sumOf(weights) };
}

/** Grams are weighed by their frequency among the passages, which costs no reads. */
function scoreGrams(terms: readonly Term[], passages: readonly PassageStems[]): Scored {
  const frequency = new Map(gramsOf(terms.map(({ word }) => word)).map((gram) => [gram, 0]));
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

/** The largest weight of distinct words of the query within this number of words. */
function bestWindow(
  weights: ReadonlyMap<string, number>,
  places: readonly Place[],
  length: number,
): number {
  const inside = new Map<string, number>();
  let sum = 0;
  let best = 0;
  let first = 0;
  for (const { at, key } of places) {
    const count = inside.get(key) ?? 0;
    inside.set(key, count + 1);
    if (count === 0) sum += weights.get(key) ?? 0;
    for (let left = places[first]; left !== undefined && left.at <= at - length; ) {
      const before = inside.get(left.key) ?? 0;
      inside.set(left.key, before - 1);
      if (before === 1) sum -= weights.get(left.key) ?? 0;
      first += 1;
      left = places[first];
    }
    best = Math.max(best, sum);
  }
  return best;
}
