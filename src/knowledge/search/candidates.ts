import type { IndexedPassage } from './store.ts';
import type { VisibleHit } from './visible-hits.ts';

export interface Candidate {
  readonly row: IndexedPassage;
  readonly keyword_rank: number | null;
  readonly vector_rank: number | null;
  readonly vector_score: number | null;
}

/** Merges the hits of both retrievers into candidates. `rows` are the passages of all of them. */
export function mergeCandidates(
  rows: readonly IndexedPassage[],
  keywordRows: readonly IndexedPassage[],
  vectorHits: readonly VisibleHit[],
): Candidate[] {
  const keywordRanks = new Map(keywordRows.map(({ vector_id }, index) => [vector_id, index + 1]));
  const vectorRanks = new Map(
    vectorHits.map(({ id, score }, index) => [id, { rank: index + 1, score }]),
  );
  return rows.map((row) => ({
    row,
    keyword_rank: keywordRanks.get(row.vector_id) ?? null,
    vector_rank: vectorRanks.get(row.vector_id)?.rank ?? null,
    vector_score: vectorRanks.get(row.vector_id)?.score ?? null,
  }));
}
