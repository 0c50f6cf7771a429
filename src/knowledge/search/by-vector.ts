import { embed } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { VectorHit } from '../../platform/ports.ts';
import type { BaseRow } from '../base-store.ts';
import { candidateLimit, type SearchCall, type SearchInput } from './input.ts';
import { selectVisibleIds } from './store.ts';

/**
 * Hits of a search with a filter or groups, which drop some of them: as many as any index returns, then more, until
 * enough are visible or the index has no others.
 */
const filteredLimits = [100, 800, 6400];

/** Embeds the query once for the non-empty bases that embed alike. Returns hits by descending cosine similarity. */
export async function searchByVector(
  ctx: Ctx,
  bases: readonly BaseRow[],
  input: SearchInput,
  call: SearchCall,
) {
  const found = await Promise.all(
    [
      ...Map.groupBy(
        bases.filter(({ chunk_count }) => chunk_count > 0),
        ({ embedding_model, dimensions, query_prefix }) =>
          JSON.stringify([embedding_model, dimensions, query_prefix]),
      ),
    ].map(async ([, group], index) => {
      const { embedding_model, dimensions, query_prefix } = group[0] as BaseRow;
      const call_key = index === 0 ? call.call_key : `${call.call_key}:${index}`;
      const { embeddings, usage } = await embed(ctx, {
        ...call,
        model: embedding_model,
        dimensions,
        purpose: query_prefix === null ? undefined : 'query',
        values: [(query_prefix ?? '') + input.query],
        operation: 'embed_query',
        call_key,
      });
      const values = embeddings[0] ?? [];
      const revisions = group.map(({ id, vectors_revision }) => ({ id, vectors_revision }));
      return {
        hits: await findVisible(ctx, input, (limit) =>
          ctx.vectors.query({
            workspace_id: ctx.workspace_id,
            bases: revisions,
            values,
            limit,
          }),
        ),
        usage,
      };
    }),
  );
  return {
    hits: found
      .flatMap(({ hits }) => hits.filter(({ score }) => score > 0))
      .sort((a, b) => b.score - a.score),
    usage: found.flatMap(({ usage }) => usage),
  };
}

/** Returns the nearest hits; of a search that leaves out files, the nearest visible ones. */
async function findVisible(
  ctx: Ctx,
  input: SearchInput,
  query: (limit: number) => Promise<VectorHit[]>,
): Promise<VectorHit[]> {
  if (!input.filter && input.groups == null) return query(candidateLimit);
  let visible: VectorHit[] = [];
  for (const limit of filteredLimits) {
    const hits = await query(limit);
    const ids = hits.map(({ id }) => id);
    const rows = await selectVisibleIds(ctx.db, ctx.workspace_id, input, ids);
    const known = new Set(rows.map(({ id }) => id));
    visible = hits.filter(({ id }) => known.has(id)).slice(0, candidateLimit);
    if (visible.length === candidateLimit || hits.length < limit) break;
  }
  return visible;
}
