import { batch } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { type BaseRow, selectBasesByIds } from '../base-store.ts';
import { checkRevisions } from '../history/check-revision.ts';
import { candidateLimit } from './candidate-limit.ts';
import { weighPrefixes, weighTerms } from './evidence.ts';
import { keywordLimits, type SearchInput } from './input.ts';
import { indexTerms, queryWords } from './keywords.ts';
import { type KeywordRow, readKeywordHits, selectKeywordHits } from './search-keywords.ts';
import { isPinned } from './store.ts';
import { maxRanked, maxSelected } from './word-counts.ts';

/** Reads the bases, the frequency of the query's terms and the keyword hits, mostly in one round trip. */
export async function searchByWords(
  ctx: Ctx,
  input: SearchInput,
  choose: (bases: readonly BaseRow[]) => readonly BaseRow[],
) {
  const wanted = indexTerms(input.query);
  const hasWords = wanted.length > 0 && input.base_ids.length > 0;
  const [rows, found] = await batch(ctx.db, [
    selectBasesByIds(ctx.db, ctx.workspace_id, input.base_ids),
    hasWords ? selectKeywordHits(ctx.db, ctx.workspace_id, input, wanted) : null,
  ]);
  const bases = choose(rows);
  checkRevisions(bases, input.base_ids, input.revisions ?? {});
  const first = readKeywordHits(found ?? []);
  const { counts } = first;
  const others = hasTooFew(input, first)
    ? readKeywordHits(await selectKeywordHits(ctx.db, ctx.workspace_id, input, wanted, true)).hits
    : [];
  // Those with the rarest terms first: of many others only the latest are ranked.
  const hits = [...new Map([...first.hits, ...others].map((hit) => [hit.seq, hit])).values()];
  const chunk_count = bases.reduce(
    (sum, base) => sum + base.chunk_count + (isPinned(input) ? base.former_chunk_count : 0),
    0,
  );
  const { length } = queryWords(input.query);
  return {
    bases,
    terms: weighTerms(input.query, counts.slice(0, length), chunk_count),
    prefixes: weighPrefixes(wanted, counts, chunk_count),
    keywordRows: hits.slice(0, candidateLimit),
    isPartial: sumOf(counts) > maxRanked,
  };
}

/**
 * True when the chunks with the rarest terms may have left no room for others: several terms can be in
 * the same chunks, and chunks are counted before their file is ready and until they are removed.
 */
const hasTooFew = (
  input: SearchInput,
  { counts, hits }: { readonly counts: readonly number[]; readonly hits: readonly KeywordRow[] },
): boolean =>
  input.mode !== 'vector' &&
  !isPinned(input) &&
  hits.length < keywordLimits(input).lexical &&
  sumOf(counts) > maxSelected;

const sumOf = (counts: readonly number[]) => counts.reduce((sum, count) => sum + count, 0);
