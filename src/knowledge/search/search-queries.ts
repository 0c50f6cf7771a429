import type { Ctx } from '../../platform/context.ts';
import { narrowed } from '../readable.ts';
import { extendHits } from './extend-hits.ts';
import { fuse } from './fuse.ts';
import type { Found, SearchCall, SearchInput } from './input.ts';
import { searchKnowledge } from './search.ts';

/**
 * Searches for several queries, and chooses among their hits by reciprocal rank, so that each query is represented; a
 * hit has the score of the query that it fits best. The confidence is that of the query that is answered best.
 */
export async function searchQueries(
  ctx: Ctx,
  input: Omit<SearchInput, 'query'>,
  queries: readonly string[],
  call: SearchCall,
): Promise<Found> {
  const isSingle = queries.length === 1;
  const found = await Promise.all(
    queries.map((query, index) => {
      const call_key = index === 0 ? call.call_key : `${call.call_key}:query:${index}`;
      const search = { ...input, query, context_tokens: isSingle ? input.context_tokens : 0 };
      return searchKnowledge(ctx, search, { ...call, call_key });
    }),
  );
  const [best] = found.toSorted((a, b) => b.confidence - a.confidence);
  if (best === undefined) throw new Error('A search has at least one query.');
  if (found.length === 1) return best;
  const hits = new Map(
    found
      .flatMap((one) => one.hits)
      .sort((a, b) => a.score - b.score)
      .map((hit) => [hit.chunk_id, hit]),
  );
  const rankings = found.map((one) => ({
    ranks: one.hits.map(({ chunk_id }, index) => [chunk_id, index + 1] as const),
    weight: 1,
  }));
  const chosen = fuse(rankings).slice(0, input.top_k);
  const fused = chosen.flatMap(({ id }) => hits.get(id) ?? []).sort((a, b) => b.score - a.score);
  const seen = { ...input, groups: narrowed(ctx.groups, input.groups) };
  return {
    ...best,
    hits: await extendHits(ctx, seen, fused, input.context_tokens ?? 0),
    usage: found.flatMap(({ usage }) => usage),
  };
}
