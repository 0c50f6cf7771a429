import { element, type Node } from '../../markup/tree.ts';
import { childOf, descendants, textIn, type XmlElement } from '../../ooxml/xml.ts';
import type { WordPackage } from './package.ts';

/** Returns the text of a diagram or chart that a drawing references. */
export function readDrawing(node: XmlElement, parts: WordPackage, from: string): Node[] {
  if (node.name === 'dgm:relIds') {
    const diagram = partOf(parts, from, node.attributes['r:dm']);
    const points = diagram === null ? [] : [...descendants(diagram, 'dgm:pt')];
    return points.flatMap((point) =>
      paragraphsOf(point).map((text) => element('item', [text], { label: '-', close: 'true' })),
    );
  }
  if (node.name !== 'c:chart') return [];
  const chart = partOf(parts, from, node.attributes['r:id']);
  return chart === null ? [] : readChart(chart);
}

function partOf(parts: WordPackage, from: string, id: string | undefined): XmlElement | null {
  const name = parts.target(from, id);
  return name === null ? null : (parts.part(name)?.root ?? null);
}

/** Returns the non-empty paragraphs of a drawing. */
const paragraphsOf = (node: XmlElement): string[] =>
  [...descendants(node, 'a:p')]
    .map((paragraph) => [...descendants(paragraph, 'a:t')].map(textIn).join(''))
    .filter((text) => text.trim() !== '');

/** Returns the titles of a chart, then its series as a table with one row per category. */
function readChart(chart: XmlElement): Node[] {
  const titles = [...descendants(chart, 'c:title')]
    .flatMap(paragraphsOf)
    .map((text) => element('p', [text]));
  const series = [...descendants(chart, 'c:ser')].map((entry) => ({
    name: valuesOf(childOf(entry, 'c:tx')).get(0) ?? '',
    categories: valuesOf(childOf(entry, 'c:cat') ?? childOf(entry, 'c:xVal')),
    values: valuesOf(childOf(entry, 'c:val') ?? childOf(entry, 'c:yVal')),
  }));
  const [first] = series;
  if (first === undefined) return titles;
  const rows = [
    ...new Set(
      series.flatMap(({ values, categories }) => [...categories.keys(), ...values.keys()]),
    ),
  ].sort((a, b) => a - b);
  const cell = (tag: string, text: string | undefined) => element(tag, [text ?? '']);
  const head = element('tr', [cell('th', ''), ...series.map(({ name }) => cell('th', name))]);
  const body = rows.map((row) =>
    element('tr', [
      cell('td', first.categories.get(row)),
      ...series.map(({ values }) => cell('td', values.get(row))),
    ]),
  );
  return [...titles, element('table', [head, ...body], { data: 'true' })];
}

/** Returns cached values by their index. */
const valuesOf = (node: XmlElement | undefined): Map<number, string> =>
  new Map(
    (node === undefined ? [] : [...descendants(node, 'c:pt')]).map((point) => [
      Number(point.attributes.idx ?? 0),
      textIn(childOf(point, 'c:v')),
    ]),
  );
