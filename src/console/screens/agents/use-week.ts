import { useMemo } from 'react';
import type { Analytics } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';

export type Figures = Analytics['groups'][number];

const day = 86_400_000;

/** The figures of all agents in the last seven days, by one request. */
export function useWeek() {
  const start_date = new Date(Date.now() - 6 * day).toISOString().slice(0, 10);
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/analytics',
    { params: { query: { start_date, group_by: 'agent' } } },
    { enabled: useCan('usage:read'), staleTime: 60_000 },
  );
  const figures = useMemo(
    () =>
      data === undefined
        ? null
        : new Map<string, Figures>(data.groups.map((group) => [group.value, group])),
    [data],
  );
  return { figures, error: error as unknown, refetch };
}
