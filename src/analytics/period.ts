import type { Ctx } from '../platform/context.ts';
import { invalid } from '../shared/failure.ts';
import { day } from '../shared/time.ts';
import { dateAt, plusDays, startOfDate } from './plan.ts';

export interface Period {
  readonly start: number;
  /** The first instant that is not part of it. */
  readonly end: number;
}

interface DateRange {
  readonly start_date?: string | undefined;
  readonly end_date?: string | undefined;
}

/** The instants of a range of dates in a time zone: the last 30 days unless given. Throws `validation_failed`. */
export function periodOf(
  ctx: Ctx,
  { start_date, end_date }: DateRange,
  time_zone: string,
): Period & { readonly days: number } {
  const last = end_date ?? later(dateAt(ctx.now(), time_zone), start_date);
  const first = start_date ?? plusDays(last, -29);
  if (first > last) throw invalid('?end_date', 'Must not be before start_date.');
  const days = Math.round((Date.parse(last) - Date.parse(first)) / day) + 1;
  return {
    start: startOfDate(first, time_zone),
    end: startOfDate(plusDays(last, 1), time_zone),
    days,
  };
}

const later = (date: string, other: string | undefined) =>
  other !== undefined && other > date ? other : date;
