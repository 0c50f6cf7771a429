const iso =
  /^\s*(\d{4})(?:-(\d\d?)(?:-(\d\d?)(?:[T\s]+(\d\d?):(\d\d)(?::(\d\d)(?:[.,]\d+)?)?\s*(Z|UTC|[+-]\d\d:?\d\d)?)?)?)?(?![\d:/.-])/i;
const slashed = /^\s*(\d{4})[/.](\d\d?)[/.](\d\d?)(?!\d)/;
/** ISO 32000-2, 7.9.4: `D:20240131120000+01'00'`, of which only the year is required. */
const pdf =
  /^\s*(?:D:)?(\d{4})(\d\d)?(\d\d)?(?:(\d\d)(\d\d)?(\d\d)?)?(Z|[+-]\d\d'?(?:\d\d)?'?)?(?:\d\d)?\s*$/i;
const german = /^\s*(\d\d?)\.\s?(\d\d?)\.\s?(\d{4})(?!\d)/;
/** With the name of a month, so that the day is clear: RFC 5322, and as English prose. */
const named =
  /^(?=.{6,80}$)(?=.*\b\d{4}\b)(?:[a-z]{3,9},?\s+)?(?:\d{1,2}(?:st|nd|rd|th)?\.?[\s-]+)?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b.*$/i;

const earliest = Date.UTC(1400, 0, 1);
const latest = Date.UTC(2200, 0, 1);

/**
 * Returns a date of a document as ISO 8601 in UTC; null for other text, for a date whose day and month
 * could be exchanged, and what programs write for an unknown one. A date without a time is its beginning.
 */
export function readDate(text: string): string | null {
  const time = timeOf(text.slice(0, 100));
  if (Number.isNaN(time) || time < earliest || time > latest || time === 0) return null;
  return new Date(time).toISOString();
}

function timeOf(text: string): number {
  const parts = iso.exec(text) ?? pdf.exec(text) ?? slashed.exec(text);
  if (parts !== null) return utc(parts.slice(1, 7), parts[7]);
  const [, day, month, year] = german.exec(text) ?? [];
  if (year !== undefined) return utc([year, month, day], undefined);
  if (!named.test(text.trim())) return Number.NaN;
  const plain = text.replaceAll(/\([^()]*\)/g, '').replaceAll(/(\d)(?:st|nd|rd|th)\b/g, '$1');
  const hasZone = /(?:[+-]\d{4}|\b(?:GMT|UTC?|Z|[ECMP][SD]T))\s*$/.test(plain);
  return Date.parse(hasZone ? plain : `${plain} UTC`);
}

/** Returns the time of a calendar date; NaN for a day that does not exist. */
function utc(numbers: readonly (string | undefined)[], zone: string | undefined): number {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = numbers.map((number) =>
    number === undefined ? undefined : Number(number),
  );
  const time = Date.UTC(year, month - 1, day, hour, minute, second);
  // `Date.UTC` takes two digits for a year of the 20th century.
  if (year < 100) return Number.NaN;
  const isDay =
    month >= 1 && month <= 12 && new Date(Date.UTC(year, month - 1, day)).getUTCDate() === day;
  if (!isDay || hour > 23 || minute > 59 || second > 60) return Number.NaN;
  const [, sign, hours = '0', minutes = '0'] = /^([+-])(\d\d)\D?(\d\d)?/.exec(zone ?? '') ?? [];
  const offset = (Number(hours) * 60 + Number(minutes)) * 60_000;
  return sign === undefined ? time : sign === '+' ? time - offset : time + offset;
}
