import { keepPreviousData } from '@tanstack/react-query';
import type { Analytics } from '../../client/index.ts';
import { api } from '../api/api.ts';
import type { Step } from './format.ts';
import { daysOf, type Period } from './period.ts';

export interface ReportFilters {
  /** Empty for all agents. */
  readonly agent: string;
  readonly version?: string;
  readonly experiment?: string;
  readonly group?: Grouping | '';
}

export type Grouping =
  | 'agent'
  | 'version'
  | 'model'
  | 'operation'
  | 'api_key'
  | 'experiment'
  | 'variant';

/** Hours for up to two days, months beyond four hundred, which is as many as the API lists. */
function stepFor(period: Period): Step {
  const days = daysOf(period);
  return days <= 2 ? 'hour' : days <= 400 ? 'day' : 'month';
}

/** The analytics of an agent or of the workspace; the figures before stay until the next ones are there. */
export function useReport(period: Period | null, filters: ReportFilters, isWanted = true) {
  const { agent, version = '', experiment = '', group = '' } = filters;
  const query = {
    ...(period !== null && { ...period, granularity: stepFor(period) }),
    ...(version !== '' && { version }),
    ...(experiment !== '' && { experiment }),
  };
  const isReady = isWanted && period !== null;
  const all = api.useQuery(
    'get',
    '/api/v1/analytics',
    { params: { query: { ...query, ...(group !== '' && { group_by: group }) } } },
    { enabled: isReady && agent === '', placeholderData: keepPreviousData },
  );
  const one = api.useQuery(
    'get',
    '/api/v1/agents/{agent}/analytics',
    {
      params: {
        path: { agent },
        query: { ...query, ...(group !== '' && group !== 'agent' && { group_by: group }) },
      },
    },
    { enabled: isReady && agent !== '', placeholderData: keepPreviousData },
  );
  const { data, error, isPlaceholderData, refetch } = agent === '' ? all : one;
  return { data: data as Analytics | undefined, error, isOld: isPlaceholderData, refetch };
}

/** The border of a step: the start of the next one, or the end of the report. */
export const endOfStep = ({ series, end }: Analytics, index: number): string =>
  series[index + 1]?.start ?? end;
