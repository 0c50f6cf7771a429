import { Cron } from 'croner';
import { invalid } from '../shared/failure.ts';
import { minute } from '../shared/time.ts';

/** The times of a schedule: a cron expression, read in a time zone, until an end. */
export interface Recurrence {
  readonly cron: string;
  readonly time_zone: string;
  /** Epoch milliseconds. No time is at or after it. */
  readonly ends_at: number | null;
}

/** Shortest time between two runs of a schedule, in milliseconds. */
export const minInterval = 5 * minute;
/** Times that are compared to find the shortest interval: an expression repeats its minutes every day. */
const comparedTimes = 60;

const nicknames = /^@(?:yearly|annually|monthly|weekly|daily|midnight|hourly)$/i;

/**
 * A fixed time of day that the clock skips runs when the clock has been set forward, and one that it
 * repeats runs the first time. A wildcard or step runs whenever the clock shows one of its times.
 */
function open({ cron, time_zone }: Recurrence): Cron {
  const timezone = time_zone;
  return new Cron(cron, { timezone, mode: '5-part', fixedTimeRule: 'no-wildcard', paused: true });
}

/** Throws `validation_failed` for an expression that is malformed, has no time to come, or too many. */
export function checkTimes(recurrence: Recurrence, now: number): void {
  const fields = recurrence.cron.trim().split(/\s+/);
  if (fields.length !== 5 && !nicknames.test(recurrence.cron.trim()))
    throw invalid(
      '/cron',
      'Must have five fields, minute, hour, day of month, month and day of week, or be `@hourly`, `@daily`, `@weekly`, `@monthly` or `@yearly`.',
    );
  const times = readTimes(recurrence, now);
  if (times.length === 0)
    throw recurrence.ends_at === null
      ? invalid('/cron', 'This time never comes.')
      : invalid('/ends_at', 'The schedule ends before its first run.');
  const short = times.findIndex((time, index) => time - (times[index - 1] ?? 0) < minInterval);
  if (short === -1) return;
  const [before, after] = times.slice(short - 1).map((time) => new Date(time).toISOString());
  throw invalid(
    '/cron',
    `Runs must be at least ${minInterval / minute} minutes apart. Two would be at ${before} and ${after}.`,
  );
}

function readTimes(recurrence: Recurrence, now: number): number[] {
  try {
    return nextTimes(recurrence, now, comparedTimes);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replace(/^CronPattern: /, '') : '';
    throw invalid('/cron', `Is not a cron expression: ${reason.slice(0, 200)}`);
  }
}

/** Returns the first `count` times after `after`, which exclude it, in epoch milliseconds. */
export function nextTimes(recurrence: Recurrence, after: number, count: number): number[] {
  const { ends_at } = recurrence;
  return open(recurrence)
    .nextRuns(count, new Date(after))
    .map((time) => time.getTime())
    .filter((time) => ends_at === null || time < ends_at);
}

/** Returns the last `count` times from `first` to `until`, in ascending order; `first` at least. */
export function pastTimes(
  recurrence: Recurrence,
  first: number,
  until: number,
  count: number,
): number[] {
  const end = recurrence.ends_at === null ? until : Math.min(until, recurrence.ends_at - 1);
  const times = open(recurrence)
    .previousRuns(count, new Date(end + 1))
    .map((time) => time.getTime())
    .filter((time) => time >= first)
    .reverse();
  return times.length === 0 ? [first] : times;
}
