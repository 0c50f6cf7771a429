import { embed } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { BaseRow } from '../base-store.ts';
import { candidateLimit, type SearchCall, type SearchInput } from './input.ts';

/** Hits of a search with a filter, which drops some of them: as many as an index returns. */
const filteredLimit = 100;

/** Embeds the query once for the non-empty bases that embed alike. Returns hits by descending cosine similarity. */
export async function searchByVector(
  ctx: Ctx,
  bases: readonly BaseRow[],
  { query, filter }: SearchInput,
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
        values: [(query_prefix ?? '') + query],
        operation: 'embed_query',
        call_key,
      });
      const values = embeddings[0] ?? [];
      const revisions = group.map(({ id, vectors_revision }) => ({ id, vectors_revision }));
      return {
        hits: await ctx.vectors.query({
          workspace_id: ctx.workspace_id,
          bases: revisions,
          values,
          limit: filter ? filteredLimit : candidateLimit,
        }),
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
