import { scaleSimilarity } from './confidence.ts';
import type { SearchMode } from './schema.ts';

/** Evidence for a hit. */
export interface Evidence {
  /** How close the words of the passage come to a perfect match, from 0 to 1. */
  readonly relevance: number;
  /** Cosine similarity; null when the vector index did not return the passage. */
  readonly similarity: number | null;
  readonly isSemantic: boolean;
  readonly rerank_score: number | null;
}

/** Constant of reciprocal rank fusion: a larger one lowers scores more slowly by rank. */
const k = 60;

const clip = (value: number) => Math.min(1, Math.max(0, value));

/**
 * Scores ranked hits from 0 to 1. Vector mode: the cosine similarity. Other modes: the larger of
 * relevance and similarity, times 61 / (60 + rank). With a reranker: the mean of that and its score.
 * A hit never scores lower than one ranked after it.
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
  { relevance, similarity, isSemantic, rerank_score }: Evidence,
  place: number,
): number {
  const cosine = clip(similarity ?? 0);
  const meaning = isSemantic ? scaleSimilarity(cosine) : cosine;
  const score = mode === 'vector' ? cosine : (Math.max(relevance, meaning) * (k + 1)) / (k + place);
  return rerank_score === null ? score : (score + rerank_score) / 2;
}
