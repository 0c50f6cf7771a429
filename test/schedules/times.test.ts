import { describe, expect, it } from 'vitest';
import { planSlots } from '../../src/schedules/plan.ts';
import { checkTimes, nextTimes, pastTimes, type Recurrence } from '../../src/schedules/times.ts';

const at = (cron: string, time_zone: string, ends_at: string | null = null): Recurrence => ({
  cron,
  time_zone,
  ends_at: ends_at === null ? null : Date.parse(ends_at),
});
const next = (recurrence: Recurrence, after: string, count: number) =>
  nextTimes(recurrence, Date.parse(after), count).map((time) => new Date(time).toISOString());
const newYork = 'America/New_York';

describe('times of a cron expression', () => {
  it('follow the time zone over both changes of the clock', () => {
    expect(next(at('30 8 * * *', newYork), '2026-03-07T00:00:00Z', 2)).toEqual([
      '2026-03-07T13:30:00.000Z',
      '2026-03-08T12:30:00.000Z',
    ]);
    expect(next(at('30 8 * * *', newYork), '2026-10-31T00:00:00Z', 2)).toEqual([
      '2026-10-31T12:30:00.000Z',
      '2026-11-01T13:30:00.000Z',
    ]);
  });

  it.each([
    // 02:30 does not exist on 8 March: it runs at 03:00. Both of two skipped times share that time.
    [
      '30 2 * * *',
      '2026-03-08T00:00:00Z',
      ['2026-03-08T07:00:00.000Z', '2026-03-09T06:30:00.000Z'],
    ],
    [
      '0 2,3 * * *',
      '2026-03-08T00:00:00Z',
      ['2026-03-08T07:00:00.000Z', '2026-03-09T06:00:00.000Z'],
    ],
    [
      '30 2,14 * * *',
      '2026-03-08T00:00:00Z',
      ['2026-03-08T07:00:00.000Z', '2026-03-08T18:30:00.000Z'],
    ],
    // 01:30 comes twice on 1 November: it runs the first time. An hourly one runs in both hours.
    [
      '30 1 * * *',
      '2026-11-01T00:00:00Z',
      ['2026-11-01T05:30:00.000Z', '2026-11-02T06:30:00.000Z'],
    ],
    ['0 * * * *', '2026-11-01T04:30:00Z', ['2026-11-01T05:00:00.000Z', '2026-11-01T06:00:00.000Z']],
    ['0 * * * *', '2026-03-08T06:30:00Z', ['2026-03-08T07:00:00.000Z', '2026-03-08T08:00:00.000Z']],
  ])('of %s after %s run once each', (cron, after, expected) => {
    expect(next(at(cron, newYork), after, 2)).toEqual(expected);
  });

  it('are the same and strictly ascending, read forwards, one by one, and backwards', () => {
    const zones = [
      newYork,
      'Australia/Lord_Howe',
      'Africa/Cairo',
      'America/St_Johns',
      'Asia/Kathmandu',
    ];
    const crons = [
      '*/30 * * * *',
      '30 2,3 * * *',
      '15 0-3 * * *',
      '45 1 * * *',
      '0 0 * * *',
      '0 */6 * * 1-5',
    ];
    const changes = [
      '2026-03-06',
      '2026-04-03',
      '2026-04-22',
      '2026-10-02',
      '2026-10-28',
      '2026-10-30',
    ];
    for (const time_zone of zones)
      for (const cron of crons)
        for (const day of changes) {
          const start = Date.parse(`${day}T00:00:00Z`);
          const times = nextTimes(at(cron, time_zone), start, 60);
          const steps: number[] = [];
          for (let time = start; steps.length < 60; steps.push(time))
            time = nextTimes(at(cron, time_zone), time, 1)[0] ?? Number.NaN;
          const last = times.at(-1) ?? 0;
          const label = `${time_zone} ${cron} ${day}`;
          expect([label, steps]).toEqual([label, times]);
          expect([label, [...new Set(times)].sort((a, b) => a - b)]).toEqual([label, times]);
          expect([label, pastTimes(at(cron, time_zone), start + 1, last, 100)]).toEqual([
            label,
            times,
          ]);
        }
  });

  it('end before `ends_at`', () => {
    const ending = at('0 * * * *', 'UTC', '2026-03-02T03:00:00Z');
    expect(next(ending, '2026-03-02T00:30:00Z', 9)).toEqual([
      '2026-03-02T01:00:00.000Z',
      '2026-03-02T02:00:00.000Z',
    ]);
  });

  it.each([
    ['', /^\/cron must have five fields/],
    ['* * * *', /^\/cron must have five fields/],
    ['0 0 12 * * *', /^\/cron must have five fields/],
    ['2026-05-05T00:00:00', /^\/cron must have five fields/],
    ['@reboot', /^\/cron must have five fields/],
    ['a b c d e', /^\/cron is not a cron expression/],
    ['60 * * * *', /^\/cron is not a cron expression/],
    ['*/0 * * * *', /^\/cron is not a cron expression/],
    ['5-1 * * * *', /^\/cron is not a cron expression/],
    ['1,,9 * * * *', /^\/cron is not a cron expression/],
    ['0 0 * * 99999999999999999999', /^\/cron is not a cron expression/],
    ['٣ * * * *', /^\/cron is not a cron expression/],
    ['0 0 30 2 *', 'This time never comes.'],
    ['* * * * *', /^Runs must be at least 5 minutes apart/],
    [
      '0,2 9 * * *',
      /^Runs must be at least 5 minutes apart\. Two would be at .*T09:00:00.000Z and .*T09:02:00.000Z\.$/,
    ],
    ['1,58 0,23 * * *', /T23:58:00.000Z and .*T00:01:00.000Z/],
  ])('refuse %s', (cron, detail) => {
    const check = () => checkTimes(at(cron, 'UTC'), Date.parse('2026-01-01T00:00:00Z'));
    expect(check).toThrow(detail);
  });

  it.each(['*/5 * * * *', '@daily', '0 9 * JAN-MAR MON', '0 0 L * *', '0 9 * * 5#2', '0 0 29 2 *'])(
    'accept %s',
    (cron) =>
      expect(checkTimes(at(cron, 'UTC'), Date.parse('2026-01-01T00:00:00Z'))).toBeUndefined(),
  );
});

