import type { Statement } from '../../db/client.ts';
import type { Attribution } from '../../usage/index.ts';
import { type Confidence, judgedPassages } from './confidence.ts';
import type { SearchFilter } from './filter.ts';
import { builtinReranker, type SearchHit, type SearchMode } from './schema.ts';

/** Maximum number of candidates from each retriever. */
export const candidateLimit = 60;

/**
 * Places by which a hit can rise in a base with lexical embeddings: by its vector rank fewer than 10,
 * since 0.01 / 61 < 1 / 110 - 1 / 120 (`fuse`); by the reranker 24, which is twice of what is seen in
 * the collections of bench/retrieval.ts.
 */
const maxRise = { vector: 10, reranker: 24 };

/**
 * Returns how many keyword hits can be among the result, or count for its order: for bases whose
 * embeddings are all lexical, and for others.
 */
export function keywordLimits({ mode, top_k, reranker }: SearchInput) {
  const needed = Math.max(top_k, judgedPassages);
  // A model may raise any candidate.
  if (reranker !== null && reranker !== builtinReranker)
    return { lexical: candidateLimit, other: candidateLimit };
  const rise = reranker !== null ? maxRise.reranker : mode === 'keyword' ? 0 : maxRise.vector;
  return {
    lexical: Math.min(needed + rise, candidateLimit),
    other: mode === 'keyword' && reranker === null ? needed : candidateLimit,
  };
}

export interface SearchInput {
  readonly base_ids: readonly string[];
  readonly query: string;
  readonly mode: SearchMode;
  readonly top_k: number;
  /** Hits with a lower score are omitted. */
  readonly min_score: number;
  readonly reranker: string | null;
  readonly filter?: SearchFilter | null | undefined;
}

/** Attribution and key of the query's embedding in the usage table. */
export interface SearchCall extends Attribution {
  readonly call_key: string;
}

export interface Found extends Confidence {
  readonly hits: SearchHit[];
  /** Usage of the query's embedding, for the caller's batch. */
  readonly usage: Statement[];
}
