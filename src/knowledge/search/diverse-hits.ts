import type { Ctx } from '../../platform/context.ts';
import { stemsOf } from '../../shared/stems.ts';
import { diversify } from './diversify.ts';
import { extendHits } from './extend-hits.ts';
import { neededHits, orderedHits, type SearchInput } from './input.ts';
import type { Ranked } from './rank.ts';

/** The text of a hit and its place in the file. */
export interface Extent {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/**
 * Orders candidates so that what is returned differs. With `context_tokens` that is the extended text of each, by the id of
 * its chunk; null without.
 */
export async function chooseDiverse(
  ctx: Ctx,
  input: SearchInput,
  ranked: readonly Ranked[],
): Promise<{ ranked: readonly Ranked[]; extents: ReadonlyMap<string, Extent> | null }> {
  const { diversity = 0, context_tokens = 0 } = input;
  const needed = neededHits(input);
  if (diversity === 0) return { ranked, extents: null };
  if (context_tokens === 0) return { ranked: diversify(ranked, diversity, needed), extents: null };
  // Most of them may repeat one another in their extended texts.
  const pool = ranked.slice(0, orderedHits(input));
  const extended = await extendHits(
    ctx,
    input,
    pool.map(({ row }) => ({
      ...{ chunk_id: row.chunk_id, text: row.text },
      ...{ start: row.start_offset, end: row.end_offset },
    })),
    context_tokens,
  );
  const extents = new Map(extended.map(({ chunk_id, ...extent }) => [chunk_id, extent]));
  const left = pool.filter(({ row }) => extents.has(row.chunk_id));
  const stems = ({ row }: Ranked) => stemsOf(extents.get(row.chunk_id)?.text ?? row.text);
  return { ranked: diversify(left, diversity, needed, stems), extents };
}
