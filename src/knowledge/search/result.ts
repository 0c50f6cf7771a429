import type { Ctx } from '../../platform/context.ts';
import { locatePassages } from '../pages/locate.ts';
import type { Found } from './input.ts';
import type { SearchResult } from './schema.ts';

/** Returns the result of a search as clients see it; with `boxes`, where its hits stand. */
export async function toResult(
  ctx: Ctx,
  { hits, confidence, coverage }: Omit<Found, 'usage'>,
  boxes: boolean,
): Promise<SearchResult> {
  // An edited chunk stands where the text stood that it replaced.
  const places = boxes ? await locatePassages(ctx, hits) : [];
  return {
    hits: hits.map(({ attempt: _, origin: __, ...hit }, index) => ({ ...hit, ...places[index] })),
    confidence,
    coverage,
  };
}
