import { fromUsd, type NanoUsd } from '../shared/money.ts';
import { loadPriceTable } from './load-price-table.ts';

/** The tokens of one model call by class; null for unknown. Input includes tokens read from and written to a cache. */
export interface Tokens {
  readonly input_tokens: number | null;
  readonly cache_read_tokens: number | null;
  readonly cache_write_tokens: number | null;
  /** The part of `cache_write_tokens` that is cached for an hour, which costs more. */
  readonly cache_write_1h_tokens?: number;
  readonly output_tokens: number | null;
  /** A part of `output_tokens`. */
  readonly reasoning_tokens: number | null;
}

export const unknownTokens: Tokens = {
  input_tokens: null,
  cache_read_tokens: null,
  cache_write_tokens: null,
  output_tokens: null,
  reasoning_tokens: null,
};

/** The tokens of a call that the provider refused before processing it. */
export const noTokens: Tokens = {
  input_tokens: 0,
  cache_read_tokens: 0,
  cache_write_tokens: 0,
  output_tokens: 0,
  reasoning_tokens: 0,
};

/** Prices in nano-USD per token. */
export interface TokenPrices {
  readonly input: number;
  readonly output: number;
  /** null charges cached tokens like other input. */
  readonly cache_read: number | null;
  readonly cache_write: number | null;
}

/** The `price_id` of models that are free. */
export const free = 'free';

export interface PricedModel {
  /** The provider's name in the price table; null where it has none. */
  readonly price_id: string | null;
  readonly model: string;
  /** The workspace's own prices, which take precedence over the table. */
  readonly override: TokenPrices | null;
}

/** Returns the cost of a call in nano-USD; null when the price or the usage is unknown. */
export type Price = (tokens: Tokens, at: number) => NanoUsd | null;

/** The tokens of a call whose input and output are known. */
interface KnownTokens extends Tokens {
  readonly input_tokens: number;
  readonly output_tokens: number;
}

/** Opens the price of a model: its override, or else that of the price table, which is loaded only then. */
export async function openPrice({ price_id, model, override }: PricedModel): Promise<Price> {
  if (price_id === free) return () => 0;
  if (override !== null) return priceOfKnown((tokens) => costOf(override, tokens));
  if (price_id === null) return priceOfKnown(() => null);
  const { calcPrice } = await loadPriceTable();
  return priceOfKnown((tokens, at) => {
    const { cache_write_1h_tokens } = tokens;
    const usage = {
      input_tokens: tokens.input_tokens,
      output_tokens: tokens.output_tokens,
      cache_read_tokens: tokens.cache_read_tokens ?? 0,
      cache_write_tokens: tokens.cache_write_tokens ?? 0,
      ...(cache_write_1h_tokens === undefined ? {} : { cache_write_1h_tokens }),
      output_reasoning_tokens: tokens.reasoning_tokens ?? 0,
    };
    try {
      const price = calcPrice(usage, model, { providerId: price_id, timestamp: new Date(at) });
      return price === null ? null : fromUsd(price.total_price);
    } catch {
      // The classes do not add up: contradictory usage counts as unknown.
      return null;
    }
  });
}

/** Unknown tokens have no price, and no tokens cost nothing. */
const priceOfKnown =
  (price: (tokens: KnownTokens, at: number) => NanoUsd | null): Price =>
  (tokens, at) => {
    const { input_tokens, output_tokens } = tokens;
    if (input_tokens === null || output_tokens === null) return null;
    if (input_tokens === 0 && output_tokens === 0) return 0;
    return price({ ...tokens, input_tokens, output_tokens }, at);
  };

/** Prices every token in one class: input outside the cache is plain, reasoning is output. */
function costOf(prices: TokenPrices, tokens: KnownTokens): NanoUsd {
  const read = tokens.cache_read_tokens ?? 0;
  const write = tokens.cache_write_tokens ?? 0;
  const plain = Math.max(0, tokens.input_tokens - read - write);
  const input =
    plain * prices.input +
    read * (prices.cache_read ?? prices.input) +
    write * (prices.cache_write ?? prices.input);
  return Math.round(input + tokens.output_tokens * prices.output);
}
