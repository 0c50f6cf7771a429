import type { Ctx } from '../../platform/context.ts';
import type { VectorHit, VectorQuery } from '../../platform/ports.ts';
import { chunkIdOf, vectorId } from '../vector-space.ts';
import { candidateLimit, type SearchInput } from './input.ts';
import { type PassageRow, selectPassages, selectPassing } from './store.ts';

/** Hits of the first query with a filter, and the factor of each query that follows. */
const firstLimit = 100;
const growth = 6;
/** Maximum number of chunks that a filter leaves for a comparison with each of them. */
const maxPassing = 5000;

/** A hit of the index with its passage. */
export interface VisibleHit {
  readonly id: string;
  readonly score: number;
}

/**
 * Searches bases whose vectors are alike until enough hits are visible and pass the filter, or all were returned. If
 * the filter drops almost all, the chunks that pass it are selected first, and compared. `rows` gets the passages.
 */
export async function findVisibleHits(
  ctx: Ctx,
  { base_ids, filter, top_k }: SearchInput,
  query: Omit<VectorQuery, 'limit' | 'ids'>,
  spaces: ReadonlyMap<string, number>,
  rows: Map<string, PassageRow>,
): Promise<VisibleHit[]> {
  const { maxHits, comparesIds } = ctx.vectors;
  const toVisible = async (hits: readonly VectorHit[], known: ReadonlySet<string>) => {
    const near = hits
      .filter(({ score }) => score > 0)
      .map(({ id, score }) => ({ id: chunkIdOf(id), score }));
    const unseen = near.map(({ id }) => id).filter((id) => !rows.has(id) && !known.has(id));
    if (unseen.length > 0)
      for (const row of await selectPassages(
        ctx.db,
        ctx.workspace_id,
        base_ids,
        unseen,
        filter ?? {},
      ))
        rows.set(row.chunk_id, row);
    return near.filter(({ id }) => rows.has(id)).slice(0, candidateLimit);
  };
  const seen = new Set<string>();
  let visible: VisibleHit[] = [];
  let limit = Math.min(filter ? firstLimit : candidateLimit, maxHits);
  for (;;) {
    const hits = await ctx.vectors.query({ ...query, limit });
    visible = await toVisible(hits, seen);
    const isExhausted = hits.length < limit || (hits.at(-1)?.score ?? 0) <= 0;
    if (isExhausted || visible.length >= Math.max(candidateLimit / 2, top_k)) return visible;
    if (limit === maxHits) break;
    limit = Math.min(limit * growth, maxHits);
    for (const { id } of hits) seen.add(chunkIdOf(id));
  }
  if (!comparesIds) return visible;
  const passing = await selectPassing(
    ctx.db,
    ctx.workspace_id,
    [...spaces.keys()],
    filter ?? {},
    maxPassing + 1,
  );
  if (passing.length > maxPassing) return visible;
  const ids = passing.map(({ id, base_id }) => vectorId(id, spaces.get(base_id) ?? 0));
  return toVisible(await ctx.vectors.query({ ...query, ids, limit: candidateLimit }), new Set());
}
