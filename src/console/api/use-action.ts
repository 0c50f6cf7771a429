import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { Problem } from '../../client/index.ts';
import { isWorthRepeating, pauseBefore } from './api.ts';

interface ActionOptions<Input, Result> {
  /** Paths whose reads are stale afterwards, such as `/api/v1/agents`; default: everything that is shown. */
  readonly refresh?: readonly string[];
  /** The list from which the change has deleted what the screen shows: no read of the deleted one is repeated. */
  readonly list?: string;
  readonly onDone?: (result: Result, input: Input) => void;
}

export interface Action<Input, Result> {
  readonly run: (input: Input) => Promise<Result | undefined>;
  readonly isRunning: boolean;
  /** Why the last attempt failed; null before, and once another starts. */
  readonly problem: Problem | null;
  readonly reset: () => void;
}

/**
 * A change by the API. A lost connection or a busy server is tried again with the same idempotency key (the second
 * parameter, for the request's headers), so that it has one effect. `run` returns undefined after a failure, which is in `problem`.
 */
export function useAction<Input = void, Result = unknown>(
  change: (input: Input, headers: { readonly 'Idempotency-Key': string }) => Promise<Result>,
  { refresh, list, onDone }: ActionOptions<Input, Result> = {},
): Action<Input, Result> {
  const cache = useQueryClient();
  const mutation = useMutation<Result, Problem, { readonly input: Input; readonly key: string }>({
    mutationFn: ({ input, key }) => change(input, { 'Idempotency-Key': key }),
    retry: isWorthRepeating,
    retryDelay: pauseBefore,
    onSuccess: async (result, { input }) => {
      await cache.invalidateQueries(
        refresh === undefined && list === undefined
          ? {}
          : { predicate: ({ queryKey: key }) => key[1] === list || isRead(key, refresh ?? []) },
      );
      onDone?.(result, input);
    },
  });
  const { mutateAsync, isPending, error, reset } = mutation;
  const run = useCallback(
    (input: Input) => mutateAsync({ input, key: crypto.randomUUID() }).catch(() => undefined),
    [mutateAsync],
  );
  return { run, isRunning: isPending, problem: error, reset };
}

/** Keys of reads are `[method, path, parameters]`. */
const isRead = (key: QueryKey, paths: readonly string[]): boolean =>
  paths.some((path) => typeof key[1] === 'string' && key[1].startsWith(path));
