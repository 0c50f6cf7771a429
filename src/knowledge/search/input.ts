import type { Statement } from '../../db/client.ts';
import type { Attribution } from '../../usage/index.ts';
import { candidateLimit } from './candidate-limit.ts';
import { type Confidence, judgedPassages } from './confidence.ts';
import type { Hit } from './hit.ts';
import { builtinReranker, type SearchMode } from './schema.ts';
import type { Visibility } from './store.ts';

/** Minimum number of keyword hits that are ordered by their words, and with the built-in reranker or `diversity`; more add little. */
const leastOrdered = 16;
export const rerankedHits = 32;

/** Number of hits of a complete result. */
export const neededHits = ({ top_k }: SearchInput): number => Math.max(top_k, judgedPassages);

/** Number of hits that are ordered by their words; more if the order of the index leaves words out. */
export const orderedHits = (input: SearchInput, isPartial = false): number =>
  Math.max(
    neededHits(input),
    input.reranker === null && !input.diversity && !isPartial ? leastOrdered : rerankedHits,
  );

/**
 * Returns how many keyword hits are read: for bases whose embeddings are all lexical, and for others, in which
 * the vector ranking or a model may raise any candidate.
 */
export function keywordLimits(input: SearchInput) {
  const { mode, reranker } = input;
  const ordered = orderedHits(input);
  const isModel = reranker !== null && reranker !== builtinReranker;
  return {
    lexical: isModel ? candidateLimit : ordered,
    other: isModel || mode !== 'keyword' ? candidateLimit : ordered,
  };
}

export interface SearchInput extends Visibility {
  readonly query: string;
  readonly mode: SearchMode;
  readonly top_k: number;
  /** Hits with a lower score are omitted. */
  readonly min_score: number;
  readonly reranker: string | null;
  /** From 0 to 1; 0 unless given. */
  readonly diversity?: number | undefined;
  /** 0 unless given: hits are chunks. */
  readonly context_tokens?: number | undefined;
}

/** Attribution and key of the query's embedding in the usage table. */
export interface SearchCall extends Attribution {
  readonly call_key: string;
}

export interface Found extends Confidence {
  readonly hits: Hit[];
  /** Usage of the query's embedding, for the caller's batch. */
  readonly usage: Statement[];
}
