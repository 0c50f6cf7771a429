import { api } from '../api/api.ts';

export const presets = [
  'today',
  'yesterday',
  '7d',
  '30d',
  '90d',
  'month',
  'last_month',
  'year',
  'custom',
] as const;
export type Preset = (typeof presets)[number];

/** The part of the address that says which days a report covers; `zone` is empty for that of the workspace. */
export const periodDefaults = { range: '30d', start_date: '', end_date: '', zone: '' };
export type PeriodState = Readonly<Record<keyof typeof periodDefaults, string>>;

/** Days in a time zone, inclusive. */
export interface Period {
  readonly start_date: string;
  readonly end_date: string;
  readonly time_zone: string;
}

const day = 86_400_000;
const toDate = (at: number): string => new Date(at).toISOString().slice(0, 10);
const plusDays = (date: string, days: number): string => toDate(Date.parse(date) + days * day);
export const daysOf = ({ start_date, end_date }: Period): number =>
  Math.round((Date.parse(end_date) - Date.parse(start_date)) / day) + 1;

/** The date of an instant in a time zone. */
const dateIn = (time_zone: string, at: number): string =>
  new Intl.DateTimeFormat('en-CA', {
    timeZone: time_zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).format(at);

/** Returns the days of a state. Only dates are counted, so that no border shifts with the viewer's clock. */
export function periodOf(state: PeriodState, workspaceZone: string, now: number): Period {
  const time_zone = isZone(state.zone) ? state.zone : workspaceZone;
  const today = dateIn(time_zone, now);
  const [start_date, end_date] = daysBy(state, today);
  return { start_date, end_date, time_zone };
}

function daysBy(state: PeriodState, today: string): readonly [string, string] {
  const yesterday = plusDays(today, -1);
  const firstOfMonth = `${today.slice(0, 8)}01`;
  if (state.range === 'today') return [today, today];
  if (state.range === 'yesterday') return [yesterday, yesterday];
  if (state.range === 'month') {
    const next = new Date(`${firstOfMonth}T00:00:00Z`);
    return [firstOfMonth, toDate(next.setUTCMonth(next.getUTCMonth() + 1) - day)];
  }
  if (state.range === 'last_month') {
    const last = plusDays(firstOfMonth, -1);
    return [`${last.slice(0, 8)}01`, last];
  }
  if (state.range === 'year') return [plusDays(today, -364), today];
  if (state.range === 'custom' && isDate(state.start_date)) {
    const end = isDate(state.end_date) ? state.end_date : today;
    return end < state.start_date ? [end, state.start_date] : [state.start_date, end];
  }
  const days = state.range === '7d' ? 7 : state.range === '90d' ? 90 : 30;
  return [plusDays(today, 1 - days), today];
}

const isDate = (value: string): boolean =>
  /^\d{4}-\d\d-\d\d$/.test(value) && !Number.isNaN(Date.parse(value));

function isZone(zone: string): boolean {
  try {
    return zone !== '' && Intl.DateTimeFormat('en', { timeZone: zone }) !== null;
  } catch {
    return false;
  }
}

/** The same number of days directly before. */
export function periodBefore(period: Period): Period {
  const days = daysOf(period);
  const end_date = plusDays(period.start_date, -1);
  return { ...period, start_date: plusDays(end_date, 1 - days), end_date };
}

/** The time zone of the workspace; null until it is known. */
export function useWorkspaceZone(): {
  readonly zone: string | null;
  readonly error: unknown;
  readonly refetch: () => unknown;
} {
  const { data, error, refetch } = api.useQuery(
    'get',
    '/api/v1/workspace',
    {},
    { staleTime: 60_000 },
  );
  return { zone: data?.time_zone ?? null, error, refetch };
}
