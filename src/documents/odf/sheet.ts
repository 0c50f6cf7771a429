import { areNames } from '../markup/header-row.ts';
import { element, isElement, type Node, textOf } from '../markup/tree.ts';
import { childOf, elementsOf, type XmlElement } from '../ooxml/xml.ts';
import type { BodyReader } from './body.ts';
import { type GridRow, readGrid } from './grid.ts';
import type { OdfStyles } from './styles.ts';
import { isSetOff, tableElement } from './table.ts';

/** Length of the text of a cell that stands for it. */
const maxPlace = 60;

/** Reads a sheet: its name as a heading, each of its areas as a table, then comments and drawings. */
export function readSheet(sheet: XmlElement, styles: OdfStyles, reader: BodyReader): Node[] {
  const blocks: Node[] = [];
  const asides: Node[] = [];
  for (const area of areasOf(readGrid(sheet))) blocks.push(readArea(area, styles, reader, asides));
  const shapes = elementsOf(childOf(sheet, 'table:shapes')).flatMap((shape) => reader.shape(shape));
  const content = [...blocks, ...asides, ...shapes].filter(
    (node) => textOf(node).trim() !== '' || (isElement(node) && node.tag !== 'table'),
  );
  const name = sheet.attributes['table:name'] ?? '';
  return content.length === 0 ? [] : [element('h2', [name]), ...content];
}

/** Splits rows at empty rows and columns. */
function areasOf(rows: readonly GridRow[]): GridRow[][] {
  return splitRows(rows).flatMap((block) => {
    const areas = splitColumns(block);
    return areas.length < 2 ? areas : areas.flatMap(areasOf);
  });
}

function splitRows(rows: readonly GridRow[]): GridRow[][] {
  const blocks: GridRow[][] = [];
  let next = -1;
  for (const row of rows) {
    if (row.index > next) blocks.push([]);
    blocks.at(-1)?.push(row);
    next = Math.max(next, row.index + 1, ...row.cells.map((cell) => row.index + cell.rows));
  }
  return blocks;
}

function splitColumns(rows: readonly GridRow[]): GridRow[][] {
  const spans = rows
    .flatMap(({ cells }) => cells.map(({ column, columns }) => [column, column + columns] as const))
    .sort(([a], [b]) => a - b);
  const starts: number[] = [];
  let next = -1;
  for (const [start, end] of spans) {
    if (start > next) starts.push(start);
    next = Math.max(next, end);
  }
  return starts.map((start, index) =>
    rows
      .map((row) => ({
        ...row,
        cells: row.cells.filter(
          ({ column }) =>
            column >= start && column < (starts[index + 1] ?? Number.POSITIVE_INFINITY),
        ),
      }))
      .filter(({ cells }) => cells.length > 0),
  );
}

/** Reads an area as a table; a single cell is a paragraph. */
function readArea(
  rows: readonly GridRow[],
  styles: OdfStyles,
  reader: BodyReader,
  asides: Node[],
): Node {
  const readCell = (cell: XmlElement) => readSheetCell(cell, reader, asides);
  const [first] = rows;
  if (rows.length === 1 && first?.cells.length === 1)
    return element(
      'p',
      first.cells.flatMap(({ node }) => readCell(node)),
    );
  return tableElement(rows, readCell, (row, texts) => {
    const [names = [], second = []] = texts;
    const isFull = names.length > 1 && texts.every(({ length }) => length <= names.length);
    return isSetOff(row, styles) || (isFull && areNames(names) && second.length > 0);
  });
}

/** Returns the value as the sheet shows it: the text of the cell, else its plain value. */
function readSheetCell(cell: XmlElement, reader: BodyReader, asides: Node[]): Node[] {
  const { attributes } = cell;
  const content = elementsOf(cell);
  const value =
    attributes['office:string-value'] ??
    attributes['office:date-value'] ??
    attributes['office:boolean-value'] ??
    attributes['office:value'];
  const lines = content.filter(({ name }) => name === 'text:p').map((line) => reader.inline(line));
  const text =
    lines.length === 0
      ? [value ?? '']
      : lines.flatMap(({ nodes }, index) => [
          ...(index === 0 ? [] : [element('br', [])]),
          ...nodes,
        ]);
  for (const child of content) {
    if (child.name === 'office:annotation')
      asides.push(...reader.comment(child, text.map(textOf).join('').slice(0, maxPlace)));
    else if (child.name !== 'text:p') asides.push(...reader.shape(child));
  }
  asides.push(...lines.flatMap((line) => line.asides));
  return text;
}
