import { embed } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { BaseRow } from '../base-store.ts';
import { formerScope } from '../history/scope.ts';
import { candidateLimit, type SearchCall, type SearchInput } from './input.ts';
import { isPinned } from './store.ts';

/** Hits of a search that drops some of them: as many as every index returns. */
const filteredLimit = 100;
/** Hits among former content, which may have many versions of a passage. An index may return fewer. */
const formerLimit = 1000;

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
        bases.filter(
          ({ chunk_count, former_chunk_count }) =>
            chunk_count > 0 || (isPinned(input) && former_chunk_count > 0),
        ),
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
      return { hits: await nearest(ctx, group, values, input), usage };
    }),
  );
  return {
    hits: found
      .flatMap(({ hits }) => hits.filter(({ score }) => score > 0))
      .sort((a, b) => b.score - a.score),
    usage: found.flatMap(({ usage }) => usage),
  };
}

/** Returns the nearest vectors of the bases; at a revision also those of former content. */
async function nearest(
  ctx: Ctx,
  bases: readonly BaseRow[],
  values: readonly number[],
  input: SearchInput,
) {
  const query = (scopeOf: (base_id: string) => string, limit: number) =>
    ctx.vectors.query({
      workspace_id: ctx.workspace_id,
      bases: bases.map(({ id, vectors_revision }) => ({ id: scopeOf(id), vectors_revision })),
      values,
      limit,
    });
  if (!isPinned(input)) return query((id) => id, input.filter ? filteredLimit : candidateLimit);
  const found = await Promise.all([
    query((id) => id, filteredLimit),
    query(formerScope, formerLimit),
  ]);
  // A vector is in both scopes while it is moved.
  const hits = new Map(found.flat().map((hit) => [hit.id, hit]));
  return [...hits.values()];
}
