import type { PassageRow } from './store.ts';
import type { VisibleHit } from './visible-hits.ts';

export interface Candidate {
  readonly row: PassageRow;
  readonly keyword_rank: number | null;
  readonly vector_rank: number | null;
  readonly vector_score: number | null;
}

/** Merges the hits of both retrievers into candidates. `rows` are the passages of all of them. */
export function mergeCandidates(
  rows: readonly PassageRow[],
  keywordRows: readonly PassageRow[],
  vectorHits: readonly VisibleHit[],
): Candidate[] {
  const keywordRanks = new Map(keywordRows.map(({ chunk_id }, index) => [chunk_id, index + 1]));
  const vectorRanks = new Map(
    vectorHits.map(({ id, score }, index) => [id, { rank: index + 1, score }]),
  );
  return rows.map((row) => ({
    row,
    keyword_rank: keywordRanks.get(row.chunk_id) ?? null,
    vector_rank: vectorRanks.get(row.chunk_id)?.rank ?? null,
    vector_score: vectorRanks.get(row.chunk_id)?.score ?? null,
  }));
}
