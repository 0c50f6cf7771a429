import { maxCharacters } from '../document.ts';
import { DocumentFault } from '../fault.ts';
import { elementsOf, textIn, type XmlElement } from '../ooxml/xml.ts';

interface GridCell {
  readonly node: XmlElement;
  readonly column: number;
  readonly columns: number;
  readonly rows: number;
}

/** A row with content. Empty rows are left out. */
export interface GridRow {
  /** Place among the visible rows. */
  readonly index: number;
  /** Place among all rows, which spans refer to. */
  readonly origin: number;
  readonly isHeader: boolean;
  readonly cells: readonly GridCell[];
}

const maxCells = 1_000_000;
const maxColumns = 16_384;
export const isHidden = ({ attributes }: XmlElement) =>
  /^(?:collapse|filter)$/.test(attributes['table:visibility'] ?? '') ||
  attributes['table:display'] === 'false';

export const isHiddenTable = ({ attributes }: XmlElement): boolean =>
  attributes['table:display'] === 'false';

export const countOf = (node: XmlElement, name: string): number => {
  const value = node.attributes[`table:number-${name}`] ?? '';
  return /^\d{1,9}$/.test(value) ? Math.max(1, Number(value)) : 1;
};

interface Found {
  readonly node: XmlElement;
  readonly isHeader: boolean;
  readonly isHidden: boolean;
}

/** Yields rows or columns out of their groups. */
export function* within(
  node: XmlElement,
  name: string,
  isHeader = false,
  isOut = false,
): Generator<Found> {
  for (const child of elementsOf(node)) {
    if (child.name === name) yield { node: child, isHeader, isHidden: isOut || isHidden(child) };
    else if (child.name === `table:table-header-${name.slice(12)}s`)
      yield* within(child, name, true, isOut);
    else if (
      child.name === `${name}s` ||
      child.name === `${name}-group` ||
      child.name === 'text:soft-page-break'
    )
      yield* within(child, name, isHeader, isOut || isHidden(child));
  }
}

/**
 * Returns the visible rows of a table with the cells that have content. Repeated cells and rows are
 * expanded (OpenDocument 1.4, part 3, 9). Throws `too_large`.
 */
export function readGrid(table: XmlElement): GridRow[] {
  const place = visiblePlaces(table);
  const rows: GridRow[] = [];
  let cells = 0;
  let copied = 0;
  let [index, origin] = [0, 0];
  for (const { node, isHeader, isHidden } of within(table, 'table:table-row')) {
    const repeat = countOf(node, 'rows-repeated');
    const content = isHidden ? [] : readRow(node, place);
    if (content.length > 0) {
      cells += content.length * repeat;
      if (content.length * repeat > 1) copied += lengthOf(content) * repeat;
      if (cells > maxCells || copied > maxCharacters)
        throw new DocumentFault(
          'too_large',
          `A table has more than ${maxCells} cells or ${maxCharacters} characters.`,
        );
      for (let copy = 0; copy < repeat; copy += 1)
        rows.push({ index: index + copy, origin: origin + copy, isHeader, cells: content });
    }
    if (!isHidden) index += repeat;
    origin += repeat;
  }
  return rows;
}

/** Returns the length of the texts of cells, of which repeated ones are one element. */
function lengthOf(cells: readonly GridCell[]): number {
  let length = 0;
  let [last, lastLength] = [cells[0]?.node, -1];
  for (const { node } of cells) {
    if (node !== last || lastLength < 0) [last, lastLength] = [node, textIn(node).length];
    length += lastLength;
  }
  return length;
}

/** Returns the visible place of each column; every hidden column shares that of the next one. */
function visiblePlaces(table: XmlElement): (column: number) => number {
  const places: number[] = [0];
  for (const { node, isHidden } of within(table, 'table:table-column')) {
    const repeat = Math.min(countOf(node, 'columns-repeated'), maxColumns - places.length + 1);
    for (let copy = 0; copy < repeat; copy += 1)
      places.push((places.at(-1) ?? 0) + (isHidden ? 0 : 1));
  }
  const last = places.length - 1;
  return (column) => places[column] ?? (places[last] ?? 0) + column - last;
}

function readRow(row: XmlElement, place: (column: number) => number): GridCell[] {
  const cells: GridCell[] = [];
  let column = 0;
  for (const node of elementsOf(row)) {
    if (node.name !== 'table:table-cell' && node.name !== 'table:covered-table-cell') continue;
    const repeat = Math.min(countOf(node, 'columns-repeated'), maxColumns - column);
    const hasContent = node.name === 'table:table-cell' && hasText(node);
    for (let copy = 0; hasContent && copy < repeat; copy += 1) {
      const at = column + copy;
      const columns =
        place(at + Math.min(countOf(node, 'columns-spanned'), maxColumns)) - place(at);
      if (columns > 0)
        cells.push({ node, column: place(at), columns, rows: countOf(node, 'rows-spanned') });
    }
    column += repeat;
  }
  return cells;
}

/** True for a cell with content: text, a picture, a value or a comment. */
export const hasText = (node: XmlElement): boolean =>
  node.attributes['office:value-type'] !== undefined ||
  elementsOf(node).some((child) => child.name !== 'text:p' || child.children.length > 0);
