import { DocumentFault } from '../fault.ts';
import { namesNumbers } from '../markup/header-row.ts';
import { type Element, element, type Node, textOf } from '../markup/tree.ts';
import { descendants, textIn, type XmlElement } from '../ooxml/xml.ts';
import { type GridRow, readGrid } from './grid.ts';
import type { OdfStyles } from './styles.ts';

type ReadCell = (cell: XmlElement) => readonly Node[];

/** Converts a table of a text or slide; null for an empty one. */
export function readOdfTable(
  table: XmlElement,
  styles: OdfStyles,
  readCell: ReadCell,
): Element | null {
  const rows = readGrid(table);
  const usesFirstRow = table.attributes['table:use-first-row-styles'] === 'true';
  return rows.length === 0
    ? null
    : tableElement(
        rows,
        (cell) => readCell({ ...cell, name: 'draw:text-box' }),
        (first, texts) => usesFirstRow || isSetOff(first, styles) || namesNumbers(texts),
      );
}

/**
 * Converts rows to an HTML table with merged cells as spans. Header rows are those that are repeated
 * on each page, else a first row that `isHeader` recognizes.
 */
function tableElement(
  rows: readonly GridRow[],
  readCell: ReadCell,
  isHeader: (first: GridRow, texts: readonly (readonly string[])[]) => boolean,
): Element {
  const left = rows.reduce(
    (least, { cells }) => Math.min(least, cells[0]?.column ?? least),
    Infinity,
  );
  const read = rows.map(({ cells }) => cells.map(({ node }) => readCell(node).map(asCellContent)));
  const repeated = rows.filter(({ isHeader }) => isHeader).length;
  const texts = read.map((row) =>
    row.map((cell) => cell.map(textOf).join(' ').trim()).filter((text) => text !== ''),
  );
  const [first] = rows;
  const recognized =
    repeated === 0 && first !== undefined && rows.length > 1 && isHeader(first, texts) ? 1 : 0;
  const headers = repeated < rows.length ? Math.max(repeated, recognized) : 0;
  const trs = placed(rows, left).map((row, index) => {
    const tag = index < headers ? 'th' : 'td';
    return element(
      'tr',
      row.map((place) =>
        place === null
          ? element(tag, [])
          : element(tag, read[index]?.[place.at] ?? [], {
              colspan: String(place.columns),
              rowspan: String(place.rows),
            }),
      ),
    );
  });
  const isData = rows.length > 1 && rows.some(({ cells }) => cells.length > 1);
  return element('table', trs, isData ? { data: 'true' } : {});
}

interface Place {
  /** Index of the cell in its row. */
  readonly at: number;
  readonly columns: number;
  readonly rows: number;
}

const maxCells = 1_000_000;

/** Returns the cells of each row; null for an empty place that no cell above spans. */
function placed(rows: readonly GridRow[], left: number): (Place | null)[][] {
  const taken: number[] = [];
  let places = 0;
  return rows.map(({ origin, cells }, at) => {
    const row: (Place | null)[] = [];
    let column = left;
    for (const [number, cell] of cells.entries()) {
      for (; column < cell.column; column += 1) if ((taken[column] ?? 0) <= at) row.push(null);
      let until = at + 1;
      while (until < rows.length && (rows[until]?.origin ?? 0) < origin + cell.rows) until += 1;
      row.push({ at: number, columns: cell.columns, rows: until - at });
      column = Math.max(column, cell.column + cell.columns);
      for (let spanned = cell.column; cell.rows > 1 && spanned < column; spanned += 1)
        taken[spanned] = until;
    }
    places += row.length;
    if (places > maxCells)
      throw new DocumentFault('too_large', `A table has more than ${maxCells} cells.`);
    return row;
  });
}

/** Converts headings in cells to paragraphs. */
const asCellContent = (node: Node): Node =>
  typeof node !== 'string' && /^h[1-6]$/.test(node.tag)
    ? element('p', node.children, node.attributes)
    : node;

/** True when all cells of a row with text are in bold or in a style for headings, or all are shaded. */
function isSetOff({ cells }: GridRow, styles: OdfStyles): boolean {
  const named = cells.map(({ node }) => node).filter((node) => textIn(node).trim() !== '');
  return (
    named.length > 0 &&
    (named.every((node) => isBold(node, styles)) || named.every((node) => isShaded(node, styles)))
  );
}

/** True when a cell is in bold or in a style for headings, or shaded. */
export const isCellSetOff = (cell: XmlElement, styles: OdfStyles): boolean =>
  isShaded(cell, styles) || isBold(cell, styles);

const isShaded = ({ attributes }: XmlElement, styles: OdfStyles) => {
  const fill = styles.property(
    'table-cell',
    attributes['table:style-name'],
    'table-cell-properties',
    'fo:background-color',
  );
  return fill !== null && !/^(?:transparent|#ffffff)$/i.test(fill);
};

function isBold(cell: XmlElement, styles: OdfStyles): boolean {
  if (styles.format('table-cell', cell.attributes['table:style-name']).isBold === true) return true;
  return [...descendants(cell, 'text:p')].every((paragraph) => {
    const name = paragraph.attributes['text:style-name'];
    if (styles.namesOf('paragraph', name).includes('table heading')) return true;
    const { isBold } = styles.format('paragraph', name);
    return isBold === true || hasBoldText(paragraph, styles);
  });
}

/** True when all text of a paragraph is in bold spans. */
const hasBoldText = (paragraph: XmlElement, styles: OdfStyles): boolean =>
  paragraph.children.every((child) =>
    typeof child === 'string'
      ? child.trim() === ''
      : textIn(child).trim() === '' ||
        styles.format('text', child.attributes['text:style-name']).isBold === true ||
        (child.name === 'text:span' && hasBoldText(child, styles)),
  );
