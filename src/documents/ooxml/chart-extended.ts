import { element, type Node } from '../markup/tree.ts';
import { paragraphsOf } from './drawing-text.ts';
import { plainNumber } from './number-format.ts';
import { childOf, descendants, elementsOf, textIn, type XmlElement } from './xml.ts';

const kinds: Readonly<Record<string, string>> = {
  boxWhisker: 'Box and whisker chart',
  clusteredColumn: 'Histogram',
  funnel: 'Funnel chart',
  paretoLine: 'Pareto chart',
  regionMap: 'Map chart',
  sunburst: 'Sunburst chart',
  treemap: 'Treemap chart',
  waterfall: 'Waterfall chart',
};

/** Returns the titles, the kind and the data of a chart of the kinds that Office 2016 added ([MS-ODRAWXML], 2.24). */
export function readExtendedChart(root: XmlElement): Node[] {
  const titles = [...descendants(root, 'cx:title')].flatMap(titleTexts);
  const series = [...descendants(root, 'cx:series')];
  const kind = series.map(({ attributes }) => kinds[attributes.layoutId ?? '']).find(Boolean);
  const names = new Map(
    series.map((node) => [
      childOf(node, 'cx:dataId')?.attributes.val ?? '',
      [...descendants(childOf(node, 'cx:tx') ?? node, 'cx:v')].map(textIn)[0] ?? '',
    ]),
  );
  const tables = [...descendants(root, 'cx:data')].flatMap((data) =>
    tableOf(data, names.get(data.attributes.id ?? '') ?? ''),
  );
  return [
    ...[...titles, ...(kind === undefined ? [] : [kind])].map((text) => element('p', [text])),
    ...tables,
  ];
}

function titleTexts(title: XmlElement): string[] {
  const written = paragraphsOf(title);
  return written.length > 0 ? written : [...descendants(title, 'cx:v')].map(textIn).filter(Boolean);
}

/** Returns the dimensions of data as columns, the outermost level of categories first. */
function tableOf(data: XmlElement, name: string): Node[] {
  const columns = elementsOf(data).flatMap((dimension) => {
    const isNumeric = dimension.name === 'cx:numDim';
    if (!isNumeric && dimension.name !== 'cx:strDim') return [];
    const levels = [...descendants(dimension, 'cx:lvl')].toReversed();
    return levels.map((level) => ({
      name: isNumeric ? name : '',
      values: new Map(
        elementsOf(level).map((point) => [
          Number(point.attributes.idx ?? 0),
          isNumeric ? numberText(textIn(point)) : textIn(point),
        ]),
      ),
    }));
  });
  const rows = new Set(columns.flatMap(({ values }) => [...values.keys()]));
  if (rows.size === 0) return [];
  const row = (tag: string, texts: readonly string[]) =>
    element(
      'tr',
      texts.map((text) => element(tag, [text])),
    );
  const body = [...rows]
    .sort((a, b) => a - b)
    .map((index) =>
      row(
        'td',
        columns.map(({ values }) => values.get(index) ?? ''),
      ),
    );
  const head = row(
    'th',
    columns.map((column) => column.name),
  );
  return [element('table', [head, ...body], { data: 'true' })];
}

const numberText = (text: string) =>
  text.trim() !== '' && Number.isFinite(Number(text)) ? plainNumber(Number(text)) : text;
