import { useQuery } from '@tanstack/react-query';
import { useMemo } from 'react';
import type { AgentSummary, ApiKey, Member, ShareLink } from '../../client/index.ts';
import { client } from './api.ts';

interface Page<Row> {
  readonly data?: { readonly data: readonly Row[]; readonly next_cursor: string | null };
}

/** Pages that are read at most: names beyond them are shown as ids. */
const maxPages = 20;

/** Reads a list to its end; `path` is what makes it stale. */
function useAll<Row>(
  path: string,
  read: (query: { limit: number; cursor?: string }) => Promise<Page<Row>>,
  isWanted: boolean,
  part = '',
): readonly Row[] | undefined {
  const { data } = useQuery({
    // The path is the second part, as in other keys: a change makes it stale.
    queryKey: ['all', path, part],
    enabled: isWanted,
    staleTime: 60_000,
    queryFn: async () => {
      const rows: Row[] = [];
      let cursor: string | null = null;
      for (let page = 0; page < maxPages; page += 1) {
        const query: { limit: number; cursor?: string } = {
          limit: 100,
          ...(cursor !== null && { cursor }),
        };
        const { data: found } = await read(query);
        rows.push(...(found?.data ?? []));
        cursor = found?.next_cursor ?? null;
        if (cursor === null) break;
      }
      return rows;
    },
  });
  return data;
}

/** All members, for their names. */
export const useAllMembers = (isWanted: boolean): readonly Member[] | undefined =>
  useAll(
    '/api/v1/members',
    (query) => client.GET('/api/v1/members', { params: { query } }),
    isWanted,
  );

/** All keys, for their names. */
export const useAllKeys = (isWanted: boolean): readonly ApiKey[] | undefined =>
  useAll(
    '/api/v1/api-keys',
    (query) => client.GET('/api/v1/api-keys', { params: { query } }),
    isWanted,
  );

/** All share links, for their names. */
export const useAllShareLinks = (isWanted: boolean): readonly ShareLink[] | undefined =>
  useAll(
    '/api/v1/share-links',
    (query) => client.GET('/api/v1/share-links', { params: { query } }),
    isWanted,
  );

/** All agents, also those that are archived, for their names. */
export function useAllAgents(): readonly AgentSummary[] | undefined {
  const path = '/api/v1/agents';
  const read = (archived: 'true' | 'false') => (query: { limit: number; cursor?: string }) =>
    client.GET(path, { params: { query: { ...query, archived } } });
  const used = useAll(path, read('false'), true, 'used');
  const archived = useAll(path, read('true'), true, 'archived');
  return useMemo(
    () => (used === undefined ? undefined : [...used, ...(archived ?? [])]),
    [used, archived],
  );
}
