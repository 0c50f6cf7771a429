import { numberOf } from './numbers.ts';
import type { Row } from './rows.ts';

interface ChartOptions {
  /** The column of the horizontal axis. */
  readonly x: string;
  /** One column of numbers, or several: one line or bar each. */
  readonly y: string | readonly string[];
  readonly title?: string;
  readonly x_label?: string;
  readonly y_label?: string;
  readonly width?: number;
  readonly height?: number;
}

const colors = [
  '#2563eb',
  '#dc2626',
  '#059669',
  '#d97706',
  '#7c3aed',
  '#0891b2',
  '#db2777',
  '#4b5563',
];
const maxPoints = 5000;

/** Returns a line chart as SVG text. Numbers and dates on the x axis keep their distances. */
export const lineChart = (rows: readonly Row[], options: ChartOptions): string =>
  draw(rows, options, 'lineChart', (plot) => {
    const isScaled = plot.labels.every((label) => positionOf(label) !== null);
    const positions = plot.labels.map((label, index) =>
      isScaled ? (positionOf(label) ?? 0) : index,
    );
    const low = Math.min(...positions);
    const span = Math.max(...positions) - low || 1;
    const at = (index: number) =>
      plot.left + (((positions[index] ?? 0) - low) / span) * (plot.right - plot.left);
    const lines = plot.series.map((values, index) => linesOf(values, at, plot.yOf, index));
    return { marks: lines.join(''), at };
  });

/** Returns a bar chart as SVG text; with several columns, a group of bars for each row. */
export const barChart = (rows: readonly Row[], options: ChartOptions): string =>
  draw(rows, options, 'barChart', (plot) => {
    const step = (plot.right - plot.left) / plot.labels.length;
    const at = (index: number) => plot.left + step * (index + 0.5);
    const width = (step * 0.8) / plot.series.length;
    const bars = plot.series.flatMap((values, one) =>
      values.map((value, index) => {
        if (value === null) return '';
        const [top, bottom] = [plot.yOf(Math.max(0, value)), plot.yOf(Math.min(0, value))];
        const x = at(index) - step * 0.4 + width * one;
        return `<rect x="${round(x)}" y="${round(top)}" width="${round(width)}" height="${round(bottom - top)}" fill="${colorOf(one)}"/>`;
      }),
    );
    return { marks: bars.join(''), at };
  });

interface Plot {
  readonly labels: readonly unknown[];
  readonly series: readonly (readonly (number | null)[])[];
  readonly left: number;
  readonly right: number;
  readonly yOf: (value: number) => number;
}

type Marks = (plot: Plot) => { readonly marks: string; readonly at: (index: number) => number };

