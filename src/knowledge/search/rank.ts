import type { Candidate } from './candidates.ts';
import { fuse } from './fuse.ts';
import { neededHits, rerankedHits, type SearchInput } from './input.ts';
import { passageStems } from './passage-stems.ts';
import { type QueryParts, relevanceOf } from './relevance.ts';
import { builtinReranker } from './schema.ts';

/** A candidate in rank order. */
export interface Ranked extends Candidate {
  /** Score of reciprocal rank fusion, from 0 to 1. */
  readonly fused_score: number;
  readonly rerank_score: number | null;
}

export interface Fusion {
  /** Weight of the vector ranking in hybrid mode. */
  readonly vectorWeight: number;
  readonly isSemantic: boolean;
  /** True if frequent words did not count for the rank of the index, so that more hits are ordered by their words. */
  readonly isPartial: boolean;
}

/**
 * Orders candidates by reciprocal rank fusion of both retrievers. Then the first ones are ordered by their words,
 * unless a semantic ranking took part; the built-in reranker orders all of them, by their letters as well.
 */
export function rank(
  candidates: readonly Candidate[],
  query: QueryParts,
  input: SearchInput,
  { vectorWeight, isSemantic, isPartial }: Fusion,
): Ranked[] {
  const { mode, reranker } = input;
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
  if (reranker === builtinReranker) return orderByRelevance(query, fused, true);
  const unranked = fused.map(({ candidate, score }) => ({
    ...candidate,
    ...{ fused_score: score, rerank_score: null },
  }));
  if (reranker !== null || mode === 'vector' || (mode === 'hybrid' && isSemantic)) return unranked;
  const first = Math.max(neededHits(input), isPartial ? rerankedHits : 0);
  return [
    ...orderByRelevance(query, fused.slice(0, first), false).map((one) => ({
      ...one,
      rerank_score: null,
    })),
    ...unranked.slice(first),
  ];
}

interface Fused {
  readonly candidate: Candidate;
  readonly score: number;
}

/** Orders by the sum of relevance and fused score. */
function orderByRelevance(query: QueryParts, fused: readonly Fused[], byLetters: boolean) {
  const relevance = relevanceOf(
    query,
    fused.map(({ candidate }) => passageStems(candidate.row)),
    byLetters,
  );
  return fused
    .map(({ candidate, score }, index) => {
      const share = relevance[index] ?? 0;
      const rerank_score = Math.min(1, share);
      return { ranked: { ...candidate, fused_score: score, rerank_score }, order: score + share };
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