describe('the plan of a due schedule', () => {
  const due = {
    ...at('0 * * * *', 'UTC'),
    next_run_at: Date.parse('2026-03-02T09:00:00Z'),
    ...{ max_runs: null, run_count: 0 },
  };
  const plan = (catch_up: 'skip' | 'latest' | 'all', now: string, more: object = {}) =>
    planSlots({ ...due, catch_up, ...more }, Date.parse(now), false).slots.map(
      ({ slot_at, until_at, skip_reason }) => [
        new Date(slot_at).toISOString().slice(8, 16),
        until_at && new Date(until_at).toISOString().slice(8, 16),
        skip_reason,
      ],
    );

  it('runs a time that has just come, with any policy', () => {
    for (const policy of ['skip', 'latest', 'all'] as const)
      expect(plan(policy, '2026-03-02T09:04:00Z')).toEqual([['02T09:00', null, null]]);
  });

  it('is bounded after an outage of months', () => {
    expect(
      plan('all', '2026-06-01T00:30:00Z')
        .map(([slot, , reason]) => reason ?? slot)
        .slice(0, 2),
    ).toEqual(['missed', '31T15:00']);
    expect(plan('all', '2026-06-01T00:30:00Z')).toHaveLength(11);
    expect(plan('latest', '2026-06-01T00:30:00Z')).toEqual([
      ['02T09:00', '31T23:00', 'missed'],
      ['01T00:00', null, null],
    ]);
    expect(plan('skip', '2026-06-01T00:30:00Z')).toEqual([['02T09:00', '01T00:00', 'missed']]);
  });

  it('skips what was missed before a time that is still in time', () => {
    expect(plan('skip', '2026-03-02T11:01:00Z')).toEqual([
      ['02T09:00', '02T10:00', 'missed'],
      ['02T11:00', null, null],
    ]);
  });

  it('runs no more often than `max_runs` leaves', () => {
    expect(plan('all', '2026-03-02T12:01:00Z', { max_runs: 5, run_count: 3 })).toEqual([
      ['02T09:00', '02T10:00', 'missed'],
      ['02T11:00', null, null],
      ['02T12:00', null, null],
    ]);
  });
});
