import type { Candidate } from './candidates.ts';
import type { Term } from './evidence.ts';
import { fuse } from './fuse.ts';
import type { SearchInput } from './input.ts';
import { passageStems } from './passage-stems.ts';
import { relevanceOf } from './relevance.ts';
import { builtinReranker } from './schema.ts';

/** A candidate in rank order. */
export interface Ranked extends Candidate {
  readonly rerank_score: number | null;
}

/**
 * Orders candidates by reciprocal rank fusion of both retrievers, then by the built-in reranker, if it is chosen.
 * `vectorWeight` is the weight of the vector ranking in hybrid mode.
 */
export function rank(
  candidates: readonly Candidate[],
  terms: readonly Term[],
  { mode, reranker }: SearchInput,
  vectorWeight: number,
): Ranked[] {
  const keyword = { ranks: ranksOf(candidates, (one) => one.keyword_rank), weight: 1 };
  const vector = {
    ranks: ranksOf(candidates, (one) => one.vector_rank),
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
  if (reranker !== builtinReranker)
    return fused.map(({ candidate }) => ({ ...candidate, rerank_score: null }));
  const relevance = relevanceOf(
    terms,
    fused.map(({ candidate }) => passageStems(candidate.row)),
  );
  return fused
    .map(({ candidate, score }, index) => {
      const share = relevance[index] ?? 0;
      return { ranked: { ...candidate, rerank_score: Math.min(1, share) }, order: score + share };
    })
    .sort((a, b) => b.order - a.order)
    .map(({ ranked }) => ranked);
}

/** The candidates that have a rank, by id. */
const ranksOf = (
  candidates: readonly Candidate[],
  rankOf: (candidate: Candidate) => number | null,
): (readonly [string, number])[] =>
  candidates.flatMap((candidate) => {
    const rank = rankOf(candidate);
    return rank === null ? [] : [[candidate.row.chunk_id, rank]];
  });