function draw(rows: readonly Row[], options: ChartOptions, name: string, marksOf: Marks): string {
  const { x, y, title = '', x_label = '', y_label = '', width = 720, height = 420 } = options ?? {};
  const columns = (Array.isArray(y) ? y : [y]) as readonly string[];
  check(rows, [x, ...columns], name);
  const labels = rows.map((row) => row[x]);
  const series = columns.map((column) => rows.map((row) => finite(row[column])));
  const values = series.flat().filter((value) => value !== null);
  if (values.length === 0) throw new TypeError(`${name}: ${columns.join(', ')} has no numbers`);
  const scale = niceScale(least(values), greatest(values), name === 'barChart');
  const margin = { left: 72, right: 16, top: title === '' ? 20 : 48, bottom: 64 };
  const legend = columns.length > 1 ? 22 : 0;
  const [left, right] = [margin.left, width - margin.right];
  const [top, bottom] = [margin.top + legend, height - margin.bottom];
  const yOf = (value: number) =>
    bottom - ((value - scale.low) / (scale.high - scale.low)) * (bottom - top);
  const { marks, at } = marksOf({ labels, series, left, right, yOf });
  const grid = scale.ticks.map(
    (tick) =>
      `<line x1="${left}" x2="${right}" y1="${round(yOf(tick))}" y2="${round(yOf(tick))}" stroke="${tick === 0 ? '#6b7280' : '#e5e7eb'}"/>${text(left - 8, yOf(tick) + 4, formatTick(tick), 'end')}`,
  );
  const every = Math.ceil(labels.length / Math.max(1, Math.floor((right - left) / 80)));
  const axis = labels.map((label, index) =>
    index % every === 0 ? text(at(index), bottom + 20, short(label), 'middle') : '',
  );
  const names =
    columns.length < 2
      ? []
      : columns.map((column, index) => {
          const start = left + index * ((right - left) / columns.length);
          return `<rect x="${round(start)}" y="${margin.top - 4}" width="10" height="10" fill="${colorOf(index)}"/>${text(start + 16, margin.top + 5, short(column), 'start')}`;
        });
  const titles = [
    title === '' ? '' : text(width / 2, 26, title, 'middle', ' font-size="16" font-weight="600"'),
    x_label === '' ? '' : text((left + right) / 2, height - 14, x_label, 'middle'),
    y_label === ''
      ? ''
      : `<g transform="translate(16 ${round((top + bottom) / 2)}) rotate(-90)">${text(0, 0, y_label, 'middle')}</g>`,
  ];
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="system-ui, sans-serif" font-size="12" fill="#374151"><rect width="100%" height="100%" fill="#ffffff"/>${[...titles, ...names, ...grid, ...axis].join('')}${marks}</svg>`;
}

function check(rows: readonly Row[], columns: readonly string[], name: string): void {
  if (!Array.isArray(rows) || rows.length === 0)
    throw new TypeError(`${name} expects an array with at least one row`);
  if (rows.length > maxPoints)
    throw new TypeError(`${name} draws at most ${maxPoints} rows; group them first`);
  const missing = columns.find((column) => !rows.some((row) => column in row));
  if (missing !== undefined)
    throw new TypeError(
      `${name}: no column is named "${missing}". Columns: ${Object.keys(rows[0] ?? {}).join(', ')}. Use { x: 'column', y: 'column' }`,
    );
}

function linesOf(
  values: readonly (number | null)[],
  at: (index: number) => number,
  yOf: (value: number) => number,
  one: number,
): string {
  let path = '';
  let isOpen = false;
  values.forEach((value, index) => {
    if (value !== null) path += `${isOpen ? 'L' : 'M'}${round(at(index))} ${round(yOf(value))}`;
    isOpen = value !== null;
  });
  const points =
    values.length > 60
      ? []
      : values.map((value, index) =>
          value === null
            ? ''
            : `<circle cx="${round(at(index))}" cy="${round(yOf(value))}" r="3" fill="${colorOf(one)}"/>`,
        );
  return `<path d="${path}" fill="none" stroke="${colorOf(one)}" stroke-width="2"/>${points.join('')}`;
}

/** A number, or the time of an ISO date. */
function positionOf(label: unknown): number | null {
  if (typeof label === 'number' && Number.isFinite(label)) return label;
  const isDate = label instanceof Date || /^\d{4}-\d{2}-\d{2}/.test(String(label));
  const time = isDate ? new Date(label as string).getTime() : Number.NaN;
  return Number.isNaN(time) ? null : time;
}

const finite = (value: unknown): number | null => {
  const number = numberOf(value);
  return number !== null && Number.isFinite(number) ? number : null;
};
const least = (values: readonly number[]) => values.reduce((a, b) => Math.min(a, b));
const greatest = (values: readonly number[]) => values.reduce((a, b) => Math.max(a, b));
const colorOf = (index: number) => colors[index % colors.length];
const round = (value: number) => Math.round(value * 10) / 10;

/** Steps of 1, 2, 2.5 or 5 times a power of ten; bars begin at zero. */
function niceScale(least: number, greatest: number, hasZero: boolean) {
  const min = hasZero ? Math.min(0, least) : least;
  const max = hasZero ? Math.max(0, greatest) : greatest;
  const rough = (max - min || Math.abs(max) || 1) / 5;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = ([1, 2, 2.5, 5, 10].find((one) => one * power >= rough) ?? 10) * power;
  const low = Math.floor(min / step) * step;
  const high = Math.max(Math.ceil(max / step) * step, low + step);
  const count = Math.round((high - low) / step);
  const ticks = Array.from({ length: count + 1 }, (_, index) =>
    Number((low + index * step).toPrecision(12)),
  );
  return { low, high, ticks };
}

const units = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
  [1e4, 'k'],
] as const;

function formatTick(value: number): string {
  const [, name = ''] = units.find(([size]) => Math.abs(value) >= size) ?? [];
  const size = name === 'k' ? 1000 : (units.find(([, one]) => one === name)?.[0] ?? 1);
  return `${Number((value / size).toPrecision(6))}${name}`;
}

function short(label: unknown): string {
  const value = label instanceof Date ? label.toISOString().slice(0, 10) : String(label ?? '');
  return value.length > 14 ? `${value.slice(0, 13)}…` : value;
}

const text = (x: number, y: number, value: string, anchor: string, more = '') =>
  `<text x="${round(x)}" y="${round(y)}" text-anchor="${anchor}"${more}>${escapeXml(value)}</text>`;

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escapeXml = (value: string): string =>
  [...value].map((char) => entities[char] ?? (char < ' ' ? ' ' : char)).join('');
