/**
 * Money is integer nano-USD internally and a JSON number of USD in the API. Unknown is null, never
 * 0.
 */
export type NanoUsd = number;

export const nanoPerUsd = 1_000_000_000;

export const toWireUsd = (nano: NanoUsd | null): number | null =>
  nano === null ? null : nano / nanoPerUsd;

export const fromUsd = (usd: number): NanoUsd => Math.round(usd * nanoPerUsd);

/** Returns the sum, or null when one of the values is unknown. */
export const sumOrNull = (costs: readonly (NanoUsd | null)[]): NanoUsd | null =>
  costs.reduce<NanoUsd | null>(
    (sum, cost) => (sum === null || cost === null ? null : sum + cost),
    0,
  );
