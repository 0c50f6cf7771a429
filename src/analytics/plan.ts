import { day, hour, toWireTime } from '../shared/time.ts';
import { periodAt } from '../usage/index.ts';

export const granularities = ['hour', 'day', 'month'] as const;
export type Granularity = (typeof granularities)[number];

/** The longest range of each granularity, in days. */
export const maxDays: Readonly<Record<Granularity, number>> = {
  hour: 31,
  day: 400,
  month: 1827,
};

/** Returns the date of an instant in a time zone, as `2026-11-22`. */
export const dateAt = (at: number, time_zone: string): string => dateFormat(time_zone).format(at);

/** Returns the date `days` days after another. */
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

/** Returns the first instant of a date. A date that the zone skipped begins with the next one. */
export function startOfDate(date: string, time_zone: string): number {
  // Zones are less than a day from UTC: the day before is never past the date.
  let span = periodAt('day', Date.parse(date) - day, time_zone);
  while (dateAt(span.start, time_zone) < date)
    span = periodAt('day', span.end as number, time_zone);
  return span.start;
}

/** Returns the starts of the buckets between two instants, followed by the end. */
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

/** A range of rollups of one grain. Hours in `split` are read by quarter. */
export interface RollupRange {
  readonly grain: 'hour' | 'day';
  readonly from: number;
  readonly to: number;
  readonly split: readonly number[];
}

/**
 * Returns the fewest rollups that add up to the stretches between boundaries: UTC days within a stretch, hours, and
 * hours that a boundary divides.
 */
export function rangesOf(boundaries: readonly number[]): RollupRange[] {
  const ranges: RollupRange[] = [];
  // Adjacent buckets share a range: each range costs the database one row more.
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

/** Returns the index of the stretch that contains an instant; -1 for none. */
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
