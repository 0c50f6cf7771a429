import { calcPrice } from '@pydantic/genai-prices';
import { fromUsd, type NanoUsd } from '../shared/money.ts';

/** Tokens of one model call by class; null is unknown. Input includes what was read from and written to a cache. */
export interface Tokens {
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  readonly output_tokens: number | null;
  /** Part of `output_tokens`. */
  readonly reasoning_tokens: number | null;
}

export const unknownTokens: Tokens = {
  input_tokens: null,
  cache_read_tokens: null,
  cache_write_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
};

/** The cost of a call in nano-USD; null when the price or the usage is unknown. Prices: pydantic/genai-prices. */
export function priceOf(provider: string, model: string, tokens: Tokens): NanoUsd | null {
  if (provider === 'builtin') return 0;
  if (tokens.input_tokens === null || tokens.output_tokens === null) return null;
  const usage = {
    input_tokens: tokens.input_tokens,
    output_tokens: tokens.output_tokens,
    cache_read_tokens: tokens.cache_read_tokens ?? 0,
    cache_write_tokens: tokens.cache_write_tokens ?? 0,
  };
  const price = calcPrice(usage, model, { providerId: provider });
  return price === null || price === undefined ? null : fromUsd(price.total_price);
}
