import { day, hour, toWireTime } from '../shared/time.ts';
import { periodAt } from '../usage/index.ts';

export const granularities = ['hour', 'day', 'month'] as const;
export type Granularity = (typeof granularities)[number];

/** The longest range of each granularity, in days. */
export const longestDays: Readonly<Record<Granularity, number>> = {
  hour: 31,
  day: 400,
  month: 1827,
};

/** A date where a clock on the wall is in `time_zone`, as `2026-11-22`. */
export const dateAt = (at: number, time_zone: string): string => dateFormat(time_zone).format(at);

/** A date so many days from another. */
export const plusDays = (date: string, days: number): string =>
  toWireTime(Date.parse(date) + days * day).slice(0, 10);

const formats = new Map<string, Intl.DateTimeFormat>();
function dateFormat(time_zone: string): Intl.DateTimeFormat {
  const known = formats.get(time_zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-CA', {
    timeZone: time_zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  formats.set(time_zone, made);
  return made;
}

/** The first instant of a date. One that a zone has skipped begins with the next that it has. */
export function startOfDate(date: string, time_zone: string): number {
  // Zones are less than a day from UTC: the day before is never past the date.
  let span = periodAt('day', Date.parse(date) - day, time_zone);
  while (dateAt(span.start, time_zone) < date)
    span = periodAt('day', span.end as number, time_zone);
  return span.start;
}

/** Where buckets of a granularity begin between two instants, with the end as the last. */
export function boundariesOf(
  start: number,
  end: number,
  granularity: Granularity,
  time_zone: string,
): number[] {
  const boundaries = [start];
  for (let at = start; at < end; ) {
    at = Math.min(
      end,
      granularity === 'hour' ? at + hour : (periodAt(granularity, at, time_zone).end as number),
    );
    boundaries.push(at);
  }
  return boundaries;
}

/** Rollups of a grain from one bucket to another; of the hours in `split` the quarters count. */
export interface RollupRange {
  readonly grain: 'hour' | 'day';
  readonly from: number;
  readonly to: number;
  readonly split: readonly number[];
}

/**
 * The fewest rollups that stretches of time between boundaries are sums of: days of UTC that lie within
 * one, hours, and hours that a boundary goes through.
 */
export function rangesOf(boundaries: readonly number[]): RollupRange[] {
  const ranges: RollupRange[] = [];
  // One range as far as it goes: each costs the database a row more than it has.
  const add = (grain: 'hour' | 'day', from: number, to: number, isSplit = false) => {
    const split = isSplit ? [from] : [];
    const last = ranges.at(-1);
    if (from >= to || (isSplit && last?.split.at(-1) === from)) return;
    if (last === undefined || last.grain !== grain || last.to !== from)
      ranges.push({ grain, from, to, split });
    else ranges[ranges.length - 1] = { ...last, to, split: [...last.split, ...split] };
  };
  for (const [index, end] of boundaries.slice(1).entries()) {
    const start = boundaries[index] as number;
    const [first, last] = [up(start, hour), down(end, hour)];
    if (first > start) add('hour', first - hour, first, true);
    const [firstDay, lastDay] = [up(first, day), down(last, day)];
    if (firstDay < lastDay) {
      add('hour', first, firstDay);
      add('day', firstDay, lastDay);
      add('hour', lastDay, last);
    } else add('hour', first, last);
    if (last < end && last >= start) add('hour', last, last + hour, true);
  }
  return ranges;
}

const down = (at: number, unit: number) => at - (((at % unit) + unit) % unit);
const up = (at: number, unit: number) => down(at + unit - 1, unit);

/** Which stretch between boundaries an instant is in; -1 for none. */
export function indexAt(boundaries: readonly number[], at: number): number {
  let [low, high] = [0, boundaries.length - 1];
  if (at < (boundaries[0] as number) || at >= (boundaries[high] as number)) return -1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (at < (boundaries[middle] as number)) high = middle;
    else low = middle;
  }
  return low;
}
