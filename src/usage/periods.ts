import { day, hour } from '../shared/time.ts';

/** How money is counted: from midnight to midnight where the workspace is, weeks from Monday (ISO 8601). */
export type Period = 'day' | 'week' | 'month' | 'total';

/** `start` is the first instant, `end` the first that is left out; null never ends. */
export interface Span {
  readonly start: number;
  readonly end: number | null;
}

/** The period that an instant falls into. A day has 23 or 25 hours where clocks change. */
export function periodAt(period: Period, at: number, time_zone: string): Span {
  if (period === 'total') return { start: 0, end: null };
  const name = `${time_zone} ${period}`;
  const known = latest.get(name);
  if (known !== undefined && known.start <= at && at < (known.end as number)) return known;
  const clock = clockOf(time_zone);
  let [first, next] = datesOf(period, clock.wall(at));
  let span = { start: clock.startOf(first), end: clock.startOf(next) };
  // Where a clock went back over midnight the old date comes a second time, and belongs to the new one.
  while (at >= span.end) {
    [first, next] = datesOf(period, next);
    span = { start: span.end, end: clock.startOf(next) };
  }
  if (latest.size >= 1000) latest.clear();
  latest.set(name, span);
  return span;
}

/** The last span that was asked for: calls come one after the other in the same. */
const latest = new Map<string, Span>();

/** The first day of the period of a wall time, and of the next. Wall times are written as if they were UTC. */
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
  /** What a clock on the wall shows at an instant. */
  wall(at: number): number;
  /** The first instant of a date. */
  startOf(midnight: number): number;
}

const clocks = new Map<string, Clock>();

function clockOf(time_zone: string): Clock {
  const known = clocks.get(time_zone);
  if (known !== undefined) return known;
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
  // Zones are 12 hours behind to 14 ahead: one of these offsets holds at the midnight, and it is the
  // first at which the clock has reached it. Where clocks skip midnight, that is when they are put on.
  const startOf = (midnight: number): number => {
    const offsets = [midnight - 15 * hour, midnight + 13 * hour].map((at) => wall(at) - at);
    const reached = offsets.map((offset) => midnight - offset).filter((at) => wall(at) >= midnight);
    return Math.min(...reached);
  };
  const clock = { wall, startOf };
  clocks.set(time_zone, clock);
  return clock;
}
