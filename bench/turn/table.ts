import { nameOf, type Scenario } from './scenario.ts';
import { cpuOfTurn, ratePerSecond, type Slice } from './slice.ts';
import { formatSpread, median, quantile, ratiosOf, spreadOf } from './statistics.ts';

/** The slices of one server, with its memory after the last one. */
export interface Series {
  readonly name: string;
  readonly slices: readonly Slice[];
  readonly rss_mib: number;
}

const columns = [
  'scenario',
  'turns/s',
  'CPU ms a turn',
  'first p50',
  'first p99',
  'end p50',
  'end p99',
  'RSS MiB',
];

export const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;

/** Prints the head of a table; all columns but the first are numbers. */
export const printHead = (names: readonly string[] = columns): void =>
  console.log(`${row(names)}\n| --- |${' ---: |'.repeat(names.length - 1)}`);

/** Prints one line for each server, and the ratios of the last to the first one if there are two, with their spread. */
export function printScenario(
  scenario: Scenario,
  relay: readonly Slice[],
  series: readonly Series[],
): void {
  const name = nameOf(scenario);
  console.log(row([`${name}, relay`, ...figuresOf(relay), '']));
  for (const { name: subject, slices, rss_mib } of series)
    console.log(row([`${name}, ${subject}`, ...figuresOf(slices), rss_mib.toFixed(0)]));
  const [before, now] = series;
  if (before !== undefined && now !== undefined)
    console.log(row([`${name}, ratio`, ...ratioCells(before, now)]));
}

const timesOf = (slice: Slice) => [
  quantile(slice.first, 0.5),
  quantile(slice.first, 0.99),
  quantile(slice.end, 0.5),
  quantile(slice.end, 0.99),
];

function figuresOf(slices: readonly Slice[]): string[] {
  const times = slices.map(timesOf);
  return [
    median(slices.map(ratePerSecond)).toFixed(0),
    median(slices.map(cpuOfTurn)).toFixed(2),
    ...[0, 1, 2, 3].map((at) => median(times.map((of) => of[at] ?? Number.NaN)).toFixed(1)),
  ];
}

function ratioCells(before: Series, now: Series): string[] {
  const ratio = (of: (slice: Slice) => number) =>
    formatSpread(spreadOf(ratiosOf(now.slices.map(of), before.slices.map(of))));
  return [
    ratio(ratePerSecond),
    ratio(cpuOfTurn),
    ...[0, 1, 2, 3].map((at) => ratio((slice) => timesOf(slice)[at] ?? Number.NaN)),
    (now.rss_mib / before.rss_mib).toFixed(2),
  ];
}
