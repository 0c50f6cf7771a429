/** Instants are integer epoch milliseconds internally and RFC 3339 UTC in the API. */
export const toWireTime = (epochMs: number): string => new Date(epochMs).toISOString();

export const toWireTimeOrNull = (epochMs: number | null): string | null =>
  epochMs === null ? null : toWireTime(epochMs);

export const second = 1000;
export const minute = 60 * second;
export const hour = 60 * minute;
export const day = 24 * hour;
