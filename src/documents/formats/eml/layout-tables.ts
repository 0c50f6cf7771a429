import { type Element, element, findElement, isElement } from '../../markup/tree.ts';

/**
 * Declares tables that only arrange a message: those with one cell per row, and those around other tables. Mail
 * clients need tables for what style sheets do on pages.
 */
export function withLayoutTables(node: Element): Element {
  const children = node.children.map((child) =>
    isElement(child) ? withLayoutTables(child) : child,
  );
  return element(
    node.tag,
    children,
    node.tag === 'table' && isLayout(node)
      ? { ...node.attributes, role: 'presentation' }
      : node.attributes,
  );
}

const isTable = ({ tag }: Element) => tag === 'table';
const isCell = ({ tag }: Element) => tag === 'td' || tag === 'th';

const isLayout = (table: Element): boolean =>
  findElement(table, isTable) !== null || rowsOf(table).every((row) => countCells(row) < 2);

const rowsOf = (table: Element): Element[] =>
  table.children
    .filter(isElement)
    .flatMap((child) => (child.tag === 'tr' ? [child] : child.children.filter(isElement)))
    .filter(({ tag }) => tag === 'tr');

const countCells = (row: Element) => row.children.filter(isElement).filter(isCell).length;
