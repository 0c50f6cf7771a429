import type { QueryClient, QueryKey } from '@tanstack/react-query';

type Fields = Readonly<Record<string, unknown>>;

/** How one object will be once a change was made. */
export interface Foreseen {
  readonly id: string;
  readonly fields: Fields;
}

/**
 * Changes an object in everything that was read, wherever it stands there: by itself or in lists. Reads that are on their way
 * are cancelled, since they may still tell of the time before. Returns what takes the change back.
 */
export async function foresee(cache: QueryClient, { id, fields }: Foreseen): Promise<() => void> {
  const before = new Map<QueryKey, Fields>();
  for (const [key, data] of cache.getQueriesData({})) {
    let old: Fields | undefined;
    const next = changed(data, (row) => {
      if (row.id !== id || !Object.keys(fields).every((name) => name in row)) return row;
      old = Object.fromEntries(Object.keys(fields).map((name) => [name, row[name]]));
      return { ...row, ...fields };
    });
    if (old === undefined) continue;
    before.set(key, old);
    await cache.cancelQueries({ queryKey: key, exact: true });
    cache.setQueryData(key, next);
  }
  return () => {
    for (const [key, old] of before)
      cache.setQueryData(key, (data: unknown) =>
        changed(data, (row) => (row.id === id ? { ...row, ...old } : row)),
      );
  };
}

/** Answers of the API are one object, a list `{ data }`, or pages of lists. */
function changed(data: unknown, change: (row: Fields) => Fields): unknown {
  if (Array.isArray(data)) {
    const next = data.map((one) => changed(one, change));
    return next.some((one, index) => one !== data[index]) ? next : data;
  }
  if (typeof data !== 'object' || data === null) return data;
  const row = change(data as Fields);
  const inner = Object.fromEntries(
    ['data', 'pages'].flatMap((name) => {
      const next = changed(row[name], change);
      return next === row[name] ? [] : [[name, next]];
    }),
  );
  return Object.keys(inner).length === 0 ? row : { ...row, ...inner };
}
