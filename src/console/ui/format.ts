import { usePreferences } from '../app/preferences.ts';

/** Formats of the viewer: numbers, money and times as their browser is set, words in the language of the console. */
export function useFormat() {
  const { language } = usePreferences();
  return formatsOf(navigator.language, language);
}

const cache = new Map<string, ReturnType<typeof createFormats>>();

function formatsOf(locale: string, language: string) {
  const key = `${locale} ${language}`;
  const made = cache.get(key) ?? createFormats(locale, language);
  cache.set(key, made);
  return made;
}

function createFormats(locale: string, language: string) {
  const plain = new Intl.NumberFormat(locale);
  const compact = new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 });
  const percent = new Intl.NumberFormat(locale, { style: 'percent', maximumFractionDigits: 1 });
  const money = (digits: number) =>
    new Intl.NumberFormat(locale, {
      style: 'currency',
      currency: 'USD',
      minimumFractionDigits: 2,
      maximumFractionDigits: digits,
    });
  const [cents, precise] = [money(2), money(6)];
  const moment = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium' });
  const zoned = createZoned(locale);
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' });
  const of =
    <Value>(format: (value: Value) => string) =>
    (value: Value | null | undefined) =>
      value === null || value === undefined ? '–' : format(value);
  return {
    number: of((value: number) => plain.format(value)),
    /** `1.2K`, for figures at a glance. */
    compact: of((value: number) => compact.format(value)),
    /** From a share, 0 to 1. */
    percent: of((value: number) => percent.format(value)),
    /** US dollars; fractions of a cent are shown where they are all there is. */
    money: of((value: number) =>
      (Math.abs(value) >= 1 || value === 0 ? cents : precise).format(value),
    ),
    /** From milliseconds. */
    duration: of((ms: number) =>
      ms < 1000
        ? `${plain.format(Math.round(ms))} ms`
        : ms < 60_000
          ? `${plain.format(Math.round(ms / 100) / 10)} s`
          : `${plain.format(Math.floor(ms / 60_000))} min ${plain.format(Math.round((ms % 60_000) / 1000))} s`,
    ),
    bytes: of((value: number) => bytes(value, plain)),
    /** From an ISO time. */
    time: of((value: string) => moment.format(new Date(value))),
    day: of((value: string) => day.format(new Date(value))),
    /** A step of a report, in the time zone of the report and not the viewer's; `isShort` for ticks. */
    step: (value: string, step: Step, time_zone: string, isShort = false) =>
      zoned(step, time_zone, isShort).format(new Date(value)),
    ago: of((value: string) => ago(Date.parse(value) - Date.now(), relative)),
  };
}

export type Step = 'hour' | 'day' | 'month';

const shapes: Readonly<Record<Step, Intl.DateTimeFormatOptions>> = {
  hour: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short', year: 'numeric' },
  month: { month: 'long', year: 'numeric' },
};
const shortShapes: Readonly<Record<Step, Intl.DateTimeFormatOptions>> = {
  hour: { hour: '2-digit', minute: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  month: { month: 'short', year: '2-digit' },
};

function createZoned(locale: string) {
  const made = new Map<string, Intl.DateTimeFormat>();
  return (step: Step, timeZone: string, isShort: boolean): Intl.DateTimeFormat => {
    const key = `${step} ${timeZone} ${isShort}`;
    const shape = (isShort ? shortShapes : shapes)[step];
    const format = made.get(key) ?? new Intl.DateTimeFormat(locale, { ...shape, timeZone });
    made.set(key, format);
    return format;
  };
}

function bytes(value: number, format: Intl.NumberFormat): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB'];
  let rest = value;
  let unit = 0;
  while (rest >= 1000 && unit < units.length - 1) {
    rest /= 1000;
    unit += 1;
  }
  return `${format.format(Math.round(rest * 10) / 10)} ${units[unit]}`;
}

const spans = [
  ['year', 31_557_600_000],
  ['month', 2_629_800_000],
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
] as const;

function ago(ms: number, format: Intl.RelativeTimeFormat): string {
  const [unit, length] = spans.find(([, length]) => Math.abs(ms) >= length) ?? ['second', 1000];
  return format.format(Math.round(ms / length), unit);
}
