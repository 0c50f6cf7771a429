import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { type BaseRow, selectBasesByIds } from '../base-store.ts';
import { weighTerms } from './evidence.ts';
import { candidateLimit, type SearchInput } from './input.ts';
import { queryWords } from './keywords.ts';
import { readKeywordHits, selectKeywordHits } from './search-keywords.ts';

/** Reads the bases, the frequency of the query's words and the keyword hits, in one round trip. */
export async function searchByWords(
  ctx: Ctx,
  input: SearchInput,
  choose: (bases: readonly BaseRow[]) => readonly BaseRow[],
) {
  const words = queryWords(input.query);
  const hasWords = words.length > 0 && input.base_ids.length > 0;
  const [rows, found] = await batch(ctx.db, [
    selectBasesByIds(ctx.db, ctx.workspace_id, input.base_ids),
    hasWords ? selectKeywordHits(ctx.db, ctx.workspace_id, input, words) : null,
  ]);
  const bases = choose(rows);
  const { counts, hits } = readKeywordHits(found ?? []);
  const chunk_count = bases.reduce((sum, base) => sum + base.chunk_count, 0);
  return {
    bases,
    terms: weighTerms(input.query, counts, chunk_count),
    keywordRows: hits.slice(0, candidateLimit),
  };
}
