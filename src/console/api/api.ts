import { QueryClient } from '@tanstack/react-query';
import createQueries from 'openapi-react-query';
import { createApiClient, Problem } from '../../client/index.ts';
import { workspaceOfPath } from '../app/places.ts';
import { endSignIn } from '../app/sign-in.ts';

/** Calls of the API in the workspace that the address of the page names. */
export const client = createApiClient({
  workspace: () => workspaceOfPath(location.pathname),
  onProblem: ({ status, code }) => {
    if (status === 401 && code === 'unauthenticated') endSignIn();
  },
});

/** `api.useQuery('get', '/api/v1/agents', …)`: reads with a cache. */
export const api = createQueries(client);

const maxAttempts = 3;

export const isWorthRepeating = (attempts: number, error: unknown): boolean =>
  attempts < maxAttempts && error instanceof Problem && error.isTemporary;

/** Milliseconds to the next attempt: as the API says, otherwise one, two, four seconds. */
export const pauseBefore = (attempts: number, error: unknown): number =>
  (error instanceof Problem ? error.retryAfter : null) ?? 1000 * 2 ** attempts;

export const createCache = (): QueryClient =>
  new QueryClient({
    defaultOptions: {
      queries: { staleTime: 10_000, retry: isWorthRepeating, retryDelay: pauseBefore },
    },
  });

/** Options of `api.useInfiniteQuery` for a list of the API, `{ data, next_cursor }`. */
export const paged = {
  pageParamName: 'cursor',
  // Not undefined, for which the library sends 0.
  initialPageParam: null as string | null,
  getNextPageParam: (page: { readonly next_cursor: string | null }) =>
    page.next_cursor ?? undefined,
} as const;

/** All rows of the pages that were read. */
export const rowsOf = <Row>(
  read: { readonly pages: readonly { readonly data: readonly Row[] }[] } | undefined,
): readonly Row[] | undefined => read?.pages.flatMap(({ data }) => data);
