import type { Node } from '../markup/tree.ts';
import { readChart } from './chart.ts';
import { readExtendedChart } from './chart-extended.ts';
import { readDiagram } from './diagram.ts';
import type { OfficePackage } from './package.ts';
import type { XmlElement } from './xml.ts';

/** Returns the text of a diagram or chart that an element of the part `from` references. */
export function readDrawing(node: XmlElement, parts: OfficePackage, from: string): Node[] {
  const partOf = (id: string | undefined) => parts.targetPart(from, id)?.root ?? null;
  if (node.name === 'dgm:relIds') {
    const data = partOf(node.attributes['r:dm']);
    return data === null ? [] : readDiagram(data);
  }
  if (node.name !== 'c:chart' && node.name !== 'cx:chart') return [];
  const chart = partOf(node.attributes['r:id']);
  if (chart === null) return [];
  return node.name === 'c:chart' ? readChart(chart) : readExtendedChart(chart);
}
