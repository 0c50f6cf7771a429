import { embed } from '../../llm/index.ts';
import type { Ctx } from '../../platform/context.ts';
import type { BaseRow } from '../base-store.ts';
import { formerScope } from '../history/scope.ts';
import { scopeOf } from '../vector-space.ts';
import type { SearchCall, SearchInput } from './input.ts';
import { type IndexedPassage, isPinned } from './store.ts';
import { findVisibleHits } from './visible-hits.ts';

/**
 * Embeds the query once for the non-empty bases that embed alike. Returns visible hits by descending cosine similarity,
 * and adds their passages to those that are known.
 */
export async function searchByVector(
  ctx: Ctx,
  bases: readonly BaseRow[],
  input: SearchInput,
  call: SearchCall,
  known: readonly IndexedPassage[],
) {
  const rows = new Map(known.map((row) => [row.vector_id, row]));
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
      const spaces = new Map(group.map(({ id, vector_space }) => [id, vector_space]));
      const scopes = group.flatMap(({ id, vector_space, vectors_revision }) =>
        // A vector is in both while it is moved.
        (isPinned(input) ? [id, formerScope(id)] : [id]).map((name) => ({
          id: scopeOf(name, vector_space),
          vectors_revision,
        })),
      );
      const wanted = { workspace_id: ctx.workspace_id, bases: scopes, values };
      return { hits: await findVisibleHits(ctx, input, wanted, spaces, rows), usage };
    }),
  );
  return {
    hits: found.flatMap(({ hits }) => hits).sort((a, b) => b.score - a.score),
    rows: [...rows.values()],
    usage: found.flatMap(({ usage }) => usage),
  };
}
