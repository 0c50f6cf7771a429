/** A year, a month or a day. */
const calendar = /^\d{4}(?:-(?:0[1-9]|1[0-2])(?:-(?:0[1-9]|[12]\d|3[01]))?)?$/;
const timestamp = /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?(?:Z|[+-]\d\d:\d\d)$/i;

/** True for a timestamp, or a date, month or year. */
export const isPeriod = (text: string): boolean =>
  (calendar.test(text) || timestamp.test(text)) && !Number.isNaN(Date.parse(text));

/** Returns a timestamp in UTC as it is stored. A calendar period stays: it is the beginning of the times in it. */
export const toPeriod = (text: string): string =>
  calendar.test(text) ? text : new Date(text).toISOString();
