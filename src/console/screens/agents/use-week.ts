import { useQueries } from '@tanstack/react-query';
import type { AgentSummary, Analytics } from '../../../client/index.ts';
import { api } from '../../api/api.ts';
import { useCan } from '../../app/session.tsx';

export type Figures = Analytics['groups'][number];

const day = 86_400_000;
/** Agents of one request. */
const most = 100;

/** The figures of agents in the last seven days, by a request for each page of the list. */
export function useWeek(pages: readonly { readonly data: readonly AgentSummary[] }[]) {
  const start_date = new Date(Date.now() - 6 * day).toISOString().slice(0, 10);
  const enabled = useCan('usage:read');
  const lists = pages
    .map(({ data }) => data.slice(0, most).map(({ id }) => id))
    .filter((ids) => ids.length > 0);
  return useQueries({
    queries: lists.map((ids) =>
      api.queryOptions(
        'get',
        '/api/v1/analytics',
        { params: { query: { start_date, group_by: 'agent', agents: ids.join(',') } } },
        { enabled, staleTime: 60_000 },
      ),
    ),
    combine: (readings) => ({
      /** By agent; undefined for one whose page is still read or failed. */
      figures: new Map<string, Figures | null>(
        readings.flatMap(({ data }, index) =>
          data === undefined
            ? []
            : (lists[index] ?? []).map((id) => [
                id,
                data.groups.find(({ value }) => value === id) ?? null,
              ]),
        ),
      ),
      hasFailed: readings.some(({ error }) => error !== null),
      refetch: () => Promise.all(readings.map((reading) => reading.refetch())),
    }),
  });
}
