import { element, type Node } from '../markup/tree.ts';
import { paragraphsOf } from './drawing-text.ts';
import { formatNumber, isDateFormat, plainNumber } from './number-format.ts';
import { childOf, descendants, elementsOf, textIn, type XmlElement } from './xml.ts';

/** Cached values by their index. */
type Values = ReadonlyMap<number, string>;

interface Series {
  readonly name: string;
  readonly categories: Values;
  readonly values: Values;
  /** Sizes of bubbles. */
  readonly sizes: Values;
}

const kinds: readonly (readonly [RegExp, string])[] = [
  [/^c:bar/, 'Bar'],
  [/^c:line/, 'Line'],
  [/^c:(?:pie|ofPie)/, 'Pie'],
  [/^c:doughnut/, 'Doughnut'],
  [/^c:area/, 'Area'],
  [/^c:scatter/, 'Scatter'],
  [/^c:bubble/, 'Bubble'],
  [/^c:radar/, 'Radar'],
  [/^c:surface/, 'Surface'],
  [/^c:stock/, 'Stock'],
];

/**
 * Returns the title of a chart, its kind, the titles of its axes, and its series as tables with one row
 * per category (ECMA-376, 21.2).
 */
export function readChart(root: XmlElement): Node[] {
  const [chart] = descendants(root, 'c:chart');
  const [area] = descendants(root, 'c:plotArea');
  if (chart === undefined || area === undefined) return [];
  const plots = elementsOf(area).filter(({ name }) => /Chart$/.test(name));
  const axes = elementsOf(area).filter(({ name }) => /^c:(?:cat|val|date|ser)Ax$/.test(name));
  const series = plots.flatMap((plot) => [...descendants(plot, 'c:ser')].map(readSeries));
  return [
    ...titleOf(chart, series),
    ...paragraphs([kindOf(plots)].filter(Boolean)),
    ...paragraphs(axes.flatMap(titlesIn)),
    ...tablesOf(series),
  ];
}

const paragraphs = (texts: readonly string[]): Node[] => texts.map((text) => element('p', [text]));

const titlesIn = (node: XmlElement): string[] => {
  const title = childOf(node, 'c:title');
  if (title === undefined) return [];
  const written = paragraphsOf(title);
  return written.length > 0 ? written : [...valuesOf(childOf(title, 'c:tx')).values()];
};

/** A chart of one series is titled by its name, unless the title was deleted. */
function titleOf(chart: XmlElement, series: readonly Series[]): Node[] {
  const titles = titlesIn(chart);
  const [only] = series;
  const isAutomatic = childOf(chart, 'c:title') !== undefined && series.length === 1;
  return paragraphs(
    titles.length > 0 || !isAutomatic ? titles : [only?.name ?? ''].filter(Boolean),
  );
}

function kindOf(plots: readonly XmlElement[]): string {
  const names = plots.flatMap(({ name }) => kinds.find(([is]) => is.test(name))?.[1] ?? []);
  const [first, ...others] = new Set(names);
  if (first === undefined) return '';
  return `${[first, ...others.map((name) => name.toLowerCase())].join(' and ')} chart`;
}

const readSeries = (node: XmlElement): Series => ({
  name: [...valuesOf(childOf(node, 'c:tx')).values()].join(' '),
  categories: categoriesOf(childOf(node, 'c:cat') ?? childOf(node, 'c:xVal')),
  values: valuesOf(childOf(node, 'c:val') ?? childOf(node, 'c:yVal')),
  sizes: valuesOf(childOf(node, 'c:bubbleSize')),
});

function valuesOf(node: XmlElement | undefined): Values {
  if (node === undefined) return new Map();
  const [code] = [...descendants(node, 'c:formatCode')].map(textIn);
  const points = [...descendants(node, 'c:pt')];
  const isNumeric = [...descendants(node, 'c:numCache'), ...descendants(node, 'c:numLit')].length;
  if (points.length === 0) {
    const literal = textIn(childOf(node, 'c:v'));
    return new Map(literal === '' ? [] : [[0, literal]]);
  }
  return new Map(
    points.map((point) => {
      const text = textIn(childOf(point, 'c:v'));
      const shown = isNumeric > 0 ? numberText(text, point.attributes.formatCode ?? code) : text;
      return [Number(point.attributes.idx ?? 0), shown];
    }),
  );
}

/** Writes dates as the axis shows them, and other numbers in full. */
function numberText(text: string, code = 'General'): string {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value)) return text;
  return isDateFormat(code) ? formatNumber(value, code) : plainNumber(value);
}

/** Joins the levels of categories, the outermost first: `2026 Q1`. */
function categoriesOf(node: XmlElement | undefined): Values {
  const levels = node === undefined ? [] : [...descendants(node, 'c:lvl')];
  if (levels.length === 0) return valuesOf(node);
  const [innermost = new Map<number, string>(), ...outer] = levels.map(valuesOf);
  const joined = new Map<number, string>();
  const current = outer.map(() => '');
  for (const index of [...innermost.keys()].sort((a, b) => a - b)) {
    for (const [level, values] of outer.entries())
      current[level] = values.get(index) ?? current[level] ?? '';
    joined.set(index, [...current.toReversed(), innermost.get(index)].filter(Boolean).join(' '));
  }
  return joined;
}

/** Returns one table for the series that share their categories, else one per series. */
function tablesOf(series: readonly Series[]): Node[] {
  const filled = series.filter(({ values }) => values.size > 0);
  const [first] = filled;
  if (first === undefined) return [];
  const isShared = filled.every(({ categories }) => isSame(categories, first.categories));
  return isShared ? [tableOf(filled)] : filled.map((entry) => tableOf([entry]));
}

const isSame = (a: Values, b: Values) =>
  a.size === 0 || [...a].every(([index, text]) => (b.get(index) ?? text) === text);

function tableOf(series: readonly Series[]): Node {
  const categories = new Map(series.flatMap((entry) => [...entry.categories]));
  const rows = new Set([
    ...categories.keys(),
    ...series.flatMap(({ values }) => [...values.keys()]),
  ]);
  const columns = series.flatMap(({ name, values, sizes }) => [
    { name, values },
    ...(sizes.size === 0 ? [] : [{ name: `${name} size`.trim(), values: sizes }]),
  ]);
  const row = (tag: string, texts: readonly string[]) =>
    element(
      'tr',
      texts.map((text) => element(tag, [text])),
    );
  const body = [...rows]
    .sort((a, b) => a - b)
    .map((index) =>
      row('td', [
        categories.get(index) ?? '',
        ...columns.map(({ values }) => values.get(index) ?? ''),
      ]),
    );
  return element('table', [row('th', ['', ...columns.map(({ name }) => name)]), ...body], {
    data: 'true',
  });
}
