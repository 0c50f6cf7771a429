import { coverageOf, subjectTerms, type Term } from './evidence.ts';

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

/**
 * Judges how well the best passages cover the query. Lexical: the share of the query's words,
 * weighted by idf, in the best passage (three quarters) and in the best three together (one
 * quarter), to the power of 1.5, so that half a match counts about a third. Semantic, for semantic
 * embeddings: the best cosine similarity, scaled from 0.35..0.8 to 0..1, times 0.7. Both are
 * combined as independent evidence (noisy or). No passage: 0. A query without a subject is never
 * covered and gets at most 0.2.
 */
export function judge(
  terms: readonly Term[],
  passages: readonly ReadonlySet<string>[],
  similarity: number | null,
): Confidence {
  const best = passages.slice(0, judgedPassages);
  if (best.length === 0) return { confidence: 0, coverage: 'none' };
  const subject = subjectTerms(terms);
  const together = new Set(best.flatMap((stems) => [...stems]));
  const share =
    0.75 * Math.max(...best.map((stems) => coverageOf(subject, stems))) +
    0.25 * coverageOf(subject, together);
  const semantic = similarity === null ? 0 : 0.7 * scaleSimilarity(similarity);
  const confidence = 1 - (1 - share ** 1.5) * (1 - semantic);
  const strength = Math.max(share, semantic);
  if (terms.length > 0 && terms.every((term) => !term.isSubject))
    return {
      confidence: withoutSubject * confidence,
      coverage: strength >= 0.34 ? 'partial' : 'none',
    };
  return {
    confidence,
    coverage: strength >= 0.66 ? 'full' : strength >= 0.34 ? 'partial' : 'none',
  };
}
