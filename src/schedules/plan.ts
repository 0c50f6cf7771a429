import type { skipReasons } from '../db/schema/schedules.ts';
import type { ScheduleRow } from './store.ts';
import { minInterval, nextTimes, pastTimes } from './times.ts';

/** Missed times that the policy `all` runs, the latest ones. */
export const maxCaughtUp = 10;

/** A time to claim: `skip_reason` is null for one that is to run. */
interface PlannedSlot {
  readonly slot_at: number;
  /** The last of several times that are skipped together. */
  readonly until_at: number | null;
  readonly skip_reason: (typeof skipReasons)[number] | null;
}

export interface Plan {
  readonly slots: readonly PlannedSlot[];
  readonly next_run_at: number | null;
}

type Due = Pick<
  ScheduleRow,
  'cron' | 'time_zone' | 'ends_at' | 'catch_up' | 'max_runs' | 'run_count'
> & { readonly next_run_at: number };

/**
 * Plans a schedule whose `next_run_at` has come: the times that are to run, one row for all that are
 * not, and the time after `now`. A time is missed when it is more than the shortest interval ago.
 */
export function planSlots(due: Due, now: number, is_suspended: boolean): Plan {
  const { catch_up, max_runs, run_count, next_run_at: first } = due;
  const most = Math.min(
    catch_up === 'all' ? maxCaughtUp : 1,
    max_runs === null ? maxCaughtUp : Math.max(0, max_runs - run_count),
  );
  const times = pastTimes(due, first, now, most + 1);
  const last = times.at(-1) ?? first;
  const isLate = now - last > minInterval;
  const mayRun = most > 0 && !is_suspended && !(isLate && catch_up === 'skip');
  const runs = mayRun ? times.slice(-most) : [];
  const until = mayRun ? times.at(-most - 1) : last;
  const [next = null] = nextTimes(due, Math.max(now, last), 1);
  return {
    slots: [
      ...(until === undefined
        ? []
        : [
            {
              slot_at: first,
              until_at: until === first ? null : until,
              skip_reason: is_suspended ? ('suspended' as const) : ('missed' as const),
            },
          ]),
      ...runs.map((slot_at) => ({ slot_at, until_at: null, skip_reason: null })),
    ],
    next_run_at: next,
  };
}
