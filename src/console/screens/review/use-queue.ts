import { useSearch } from 'wouter';
import type { ReviewItem } from '../../../client/index.ts';
import { api, paged, rowsOf } from '../../api/api.ts';
import { useUrlState } from '../../ui/use-url-state.ts';

const filters = { agent: '', status: 'open', reason: '', assignee: '', overdue: '' };

export const reasons = [
  'down_voted',
  'low_confidence',
  'no_coverage',
  'error',
  'tool_failed',
  'text',
  'cost',
  'sample',
  'manual',
] as const;

export const statuses = ['open', 'in_review', 'done'] as const;

/** The queue as the filters in the address choose it; the screen of an item keeps them, to know what comes next. */
export function useQueue() {
  const search = useSearch();
  const [state, setFilters] = useUrlState(filters);
  const { agent, assignee } = state;
  const status = statuses.find((one) => one === state.status);
  const reason = reasons.find((one) => one === state.reason);
  const reading = api.useInfiniteQuery(
    'get',
    '/api/v1/review-items',
    {
      params: {
        query: {
          ...(agent !== '' && { agent }),
          ...(status !== undefined && { status }),
          ...(reason !== undefined && { reason }),
          ...(assignee !== '' && { assignee }),
          ...(state.overdue === 'true' && { overdue: 'true' as const }),
        },
      },
    },
    paged,
  );
  const linkOf = ({ id }: Pick<ReviewItem, 'id'>) =>
    `/items/${id}${search === '' ? '' : `?${search}`}`;
  const isFiltered = search !== '';
  return { state, setFilters, reading, rows: rowsOf(reading.data), linkOf, isFiltered, search };
}
