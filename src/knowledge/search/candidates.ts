import type { Ctx } from '../../platform/context.ts';
import type { SearchInput } from './input.ts';
import { type PassageRow, selectPassages } from './store.ts';

export interface Candidate {
  readonly row: PassageRow;
  readonly keyword_rank: number | null;
  readonly vector_rank: number | null;
  readonly vector_score: number | null;
}

/**
 * Merges the hits of both retrievers into candidates. Drops vector hits without a visible passage.
 * With `keywordsSuffice` it reads no passage: hits of the vector index alone are not needed.
 */
export async function mergeCandidates(
  ctx: Ctx,
  { base_ids, filter }: SearchInput,
  keywordRows: readonly PassageRow[],
  vectorHits: readonly { id: string; score: number }[],
  keywordsSuffice: boolean,
): Promise<Candidate[]> {
  const rows = new Map(keywordRows.map((row) => [row.chunk_id, row]));
  const unseen = vectorHits.map(({ id }) => id).filter((id) => !rows.has(id));
  const isRead = unseen.length > 0 && !keywordsSuffice;
  if (isRead) {
    for (const row of await selectPassages(
      ctx.db,
      ctx.workspace_id,
      base_ids,
      unseen,
      filter ?? {},
    ))
      rows.set(row.chunk_id, row);
  }
  const keywordRanks = new Map(keywordRows.map(({ chunk_id }, index) => [chunk_id, index + 1]));
  const vectorRanks = new Map(
    (isRead ? vectorHits.filter(({ id }) => rows.has(id)) : vectorHits).map(
      ({ id, score }, index) => [id, { rank: index + 1, score }],
    ),
  );
  return [...rows.values()].map((row) => ({
    row,
    keyword_rank: keywordRanks.get(row.chunk_id) ?? null,
    vector_rank: vectorRanks.get(row.chunk_id)?.rank ?? null,
    vector_score: vectorRanks.get(row.chunk_id)?.score ?? null,
  }));
}
