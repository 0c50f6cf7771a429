import type { Ctx } from '../../platform/context.ts';
import { stemsOf } from '../../shared/stems.ts';
import { diversify } from './diversify.ts';
import { extendHits } from './extend-hits.ts';
import { neededHits, type SearchInput } from './input.ts';
import type { Ranked } from './rank.ts';

/** Candidates that are extended at first, for each hit that is needed: some of them repeat others in their extended texts. */
const extendedPerHit = 2;
/** Factor by which more of them are extended until enough hits are left. */
const growth = 4;

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
  for (let count = extendedPerHit * needed; ; count *= growth) {
    const pool = diversify(ranked, diversity, count);
    const chosen = await chooseExtended(ctx, input, pool, ranked);
    if (chosen.ranked.length >= needed || pool.length < count) return chosen;
  }
}

/** Extends the candidates of `pool`, and chooses those of them whose extended texts differ. */
async function chooseExtended(
  ctx: Ctx,
  input: SearchInput,
  pool: readonly Ranked[],
  ranked: readonly Ranked[],
) {
  const { diversity = 0, context_tokens = 0 } = input;
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
  const places = new Map(ranked.map(({ row }, place) => [row.chunk_id, place]));
  const placeOf = ({ row }: Ranked) => places.get(row.chunk_id) ?? 0;
  const left = pool
    .filter(({ row }) => extents.has(row.chunk_id))
    .sort((a, b) => placeOf(a) - placeOf(b));
  const stems = ({ row }: Ranked) => stemsOf(extents.get(row.chunk_id)?.text ?? row.text);
  return { ranked: diversify(left, diversity, neededHits(input), stems), extents };
}
