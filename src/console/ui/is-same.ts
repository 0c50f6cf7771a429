/** Returns whether two values are the same as JSON, whatever the order of their members. */
export const isSame = (a: unknown, b: unknown): boolean => stable(a) === stable(b);

/** JSON with sorted keys: what the API returns, and what a person typed, differ in their order. */
const stable = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  ) ?? 'undefined';

export const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
