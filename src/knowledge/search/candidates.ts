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
 */
export async function mergeCandidates(
  ctx: Ctx,
  input: SearchInput,
  keywordRows: readonly PassageRow[],
  vectorHits: readonly { id: string; score: number }[],
): Promise<Candidate[]> {
  const rows = new Map(keywordRows.map((row) => [row.chunk_id, row]));
  const unseen = vectorHits.map(({ id }) => id).filter((id) => !rows.has(id));
  if (unseen.length > 0) {
    for (const row of await selectPassages(ctx.db, ctx.workspace_id, input, unseen))
      rows.set(row.chunk_id, row);
  }
  const keywordRanks = new Map(keywordRows.map(({ chunk_id }, index) => [chunk_id, index + 1]));
  const vectorRanks = new Map(
    vectorHits
      .filter(({ id }) => rows.has(id))
      .map(({ id, score }, index) => [id, { rank: index + 1, score }]),
  );
  return [...rows.values()].map((row) => ({
    row,
    keyword_rank: keywordRanks.get(row.chunk_id) ?? null,
    vector_rank: vectorRanks.get(row.chunk_id)?.rank ?? null,
    vector_score: vectorRanks.get(row.chunk_id)?.score ?? null,
  }));
}
