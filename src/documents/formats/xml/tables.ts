import { type Element, element, type Node } from '../../markup/tree.ts';
import { attributeOf, childrenOf, descendants, elementsOf, type XmlElement } from './parse.ts';

type Read = (nodes: XmlElement) => Node[];

const rowNames = /^(?:tr|row|strow|property|chrow|mtr)$/;
const headRowNames = /^(?:sthead|prophead|chhead)$/;
const sectionNames = /^(?:thead|tbody|tfoot)$/;

/**
 * Reads a table in any of the models of documents: CALS (`tgroup`, `row`, `entry`), HTML, TEI and the simple tables
 * of DITA. A table with several groups gives one table for each.
 */
export function readTables(table: XmlElement, caption: readonly Node[], read: Read): Element[] {
  const groups = [...descendants(table, 'tgroup')];
  return (groups.length === 0 ? [table] : groups).map((group, index) => {
    const columns = columnsOf(group);
    const rows = elementsOf(group).flatMap((child) => rowsOf(child, columns, read));
    const head = index === 0 && caption.length > 0 ? [element('caption', caption)] : [];
    return element('table', [...head, ...rows], { data: 'true' });
  });
}

function rowsOf(node: XmlElement, columns: ReadonlyMap<string, number>, read: Read): Element[] {
  if (sectionNames.test(node.name))
    return [
      element(
        node.name,
        elementsOf(node).flatMap((row) => rowsOf(row, columns, read)),
      ),
    ];
  const isHead = headRowNames.test(node.name) || attributeOf(node, 'role') === 'label';
  if (!isHead && !rowNames.test(node.name)) return [];
  const cells = elementsOf(node).map((cell) => cellOf(cell, isHead, columns, read));
  return [element('tr', cells)];
}

function cellOf(
  cell: XmlElement,
  isHead: boolean,
  columns: ReadonlyMap<string, number>,
  read: Read,
): Element {
  const isHeader = isHead || cell.name === 'th' || attributeOf(cell, 'role') === 'label';
  const from = columns.get(cell.attributes.namest ?? '');
  const to = columns.get(cell.attributes.nameend ?? '');
  const attributes: Record<string, string> = {};
  const colspan =
    from !== undefined && to !== undefined && to >= from
      ? String(to - from + 1)
      : (cell.attributes.colspan ?? cell.attributes.cols);
  const more = /^\d{1,5}$/.exec(cell.attributes.morerows ?? '')?.[0];
  const rowspan =
    more === undefined
      ? (cell.attributes.rowspan ?? cell.attributes.rows)
      : String(Number(more) + 1);
  if (colspan !== undefined) attributes.colspan = colspan;
  if (rowspan !== undefined) attributes.rowspan = rowspan;
  return element(isHeader ? 'th' : 'td', read(cell), attributes);
}

/** Returns the number of each named column (OASIS CALS table model, `colspec`). */
function columnsOf(group: XmlElement): ReadonlyMap<string, number> {
  let number = 0;
  return new Map(
    childrenOf(group, 'colspec').map(({ attributes }): [string, number] => {
      const given = Number(attributes.colnum ?? Number.NaN);
      number = Number.isInteger(given) && given > 0 ? given : number + 1;
      return [attributes.colname ?? `col${number}`, number];
    }),
  );
}
