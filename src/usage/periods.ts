import { day, hour } from '../shared/time.ts';

/** The periods of budgets: they begin at midnight in the time zone of the workspace, weeks on Monday (ISO 8601). */
export type Period = 'day' | 'week' | 'month' | 'total';

/** `start` is the first instant of a period and `end` the first after it; null for a period without end. */
export interface Span {
  readonly start: number;
  readonly end: number | null;
}

/** Returns the period that contains an instant. A day has 23 or 25 hours where clocks change. */
export function periodAt(period: Period, at: number, time_zone: string): Span {
  if (period === 'total') return { start: 0, end: null };
  const name = `${time_zone} ${period}`;
  const cached = latest.get(name);
  if (cached !== undefined && cached.start <= at && at < (cached.end as number)) return cached;
  const clock = clockOf(time_zone);
  let [first, next] = datesOf(period, clock.wall(at));
  let span = { start: clock.startOf(first), end: clock.startOf(next) };
  // Where a clock is set back across midnight, the old date occurs twice; the second time belongs to the new day.
  while (at >= span.end) {
    [first, next] = datesOf(period, next);
    span = { start: span.end, end: clock.startOf(next) };
  }
  if (latest.size >= 1000) latest.clear();
  latest.set(name, span);
  return span;
}

/** The last result: consecutive calls mostly need the same period. */
const latest = new Map<string, Span>();

/** Returns the first days of the period of a wall time and of the next period. Wall times are represented as UTC. */
function datesOf(period: 'day' | 'week' | 'month', wall: number): [first: number, next: number] {
  const midnight = Math.floor(wall / day) * day;
  if (period === 'day') return [midnight, midnight + day];
  const date = new Date(midnight);
  if (period === 'week') {
    const monday = midnight - ((date.getUTCDay() + 6) % 7) * day;
    return [monday, monday + 7 * day];
  }
  return [
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1),
    Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1),
  ];
}

interface Clock {
  /** Returns the wall time at an instant. */
  wall(at: number): number;
  /** Returns the first instant of a date. */
  startOf(midnight: number): number;
}

const clocks = new Map<string, Clock>();

function clockOf(time_zone: string): Clock {
  const cached = clocks.get(time_zone);
  if (cached !== undefined) return cached;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: time_zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  const wall = (at: number): number => {
    const parts = Object.fromEntries(
      format.formatToParts(at).map(({ type, value }) => [type, Number(value)]),
    ) as Record<string, number>;
    const { year = 0, month = 1, day: date = 1, hour: hours = 0, minute = 0, second = 0 } = parts;
    return Date.UTC(year, month - 1, date, hours, minute, second) + (((at % 1000) + 1000) % 1000);
  };
  // Offsets range from -12 to +14 hours: the first at which the clock has reached midnight is the right one.
  // Where clocks skip midnight, that is the instant at which they are set forward.
  const startOf = (midnight: number): number => {
    const offsets = [midnight - 15 * hour, midnight + 13 * hour].map((at) => wall(at) - at);
    const reached = offsets.map((offset) => midnight - offset).filter((at) => wall(at) >= midnight);
    return Math.min(...reached);
  };
  const clock = { wall, startOf };
  clocks.set(time_zone, clock);
  return clock;
}
