import { namesNumbers } from '../../markup/header-row.ts';
import { type Element, element, type Node } from '../../markup/tree.ts';
import {
  childOf,
  descendants,
  elementsOf,
  flagOf,
  integerOf,
  propertyOf,
  textIn,
  type XmlElement,
} from '../../ooxml/xml.ts';
import { withCheckMark } from './control.ts';
import { readRunFormat, type Styles } from './styles.ts';

interface WordCell {
  readonly node: XmlElement | null;
  readonly columns: number;
  rows: number;
}

/** Content controls and tracked changes may wrap rows and cells. */
const wrappers = new Set(['w:sdt', 'w:sdtContent', 'w:customXml', 'w:ins', 'w:moveTo']);

const within = (node: XmlElement, name: string): XmlElement[] =>
  elementsOf(node).flatMap((child) =>
    child.name === name
      ? [child]
      : wrappers.has(child.name)
        ? within(child.name === 'w:sdt' ? withCheckMark(child) : child, name)
        : [],
  );

const isGone = (row: XmlElement) => {
  const properties = childOf(row, 'w:trPr');
  return flagOf(properties, 'w:hidden') === true || childOf(properties, 'w:del') !== undefined;
};

/**
 * Converts a Word table to an HTML table, with merged cells as spans. Returns null for an empty
 * table.
 */
export function readWordTable(
  table: XmlElement,
  styles: Styles,
  readCell: (cell: XmlElement) => readonly Node[],
): Element | null {
  const rows = within(table, 'w:tr').filter((row) => !isGone(row));
  const grid = spannedCells(rows);
  const headers = countHeaderRows(table, rows, styles);
  const trs = grid.map((cells, index) =>
    element(
      'tr',
      cells.map(({ node, columns, rows }) =>
        element(
          index < headers ? 'th' : 'td',
          node === null ? [] : readCell(node).map(asCellContent),
          {
            colspan: String(columns),
            rowspan: String(rows),
          },
        ),
      ),
    ),
  );
  if (trs.length === 0) return null;
  const isData = grid.length > 1 && grid.some((cells) => cells.length > 1);
  return element('table', trs, isData ? { data: 'true' } : {});
}

/** Converts headings in cells to paragraphs. */
const asCellContent = (node: Node): Node =>
  typeof node !== 'string' && /^h[1-6]$/.test(node.tag)
    ? element('p', node.children, node.attributes)
    : node;

function spannedCells(rows: readonly XmlElement[]): WordCell[][] {
  const open = new Map<number, WordCell>();
  return rows.map((row) => {
    const before = integerOf(childOf(row, 'w:trPr'), 'w:gridBefore') ?? 0;
    const cells: WordCell[] =
      before > 0 ? [{ node: null, columns: Math.min(before, 63), rows: 1 }] : [];
    let column = before;
    for (const node of within(row, 'w:tc')) {
      const properties = childOf(node, 'w:tcPr');
      const columns = Math.max(1, integerOf(properties, 'w:gridSpan') ?? 1);
      const merge = childOf(properties, 'w:vMerge');
      const last = cells.at(-1);
      const above = open.get(column);
      const across = childOf(properties, 'w:hMerge');
      if (across !== undefined && across.attributes['w:val'] !== 'restart' && last !== undefined)
        cells[cells.length - 1] = { ...last, columns: last.columns + columns };
      else if (
        merge !== undefined &&
        merge.attributes['w:val'] !== 'restart' &&
        above !== undefined
      )
        above.rows += 1;
      else {
        const cell = { node, columns, rows: 1 };
        cells.push(cell);
        if (merge === undefined) open.delete(column);
        else open.set(column, cell);
      }
      column += columns;
    }
    return cells;
  });
}

const maxHeaderRows = 3;

/**
 * Counts header rows: those that Word repeats on each page, else first rows with a different look.
 */
function countHeaderRows(table: XmlElement, rows: readonly XmlElement[], styles: Styles): number {
  const repeated = rows.findIndex((row) => flagOf(childOf(row, 'w:trPr'), 'w:tblHeader') !== true);
  if (rows.length < 2 || repeated < 0) return 0;
  if (repeated > 0) return repeated;
  const [first, second] = rows;
  const properties = childOf(table, 'w:tblPr');
  const look = childOf(properties, 'w:tblLook')?.attributes ?? {};
  const usesFirstRow =
    look['w:firstRow'] === '1' ||
    look['w:firstRow'] === 'true' ||
    (Number.parseInt(look['w:val'] ?? '0', 16) & 0x20) !== 0;
  if (
    usesFirstRow &&
    styles.chain(propertyOf(properties, 'w:tblStyle')).some(({ hasFirstRow }) => hasFirstRow)
  )
    return 1;
  if (first === undefined || second === undefined) return 0;
  const plain = rows.findIndex((row) => !isSetOff(row, styles));
  if (plain > 0 && plain <= maxHeaderRows) return plain;
  return namesNumbers(rows.map(textsOf)) ? 1 : 0;
}

const textsOf = (row: XmlElement) => within(row, 'w:tc').map((cell) => textIn(cell).trim());

/** True when all non-empty cells of a row are bold, or all are shaded. */
function isSetOff(row: XmlElement, styles: Styles): boolean {
  const cells = within(row, 'w:tc').filter((cell) => textIn(cell).trim() !== '');
  return cells.length > 0 && (cells.every((cell) => isBold(cell, styles)) || cells.every(isShaded));
}

function isShaded(cell: XmlElement): boolean {
  const shade = childOf(childOf(cell, 'w:tcPr'), 'w:shd')?.attributes;
  return (
    /^[0-9a-f]{6}$/i.test(shade?.['w:fill'] ?? '') && shade?.['w:fill']?.toUpperCase() !== 'FFFFFF'
  );
}

function isBold(cell: XmlElement, styles: Styles): boolean {
  return [...descendants(cell, 'w:p')].every((paragraph) => {
    const chain = styles.paragraphChain(propertyOf(childOf(paragraph, 'w:pPr'), 'w:pStyle'));
    return [...descendants(paragraph, 'w:r')]
      .filter((run) => textIn(run).trim() !== '')
      .every((run) => {
        const properties = childOf(run, 'w:rPr');
        return (
          styles.resolve(
            readRunFormat(properties),
            chain,
            styles.chain(propertyOf(properties, 'w:rStyle')),
          ).isBold === true
        );
      });
  });
}
