import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { selectBasesByIds } from '../base-store.ts';
import { checkRevisions } from '../history/check-revision.ts';
import type { SearchInput } from './input.ts';
import { type IndexedPassage, isPinned, selectPassages } from './store.ts';

export interface Candidate {
  readonly row: IndexedPassage;
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
  keywordRows: readonly IndexedPassage[],
  vectorHits: readonly { id: string; score: number }[],
): Promise<Candidate[]> {
  const rows = new Map(keywordRows.map((row) => [row.vector_id, row]));
  const unseen = vectorHits.map(({ id }) => id).filter((id) => !rows.has(id));
  if (unseen.length > 0) {
    const [bases, found] = await batch(ctx.db, [
      isPinned(input) ? selectBasesByIds(ctx.db, ctx.workspace_id, input.base_ids) : null,
      selectPassages(ctx.db, ctx.workspace_id, input, unseen),
    ]);
    // Content may have been purged since the keyword search.
    if (bases !== null) checkRevisions(bases, input.base_ids, input.revisions ?? {});
    for (const row of found) rows.set(row.vector_id, row);
  }
  const keywordRanks = new Map(keywordRows.map(({ vector_id }, index) => [vector_id, index + 1]));
  const vectorRanks = new Map(
    vectorHits
      .filter(({ id }) => rows.has(id))
      .map(({ id, score }, index) => [id, { rank: index + 1, score }]),
  );
  return [...rows.values()].map((row) => ({
    row,
    keyword_rank: keywordRanks.get(row.vector_id) ?? null,
    vector_rank: vectorRanks.get(row.vector_id)?.rank ?? null,
    vector_score: vectorRanks.get(row.vector_id)?.score ?? null,
  }));
}
