import type { Match } from './match.ts';

type Coverage = 'full' | 'partial' | 'none';

export interface Confidence {
  /** From 0 to 1. */
  readonly confidence: number;
  readonly coverage: Coverage;
}

/** Number of best passages that determine the confidence. */
export const judgedPassages = 3;

/** Maximum confidence for a query without a subject. */
const withoutSubject = 0.2;

/** Cosine similarities of sentence embeddings for unrelated and equivalent texts. */
const unrelated = 0.35;
const equivalent = 0.8;

/** Scales the cosine similarity of a semantic embedding to 0..1. */
export const scaleSimilarity = (cosine: number): number =>
  Math.min(1, Math.max(0, (cosine - unrelated) / (equivalent - unrelated)));

/** Logistic regression of bench/unanswerable.ts (`--fit`): log odds that a passage has the answer. */
const weights = {
  none: -3.63,
  share: 1.68,
  near: 2.68,
  found: 0.46,
  missing: -1.52,
  lacksFocus: -2.64,
};

/** Values of a match in the order of the weights. */
export const featuresOf = (match: Match): number[] => [
  1,
  match.share,
  match.near,
  Math.log1p(match.found),
  match.missing,
  match.lacksFocus ? 1 : 0,
];

const coefficients = Object.values(weights);

/** Returns the probability that a passage has the answer, from its words alone. */
export function probabilityOf(match: Match | undefined): number {
  if (match === undefined || match.found === 0) return 0;
  const odds = featuresOf(match).reduce(
    (sum, value, index) => sum + value * (coefficients[index] ?? 0),
    0,
  );
  return 1 / (1 + Math.exp(-odds));
}

/**
 * Returns how close a passage comes to a perfect match, which has all words of the question in a
 * sentence or two, from 0 to 1: the ratio of the probabilities.
 */
export function closenessOf(match: Match | undefined): number {
  if (match === undefined || match.found === 0) return 0;
  const perfect = { share: 1, near: 1, missing: 0, lacksFocus: false };
  return probabilityOf(match) / probabilityOf({ ...match, ...perfect, found: match.total });
}

/** Thresholds of coverage. Below the first, 9 of 10 questions have no answer in the base. */
const partial = 0.33;
const full = 0.6;

/**
 * Judges whether the best passages answer the query: the highest probability of one of them, from
 * its words, and for semantic embeddings the best cosine similarity, scaled from 0.35..0.8 to 0..1, times 0.7.
 * Both are combined as independent evidence (noisy or). No passage: 0. A query without a subject is never
 * covered and gets at most 0.2.
 */
export function judge(
  matches: readonly Match[],
  similarity: number | null,
  hasSubject: boolean,
): Confidence {
  const best = matches.slice(0, judgedPassages);
  if (best.length === 0) return { confidence: 0, coverage: 'none' };
  const lexical = Math.max(...best.map(probabilityOf));
  const semantic = similarity === null ? 0 : 0.7 * scaleSimilarity(similarity);
  const confidence = 1 - (1 - lexical) * (1 - semantic);
  if (!hasSubject)
    return {
      confidence: withoutSubject * confidence,
      coverage: confidence >= partial ? 'partial' : 'none',
    };
  return {
    confidence,
    coverage: confidence >= full ? 'full' : confidence >= partial ? 'partial' : 'none',
  };
}

/** Confidence from which a language model reads the passages in spite of coverage `none`. */
const readable = 0.1;

/**
 * Returns the hits that a model is to read. The built-in model quotes whatever it reads, so it reads
 * nothing at coverage `none`; a language model judges for itself, also what is only improbable.
 */
export const passagesFor = <Hit>(
  model: string,
  { hits, confidence, coverage }: Confidence & { readonly hits: readonly Hit[] },
): readonly Hit[] =>
  coverage !== 'none' || (!model.startsWith('builtin/') && confidence >= readable) ? hits : [];
