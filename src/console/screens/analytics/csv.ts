import type { Analytics } from '../../../client/index.ts';
import { toCsv } from '../../ui/csv.ts';
import { saveFile } from '../../ui/download.ts';

/** Saves the series of a report: one line for each step, with the fields under the names of the API. */
export function saveReport(report: Analytics): void {
  const rows = report.series.map(({ start, anomalies, ...measures }) => ({
    start,
    anomalies: anomalies.join(' '),
    values: new Map(flatten(measures, '')),
  }));
  const names = [...new Set(rows.flatMap(({ values }) => [...values.keys()]))];
  const csv = toCsv([
    ['start', 'time_zone', ...names, 'anomalies'],
    ...rows.map(({ start, values, anomalies }) => [
      start,
      report.time_zone,
      ...names.map((name) => values.get(name) ?? null),
      anomalies,
    ]),
  ]);
  const name = `analytics-${report.start.slice(0, 10)}-${report.end.slice(0, 10)}.csv`;
  saveFile(name, new Blob([csv], { type: 'text/csv' }));
}

/** `usage.runs` and its value, for every number below. */
function flatten(value: unknown, path: string): [string, number][] {
  if (typeof value === 'number') return [[path, value]];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) =>
    flatten(inner, path === '' ? name : `${path}.${name}`),
  );
}
