import { periodAt } from '../usage/index.ts';

/** A month of an invoice: a calendar month in the time zone of the workspace. */
export interface InvoicePeriod {
  /** `2026-11`. */
  readonly month: string;
  readonly starts_at: number;
  /** The first instant after it. */
  readonly ends_at: number;
}

/** Formats by time zone. To make one takes longer than all else here, and every hour asks for the months of every workspace. */
const formats = new Map<string, Intl.DateTimeFormat>();

function monthFormat(time_zone: string): Intl.DateTimeFormat {
  const known = formats.get(time_zone);
  if (known !== undefined) return known;
  const made = new Intl.DateTimeFormat('en-US', {
    timeZone: time_zone,
    year: 'numeric',
    month: '2-digit',
  });
  formats.set(time_zone, made);
  return made;
}

/** Returns the name of the month that begins at an instant. */
const monthOf = (start: number, time_zone: string): string => {
  const parts = monthFormat(time_zone)
    .formatToParts(start)
    .map(({ type, value }) => [type, value]);
  const { year, month } = Object.fromEntries(parts);
  return `${year}-${month}`;
};

/**
 * Returns the periods from the end of the last invoice, or the creation of the workspace, up to the month of `now`. A
 * period begins where the one before ended, so that a changed time zone bills no call twice or never.
 */
export function openPeriods(
  last: { readonly month: string; readonly ends_at: number } | null,
  created_at: number,
  now: number,
  time_zone: string,
): InvoicePeriod[] {
  const periods: InvoicePeriod[] = [];
  let starts_at = last?.ends_at ?? periodAt('month', created_at, time_zone).start;
  let previous = last?.month ?? '';
  while (starts_at <= now) {
    let span = periodAt('month', starts_at, time_zone);
    let month = monthOf(span.start, time_zone);
    // In a zone further west the end of the invoiced month is still in that month.
    if (month <= previous) {
      span = periodAt('month', span.end as number, time_zone);
      month = monthOf(span.start, time_zone);
    }
    const ends_at = span.end as number;
    periods.push({ month, starts_at, ends_at });
    previous = month;
    starts_at = ends_at;
  }
  return periods;
}
