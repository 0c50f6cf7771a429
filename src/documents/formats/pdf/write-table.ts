import { tableRow, tableRule } from '../../markup/table-row.ts';
import { isMostlyRightToLeft } from './bidi.ts';
import { type CellText, cellText, type SegmentRange } from './cell-text.ts';
import type { Vocabulary } from './join-lines.ts';
import type { PageTable } from './page-table.ts';

/** Rows in Markdown, each with the segments of its cells and their ranges in its text. */
export interface WrittenRow {
  readonly text: string;
  readonly placed: readonly SegmentRange[];
}

/** Maximum length of a text that is repeated in each row or column that it spans. */
const maxRepeated = 120;

/**
 * Writes a table as Markdown: texts above it, each a block of its own, then its rows. Cells that span rows or
 * columns are repeated, so that a row is understood on its own.
 */
export function writeTable(table: PageTable, vocabulary: Vocabulary): readonly WrittenRow[][] {
  const titles: WrittenRow[][] = [];
  let first = 0;
  for (; first < table.rows - 1; first += 1) {
    const cells = table.cells.filter(({ row }) => row === first);
    const [cell] = cells;
    if (cells.length !== 1 || cell === undefined || cell.columns < table.columns || cell.rows > 1)
      break;
    titles.push([cellText({ ...cell, width: null }, false, vocabulary)]);
  }
  const headerRows = countHeaderRows(table, first, vocabulary);
  const grid = layOut(table, first + headerRows, vocabulary);
  const header = joinHeader(grid.slice(first, first + headerRows), table.columns);
  const body = grid.slice(first + headerRows);
  const isReversed = isMostlyRightToLeft(
    table.cells.flatMap(({ lines }) => lines.flat().map(({ text }) => text)),
  );
  const write = (row: readonly CellText[]) => writeRow(isReversed ? row.toReversed() : row);
  return [
    ...titles,
    [write(header), { text: tableRule(table.columns), placed: [] }, ...body.map(write)],
  ];
}

const empty: CellText = { text: '', placed: [] };

function layOut(table: PageTable, bodyFrom: number, vocabulary: Vocabulary): CellText[][] {
  const grid = Array.from({ length: table.rows }, () =>
    Array.from({ length: table.columns }, () => empty),
  );
  const spanned = table.cells.reduce((sum, { columns, rows }) => sum + (columns - 1) * rows, 0);
  // A form has cells of many widths, which belong to no column.
  const isForm = spanned * 3 > table.rows * table.columns;
  for (const cell of table.cells) {
    const text = cellText(cell, cell.row < bodyFrom, vocabulary);
    const isRepeated = text.text.length <= maxRepeated;
    const isWide = !isForm && cell.columns < table.columns && isRepeated;
    for (let row = cell.row; row < (isRepeated ? cell.row + cell.rows : cell.row + 1); row += 1)
      for (let column = 0; column < (isWide ? cell.columns : 1); column += 1) {
        const line = grid[row];
        if (line !== undefined) line[cell.column + column] = text;
      }
  }
  return grid;
}

/** Joins the header rows to one: the names of a group of columns, then those of its columns. */
function joinHeader(rows: readonly (readonly CellText[])[], columns: number): CellText[] {
  return Array.from({ length: columns }, (_, column) => {
    const texts = [...new Set(rows.map((row) => row[column] ?? empty))].filter(
      ({ text }) => text !== '',
    );
    return texts.reduce((sum, { text, placed }) => {
      if (sum === empty) return { text, placed };
      const shift = sum.text.length + 1;
      return {
        text: `${sum.text} ${text}`,
        placed: [...sum.placed, ...placed.map((one) => moved(one, shift))],
      };
    }, empty);
  });
}

const moved = ({ segment, from, to }: SegmentRange, shift: number): SegmentRange => ({
  segment,
  from: from + shift,
  to: to + shift,
});

function writeRow(cells: readonly CellText[]): WrittenRow {
  let row = '|';
  const placed: SegmentRange[] = [];
  for (const { text, placed: ranges } of cells) {
    const shift = row.length + 1;
    // Pipes are escaped, which moves what follows them.
    const at = (offset: number) =>
      shift + offset + (text.includes('|') ? text.slice(0, offset).split('|').length - 1 : 0);
    for (const { segment, from, to } of ranges)
      placed.push({ segment, from: at(from), to: at(to) });
    row += tableRow([text]).slice(1);
  }
  return { text: row, placed };
}

/** Counts the rows of column names, some of which may be years. */
function countHeaderRows(
  { cells, rows, columns }: PageTable,
  first: number,
  vocabulary: Vocabulary,
): number {
  const rowAt = (index: number) =>
    cells
      .filter(({ row }) => row === index)
      .map((cell) => ({ ...cell, text: cellText(cell, true, vocabulary).text }));
  const isNaming = (row: readonly { readonly text: string }[]) =>
    row.every(({ text }) => /\p{L}|^(19|20)\d\d$/u.test(text) && !/:$/.test(text)) &&
    row.some(({ text }) => /\p{L}/u.test(text));
  const top = rowAt(first);
  const width = top.reduce((sum, cell) => sum + cell.columns, 0);
  const isGrouped = top.some((cell) => cell.columns > 1);
  // The column of the names of rows may have no name.
  if (!isNaming(top) || width < columns - (isGrouped || columns > 2 ? 1 : 0)) return 0;
  if (!isGrouped) return 1;
  const spanned = Math.max(...top.map((cell) => cell.rows));
  const left = rows - first - 1;
  return Math.min(left, spanned > 1 ? Math.min(spanned, 4) : isNaming(rowAt(first + 1)) ? 2 : 1);
}
