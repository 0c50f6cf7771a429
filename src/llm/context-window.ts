import { readModelName } from '../models/index.ts';
import { free, contextWindowOf as listedWindowOf } from '../usage/index.ts';
import { findProvider } from './providers.ts';

/** Returns the context window of a model in tokens, from the price table; null when it is not listed. */
export async function contextWindowOf(name: string): Promise<number | null> {
  const named = readModelName(name);
  const price_id = findProvider(named?.provider ?? '')?.price_id;
  if (named === null || price_id == null || price_id === free) return null;
  return listedWindowOf(price_id, named.model);
}
