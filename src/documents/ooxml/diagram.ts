import { element, type Node } from '../markup/tree.ts';
import { paragraphsOf } from './drawing-text.ts';
import { descendants, elementsOf, type XmlElement } from './xml.ts';

/** Points with text of their own. Others describe the presentation, which repeats it. */
const isShown = ({ attributes: { type = 'node' } }: XmlElement) => type !== 'pres';

/** Returns the texts of a SmartArt diagram as a list with its levels (ECMA-376, 21.4). */
export function readDiagram(root: XmlElement): Node[] {
  const points = new Map(
    [...descendants(root, 'dgm:pt')]
      .filter(isShown)
      .map((point) => [point.attributes.modelId ?? '', point]),
  );
  const children = childrenOf(root);
  const items: Node[] = [];
  const read = (id: string, level: number) => {
    const point = points.get(id);
    if (point === undefined) return;
    points.delete(id);
    const text = paragraphsOf(point).join('\n');
    if (text !== '')
      items.push(
        element('item', [text.replaceAll(/\s+/g, ' ')], {
          label: '-',
          indent: '  '.repeat(level),
          close: String(items.length > 0),
        }),
      );
    for (const child of children.get(id) ?? []) read(child, level + (text === '' ? 0 : 1));
  };
  const tops = [...points.values()].filter(({ attributes }) => attributes.type === 'doc');
  for (const { attributes } of tops) read(attributes.modelId ?? '', 0);
  for (const id of [...points.keys()]) read(id, 0);
  return items;
}

/** Returns the ids of the points below each point, in their order. */
function childrenOf(root: XmlElement): ReadonlyMap<string, readonly string[]> {
  const [list] = descendants(root, 'dgm:cxnLst');
  const connections = elementsOf(list)
    .map(({ attributes }) => attributes)
    .filter(({ type = 'parOf' }) => type === 'parOf')
    .sort((a, b) => Number(a.srcOrd ?? 0) - Number(b.srcOrd ?? 0));
  const children = new Map<string, string[]>();
  for (const { srcId = '', destId = '' } of connections) {
    const known = children.get(srcId);
    if (known === undefined) children.set(srcId, [destId]);
    else known.push(destId);
  }
  return children;
}
