import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import type { VectorHit, VectorQuery } from '../../platform/ports.ts';
import { selectBasesByIds } from '../base-store.ts';
import { checkRevisions } from '../history/check-revision.ts';
import { chunkIdOf, contentKey, vectorId } from '../vector-space.ts';
import { candidateLimit } from './candidate-limit.ts';
import type { SearchInput } from './input.ts';
import {
  type IndexedPassage,
  isPinned,
  selectPassages,
  selectPassing,
  selectPassingContents,
} from './store.ts';

/** Hits of the first query with a filter or groups, or at a revision, and the factor of each query that follows. */
const firstLimit = 100;
const growth = 6;
/** Share of visible hits below which the visible chunks are probably few enough for a comparison with each of them. */
const fewVisible = 0.05;
/** Maximum number of chunks that a filter leaves for a comparison with each of them, and of contents for a query of them. */
const maxPassing = 5000;
const maxContents = 1000;

/** A hit of the index with its passage. */
export interface VisibleHit {
  readonly id: string;
  readonly score: number;
}

/**
 * Searches bases whose vectors are alike until enough hits are visible, or all were returned. If a filter, the groups
 * of the reader or a revision drop almost all, what is visible is selected first, and compared. `rows` gets the passages.
 */
export async function findVisibleHits(
  ctx: Ctx,
  input: SearchInput,
  query: Omit<VectorQuery, 'limit' | 'ids'>,
  spaces: ReadonlyMap<string, number>,
  rows: Map<string, IndexedPassage>,
): Promise<VisibleHit[]> {
  const { maxHits, narrowsBy } = ctx.vectors;
  const toVisible = async (hits: readonly VectorHit[], known: ReadonlySet<string>) => {
    const near = hits
      .filter(({ score }) => score > 0)
      .map(({ id, score }) => ({ id: chunkIdOf(id), score }));
    const unseen = near.map(({ id }) => id).filter((id) => !rows.has(id) && !known.has(id));
    if (unseen.length > 0)
      for (const row of await readPassages(ctx, input, unseen)) rows.set(row.vector_id, row);
    return near.filter(({ id }) => rows.has(id)).slice(0, candidateLimit);
  };
  const scope = { ...input, base_ids: [...spaces.keys()] };
  const canCompare = narrowsBy === 'ids' && !isPinned(input);
  const comparePassing = async () => {
    const passing = await selectPassing(ctx.db, ctx.workspace_id, scope, maxPassing + 1);
    if (passing.length > maxPassing) return null;
    const ids = passing.map(({ id, base_id }) => vectorId(id, spaces.get(base_id) ?? 0));
    return toVisible(await ctx.vectors.query({ ...query, ids, limit: candidateLimit }), new Set());
  };
  const seen = new Set<string>();
  let visible: VisibleHit[] = [];
  let isCompared = !canCompare;
  const isFiltered = input.filter != null || input.groups != null || isPinned(input);
  let limit = Math.min(isFiltered ? firstLimit : candidateLimit, maxHits);
  for (;;) {
    const hits = await ctx.vectors.query({ ...query, limit });
    visible = await toVisible(hits, seen);
    const isExhausted = hits.length < limit || (hits.at(-1)?.score ?? 0) <= 0;
    if (isExhausted || visible.length >= Math.max(candidateLimit / 2, input.top_k)) return visible;
    if (!isCompared && (limit === maxHits || visible.length < limit * fewVisible)) {
      isCompared = true;
      const compared = await comparePassing();
      if (compared !== null) return compared;
    }
    if (limit === maxHits) break;
    limit = Math.min(limit * growth, maxHits);
    for (const { id } of hits) seen.add(chunkIdOf(id));
  }
  if (narrowsBy !== 'contents') return visible;
  const others = await toVisible(await queryContents(ctx, scope, query, spaces), seen);
  const all = new Map([...visible, ...others].map((hit) => [hit.id, hit]));
  return [...all.values()].sort((a, b) => b.score - a.score).slice(0, candidateLimit);
}

/** Reads passages. At a revision, throws if a part of it has been purged since the keyword search. */
async function readPassages(ctx: Ctx, input: SearchInput, vector_ids: readonly string[]) {
  const { db, workspace_id } = ctx;
  const [bases, passages] = await batch(db, [
    isPinned(input) ? selectBasesByIds(db, workspace_id, input.base_ids) : null,
    selectPassages(db, workspace_id, input, vector_ids),
  ]);
  if (bases !== null) checkRevisions(bases, input.base_ids, input.revisions ?? {});
  return passages;
}

/** Returns the nearest vectors of the contents that a search sees; none if these are too many. */
async function queryContents(
  ctx: Ctx,
  seen: SearchInput,
  query: Omit<VectorQuery, 'limit' | 'ids'>,
  spaces: ReadonlyMap<string, number>,
): Promise<VectorHit[]> {
  const { db, workspace_id, vectors } = ctx;
  const passing = await selectPassingContents(db, workspace_id, seen, maxContents + 1);
  if (passing.length > maxContents) return [];
  const contents = passing.map(({ file_id, attempt, base_id }) =>
    contentKey(file_id, attempt, spaces.get(base_id) ?? 0),
  );
  try {
    return await vectors.query({ ...query, contents, limit: vectors.maxHits });
  } catch (error) {
    // The index of an earlier deployment may lack the metadata index of contents.
    ctx.log.warn('vector_index_not_narrowed', { error });
    return [];
  }
}
