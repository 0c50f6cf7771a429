import { coverageOf, subjectTerms, type Term } from './evidence.ts';

type Coverage = 'full' | 'partial' | 'none';

export interface Confidence {
  /** 0..1. */
  readonly confidence: number;
  readonly coverage: Coverage;
}

/** How many of the best passages are looked at. */
export const judgedPassages = 3;

/** Most confidence in what was found for words that any text may have. */
const withoutSubject = 0.2;

/** Cosines of sentence embedders between unrelated and equivalent texts. */
const unrelated = 0.35;
const equivalent = 0.8;

/** A cosine of meaning as evidence, 0..1. */
export const scaleSimilarity = (cosine: number): number =>
  Math.min(1, Math.max(0, (cosine - unrelated) / (equivalent - unrelated)));

/**
 * How well the best passages cover what was asked.
 *
 * Lexical: the share of the query's words, weighted by their idf, that stands in the best single
 * passage (three quarters) and in the best three together (one quarter), to the power 1.5, so that a
 * half match counts for about a third. Semantic, where the embedder knows meaning: the best cosine,
 * scaled from 0.35..0.8 to 0..1, counted for at most 0.7. The two are combined as independent evidence
 * (noisy or). Nothing found is 0; a query without any subject is never covered and gets at most 0.2.
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
