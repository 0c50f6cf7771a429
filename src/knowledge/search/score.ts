import { scaleSimilarity } from './confidence.ts';
import type { SearchMode } from './schema.ts';

/** What speaks for a hit. */
export interface Evidence {
  /** Share of the query's words, weighted by their idf, that the passage has. */
  readonly coverage: number;
  /** Cosine; null where the vector leg did not find it. */
  readonly similarity: number | null;
  readonly isSemantic: boolean;
  readonly rerank_score: number | null;
}

/** The constant of reciprocal rank fusion: how slowly a place further down tells against a hit. */
const k = 60;

const clip = (value: number) => Math.min(1, Math.max(0, value));

/**
 * Scores hits that are in their order, best first; 0..1. Vector mode: the cosine. Else the larger of
 * coverage and similarity, times 61 / (60 + place). With a reranker, the mean of that and its score.
 * The order stands: what is above a hit has at least its score.
 */
export function scoreHits(mode: SearchMode, hits: readonly Evidence[]): number[] {
  let least = 0;
  return hits
    .map((hit, index) => scoreOf(mode, hit, index + 1))
    .toReversed()
    .map((score) => {
      least = Math.max(least, score);
      return least;
    })
    .toReversed();
}

function scoreOf(
  mode: SearchMode,
  { coverage, similarity, isSemantic, rerank_score }: Evidence,
  place: number,
): number {
  const cosine = clip(similarity ?? 0);
  const meaning = isSemantic ? scaleSimilarity(cosine) : cosine;
  const score = mode === 'vector' ? cosine : (Math.max(coverage, meaning) * (k + 1)) / (k + place);
  return rerank_score === null ? score : (score + rerank_score) / 2;
}
