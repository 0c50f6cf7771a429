import { batch, type Statement } from '../../db/client.ts';
import type { Ctx } from '../../platform/context.ts';
import { type BaseRow, selectBasesByIds } from '../base-store.ts';
import { weighTerms } from './evidence.ts';
import { candidateLimit, type SearchInput } from './input.ts';
import { queryWords } from './keywords.ts';
import { type KeywordRow, keywordIndexes, searchKeywords } from './store.ts';
import { countWords, matchChunks } from './word-counts.ts';

/** Reads the bases, the frequency of the query's words and the keyword hits, in one round trip. */
export async function searchByWords(
  ctx: Ctx,
  input: SearchInput,
  choose: (bases: readonly BaseRow[]) => readonly BaseRow[],
) {
  const words = queryWords(input.query);
  const filter = input.filter ?? {};
  const hasWords = words.length > 0 && input.base_ids.length > 0;
  const [rows, ...legs] = await batch(ctx.db, [
    selectBasesByIds(ctx.db, ctx.workspace_id, input.base_ids),
    ...(hasWords ? [countWords(ctx.db, input.base_ids, words)] : []),
    ...(hasWords && input.mode !== 'vector'
      ? keywordIndexes.map((index) =>
          searchKeywords(
            ctx.db,
            index,
            ctx.workspace_id,
            input.base_ids,
            matchChunks(input.base_ids, words, filter),
            filter,
            candidateLimit,
          ),
        )
      : []),
  ] as Statement[]);
  const bases = choose(rows as BaseRow[]);
  const [counts, ...found] = legs as unknown as [
    { count: number }[] | undefined,
    ...KeywordRow[][],
  ];
  const chunk_count = bases.reduce((sum, base) => sum + base.chunk_count, 0);
  return {
    bases,
    terms: weighTerms(
      input.query,
      (counts ?? []).map(({ count }) => count),
      chunk_count,
    ),
    keywordRows: found
      .flat()
      .sort((a, b) => a.place - b.place || a.seq - b.seq)
      .slice(0, candidateLimit),
  };
}
