import type { LiveRun } from './live-run.ts';

/** The run of a request, or where to find it. */
export type Started =
  /** `after` is the number of events that the listener has received before. */
  | { readonly run: LiveRun; readonly is_joined: boolean; readonly after?: number }
  /**
   * The run is executed by another host, has ended, or waits. `is_joined`: an earlier request with
   * the same idempotency key has started it.
   */
  | { readonly elsewhere: string; readonly is_joined?: boolean };
