import type { Statement } from '../../db/client.ts';
import type { Attribution } from '../../usage/index.ts';
import { type Confidence, judgedPassages } from './confidence.ts';
import type { SearchHit, SearchMode } from './schema.ts';
import type { SearchFilter } from './store.ts';

/** Maximum number of candidates from each retriever. */
export const candidateLimit = 60;

/** A lexical vector rank moves a hit by fewer places: 0.01 / 61 < 1 / 110 - 1 / 120 (`fuse`). */
const maxPromotion = 10;

/**
 * Returns how many keyword hits can be among the result, or count for the order of it: for bases whose
 * embeddings are all lexical, and for others.
 */
export function keywordLimits({ mode, top_k, reranker }: SearchInput) {
  if (reranker !== null) return { lexical: candidateLimit, other: candidateLimit };
  const needed = Math.max(top_k, judgedPassages);
  if (mode === 'keyword') return { lexical: needed, other: needed };
  return { lexical: Math.min(needed + maxPromotion, candidateLimit), other: candidateLimit };
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
