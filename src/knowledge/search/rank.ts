import type { Candidate } from './candidates.ts';
import { stemsOf, type Term } from './evidence.ts';
import { fuse } from './fuse.ts';
import type { SearchInput } from './input.ts';
import { rerankScore } from './rerank.ts';

/** A candidate in rank order. */
export interface Ranked extends Candidate {
  readonly rerank_score: number | null;
}

/**
 * Orders candidates by reciprocal rank fusion of both retrievers, then by the reranker, if there is one.
 * `vectorWeight` is the weight of the vector ranking in hybrid mode.
 */
export function rank(
  candidates: readonly Candidate[],
  terms: readonly Term[],
  { mode, reranker }: SearchInput,
  vectorWeight: number,
): Ranked[] {
  const keyword = { ids: idsBy(candidates, (one) => one.keyword_rank), weight: 1 };
  const vector = {
    ids: idsBy(candidates, (one) => one.vector_rank),
    weight: mode === 'vector' ? 1 : vectorWeight,
  };
  const byId = new Map(candidates.map((candidate) => [candidate.row.chunk_id, candidate]));
  const fused = fuse([
    ...(mode === 'vector' ? [] : [keyword]),
    ...(mode === 'keyword' ? [] : [vector]),
  ]).flatMap(({ id, score }) => {
    const candidate = byId.get(id);
    return candidate === undefined ? [] : [{ candidate, score }];
  });
  if (reranker === null)
    return fused.map(({ candidate }) => ({ ...candidate, rerank_score: null }));
  return fused
    .map(({ candidate, score }) => {
      const { text, heading } = candidate.row;
      const rerank_score = rerankScore(terms, {
        stems: stemsOf(text),
        headingStems: stemsOf(heading ?? ''),
      });
      return { ranked: { ...candidate, rerank_score }, order: score + rerank_score };
    })
    .sort((a, b) => b.order - a.order)
    .map(({ ranked }) => ranked);
}

/** Ids of the candidates that have a rank, in its order. */
const idsBy = (
  candidates: readonly Candidate[],
  rankOf: (candidate: Candidate) => number | null,
): string[] =>
  candidates
    .filter((candidate) => rankOf(candidate) !== null)
    .sort((a, b) => (rankOf(a) ?? 0) - (rankOf(b) ?? 0))
    .map(({ row }) => row.chunk_id);
