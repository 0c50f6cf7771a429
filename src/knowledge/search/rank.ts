import type { Candidate } from './candidates.ts';
import { fuse } from './fuse.ts';
import { orderedHits, type SearchInput } from './input.ts';
import { passageWords } from './passage-words.ts';
import type { QueryParts } from './query-keys.ts';
import { relevanceOf } from './relevance.ts';
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
  const isUnordered = reranker !== null && reranker !== builtinReranker;
  if (
    isUnordered ||
    (reranker === null && (mode === 'vector' || (mode === 'hybrid' && isSemantic)))
  )
    return fused.map(unrankedOf);
  const first = reranker === null ? orderedHits(input, isPartial) : fused.length;
  return [
    ...orderByRelevance(query, fused.slice(0, first), mode === 'vector' || isSemantic).map((one) =>
      reranker === null ? { ...one, rerank_score: null } : one,
    ),
    ...fused.slice(first).map(unrankedOf),
  ];
}

interface Fused {
  readonly candidate: Candidate;
  readonly score: number;
}

const unrankedOf = ({ candidate, score }: Fused): Ranked => ({
  ...candidate,
  ...{ fused_score: score, rerank_score: null },
});

/** Orders by relevance, to which the fused score is added if it tells more than words. */
function orderByRelevance(
  query: QueryParts,
  fused: readonly Fused[],
  isMeaning: boolean,
): Ranked[] {
  const relevance = relevanceOf(
    query,
    fused.map(({ candidate: { row } }) => ({ file_id: row.file_id, words: passageWords(row) })),
  );
  return fused
    .map(({ candidate, score }, index) => {
      const share = relevance[index] ?? 0;
      const rerank_score = Math.min(1, share);
      return {
        ranked: { ...candidate, fused_score: score, rerank_score },
        order: isMeaning ? score + share : share,
      };
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
