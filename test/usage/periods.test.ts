import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Period, periodAt } from '../../src/usage/index.ts';

const zones = [
  'Europe/Zurich',
  'America/New_York',
  'Australia/Lord_Howe',
  'Africa/Cairo',
  'Asia/Kathmandu',
];
const hour = 3_600_000;
const from = Date.UTC(2023, 0, 1);
const to = Date.UTC(2033, 0, 1);

/** Returns the name of the period of an instant as a calendar formats it, independently of the code under test. */
function nameOf(period: Period, at: number, time_zone: string): string {
  const date = new Intl.DateTimeFormat('sv-SE', { timeZone: time_zone, dateStyle: 'short' }).format(
    at,
  );
  if (period === 'day') return date;
  if (period === 'month') return date.slice(0, 7);
  // ISO 8601: a week is named by its Thursday.
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number);
  for (let shift = -3; shift <= 3; shift += 1) {
    const near = new Date(Date.UTC(year, month - 1, day + shift));
    const weekday = new Intl.DateTimeFormat('en-US', { timeZone: 'UTC', weekday: 'short' }).format(
      near,
    );
    if (weekday === 'Thu') return near.toISOString().slice(0, 10);
  }
  throw new Error('a week without a Thursday');
}

const lengths = (period: Period, at: number, time_zone: string) => {
  const { start, end } = periodAt(period, at, time_zone);
  return { start: new Date(start).toISOString(), hours: ((end ?? 0) - start) / hour };
};

describe('a period', () => {
  it.each(zones)('covers exactly the instants with the same name: %s', (zone) => {
    fc.assert(
      fc.property(
        fc.constantFrom<Period>('day', 'week', 'month'),
        fc.integer({ min: from, max: to }),
        (period, at) => {
          const { start, end } = periodAt(period, at, zone);
          if (end === null) throw new Error('it ends');
          const name = nameOf(period, at, zone);
          expect(start).toBeLessThanOrEqual(at);
          expect(at).toBeLessThan(end);
          expect([start, end - 1].map((edge) => nameOf(period, edge, zone))).toEqual([name, name]);
          for (const outside of [start - 1, end])
            expect(nameOf(period, outside, zone)).not.toBe(name);
          expect(periodAt(period, end, zone).start).toBe(end);
          expect(periodAt(period, start - 1, zone).end).toBe(start);
        },
      ),
      { numRuns: 150 },
    );
  });

  it('has 23 and 25 hours where clocks change', () => {
    expect(lengths('day', Date.parse('2026-03-29T12:00Z'), 'Europe/Zurich')).toEqual({
      start: '2026-03-28T23:00:00.000Z',
      hours: 23,
    });
    expect(lengths('day', Date.parse('2026-10-25T12:00Z'), 'Europe/Zurich')).toEqual({
      start: '2026-10-24T22:00:00.000Z',
      hours: 25,
    });
    expect(lengths('day', Date.parse('2026-11-01T12:00Z'), 'America/New_York')).toEqual({
      start: '2026-11-01T04:00:00.000Z',
      hours: 25,
    });
    expect(lengths('day', Date.parse('2026-04-05T00:00Z'), 'Australia/Lord_Howe').hours).toBe(24.5);
    expect(lengths('week', Date.parse('2026-03-29T12:00Z'), 'Europe/Zurich')).toEqual({
      start: '2026-03-22T23:00:00.000Z',
      hours: 167,
    });
    expect(lengths('month', Date.parse('2026-10-25T12:00Z'), 'Europe/Zurich').hours).toBe(
      31 * 24 + 1,
    );
  });

  it('begins when clocks are set forward across midnight', () => {
    // Cairo sets clocks forward from 23:59:59 to 01:00 on the last Friday of April.
    expect(lengths('day', Date.parse('2026-04-24T12:00Z'), 'Africa/Cairo')).toEqual({
      start: '2026-04-23T22:00:00.000Z',
      hours: 23,
    });
    // Cairo sets clocks back from 24:00 to 23:00 on the last Thursday of October.
    expect(lengths('day', Date.parse('2026-10-29T12:00Z'), 'Africa/Cairo')).toEqual({
      start: '2026-10-28T21:00:00.000Z',
      hours: 25,
    });
    // Samoa skipped 30 December 2011.
    expect(lengths('day', Date.parse('2011-12-31T00:00Z'), 'Pacific/Apia').start).toBe(
      '2011-12-30T10:00:00.000Z',
    );
  });

  it('handles ends of months and leap days', () => {
    expect(lengths('month', Date.parse('2028-02-29T23:30Z'), 'UTC')).toEqual({
      start: '2028-02-01T00:00:00.000Z',
      hours: 29 * 24,
    });
    expect(lengths('month', Date.parse('2027-02-28T23:59Z'), 'UTC').hours).toBe(28 * 24);
    expect(lengths('month', Date.parse('2028-02-29T23:30Z'), 'Asia/Kathmandu').start).toBe(
      '2028-02-29T18:15:00.000Z',
    );
    expect(lengths('month', Date.parse('2027-01-01T04:59Z'), 'America/New_York').start).toBe(
      '2026-12-01T05:00:00.000Z',
    );
    expect(lengths('week', Date.parse('2027-01-01T00:00Z'), 'UTC')).toEqual({
      start: '2026-12-28T00:00:00.000Z',
      hours: 168,
    });
  });

  it('has no end for the total', () => {
    expect(periodAt('total', to, 'UTC')).toEqual({ start: 0, end: null });
  });
});
