import { useQuery } from '@tanstack/react-query';
import type { SearchQuery, SearchResult } from '../../../client/index.ts';
import { client } from '../../api/api.ts';

export interface Search extends SearchResult {
  /** Milliseconds as the page measured them. */
  readonly total: number;
  /** Milliseconds of parts, as the header `Server-Timing` reports them. */
  readonly server: Readonly<Record<string, number>>;
}

/** Searches a base once for each query; null for none. */
export const useSearch = (kb: string, query: SearchQuery | null) =>
  useQuery<Search>({
    queryKey: ['post', '/api/v1/knowledge-bases/{kb}/search', kb, query],
    enabled: query !== null,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      const started = performance.now();
      const { data, response } = await client.POST('/api/v1/knowledge-bases/{kb}/search', {
        params: { path: { kb } },
        body: query ?? { query: '' },
        signal,
      });
      if (data === undefined) throw new Error('The reply is empty.');
      const server = timingsOf(response.headers.get('server-timing') ?? '');
      return { ...data, total: performance.now() - started, server };
    },
  });

/** Reads `db;dur=35.0;desc="1 trips", total;dur=75.0`. */
function timingsOf(header: string): Record<string, number> {
  const found = header.matchAll(/(?:^|, )([a-z_]+);dur=([0-9.]+)/g);
  return Object.fromEntries(Array.from(found, ([, name, ms]) => [name, Number(ms)]));
}
