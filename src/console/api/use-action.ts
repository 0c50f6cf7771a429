import { type QueryKey, useMutation, useQueryClient } from '@tanstack/react-query';
import { useCallback, useId, useRef } from 'react';
import { Problem } from '../../client/index.ts';
import { isSame } from '../ui/is-same.ts';
import { isWorthRepeating, pauseBefore } from './api.ts';
import { type Foreseen, foresee } from './foresee.ts';

/** How long a change that was made waits for the reads that it has made stale. */
const maxWaitMs = 2000;

interface ActionOptions<Input, Result> {
  /** Paths whose reads are stale afterwards, such as `/api/v1/agents`; default: everything that is shown. */
  readonly refresh?: readonly string[];
  /** The list from which the change has deleted what the screen shows: no read of the deleted one is repeated. */
  readonly list?: string;
  readonly onDone?: (result: Result, input: Input) => void;
  /** The change is shown at once, and taken back when it fails; for what a person does on the way, such as turning something off. */
  readonly foresee?: (input: Input) => Foreseen;
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
 * parameter, for the request's headers), also when a person tries the same once more, so that it has one effect. `run` returns undefined after a failure, which is in `problem`.
 */
export function useAction<Input = void, Result = unknown>(
  change: (input: Input, headers: { readonly 'Idempotency-Key': string }) => Promise<Result>,
  { refresh, list, onDone, foresee: expected }: ActionOptions<Input, Result> = {},
): Action<Input, Result> {
  const cache = useQueryClient();
  // What may have been done although its answer was lost.
  const lost = useRef<Attempt<Input> | null>(null);
  const id = useId();
  const isLast = () =>
    cache.isMutating({ predicate: ({ options: { scope } }) => scope?.id === id }) <= 1;
  const readAgain = () =>
    cache.invalidateQueries(
      refresh === undefined && list === undefined
        ? {}
        : { predicate: ({ queryKey: key }) => key[1] === list || isRead(key, refresh ?? []) },
    );
  const mutation = useMutation<Result, Problem, Attempt<Input>, (() => void) | undefined>({
    // What is shown at once can be changed again before the API has answered: it gets the changes one after the other, and what
    // was chosen last stays in sight.
    ...(expected !== undefined && { scope: { id } }),
    onMutate: ({ input }) => expected && foresee(cache, expected(input)),
    onError: (_error, _attempt, takeBack) => {
      if (takeBack === undefined || !isLast()) return;
      takeBack();
      // Why it was refused may be that it has changed elsewhere.
      void readAgain();
    },
    mutationFn: async ({ input, key }) => {
      try {
        return await change(input, { 'Idempotency-Key': key });
      } catch (error) {
        // The same input with something else on the screen is another request.
        if (!isMismatch(error)) throw error;
        return change(input, { 'Idempotency-Key': crypto.randomUUID() });
      }
    },
    retry: isWorthRepeating,
    retryDelay: pauseBefore,
    onSuccess: async (result, { input }) => {
      // So that what was read before is not shown for a moment; but the change is made, however long the reads take.
      const wait = new Promise((resolve) => setTimeout(resolve, maxWaitMs));
      if (expected === undefined || isLast()) await Promise.race([readAgain(), wait]);
      onDone?.(result, input);
    },
  });
  const { mutateAsync, isPending, error, reset } = mutation;
  const run = useCallback(
    async (input: Input) => {
      const last = lost.current;
      const isRepeated = last !== null && isSame(last.input, input);
      const attempt = { input, key: isRepeated ? last.key : crypto.randomUUID() };
      lost.current = null;
      try {
        return await mutateAsync(attempt);
      } catch (error) {
        if (error instanceof Problem && error.isTemporary) lost.current = attempt;
        return undefined;
      }
    },
    [mutateAsync],
  );
  return { run, isRunning: isPending, problem: error, reset };
}

interface Attempt<Input> {
  readonly input: Input;
  readonly key: string;
}

const isMismatch = (error: unknown): boolean =>
  error instanceof Problem && error.code === 'idempotency_mismatch';

/** Keys of reads are `[method, path, parameters]`. */
const isRead = (key: QueryKey, paths: readonly string[]): boolean =>
  paths.some((path) => typeof key[1] === 'string' && key[1].startsWith(path));
