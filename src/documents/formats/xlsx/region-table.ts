import { joinLines } from '../../markup/read-table.ts';
import { type Cell, tableToMarkdown } from '../../markup/table.ts';
import { countHeaderRows, type HeaderHints } from './header.ts';
import type { Line, PlacedCell } from './layout.ts';
import type { Region } from './regions.ts';

/** Area of a region, as a multiple of its cells, from which it is written without empty cells. */
const maxSparsity = 20;

/**
 * Writes a region as Markdown: a table below its titles; text for a single column. Rows of a few cells far
 * apart are written without the empty ones.
 */
export function writeRegion(region: Region, hints: HeaderHints): string[] {
  const { lines, table } = region;
  if (table === null && region.left === region.right)
    return [lines.map(({ cells }) => cells.map(textOf).join(' ')).join('\n')];
  const cells = lines.reduce((sum, line) => sum + line.cells.length, 0);
  const area = (region.bottom - region.top + 1) * (region.right - region.left + 1);
  if (area > 10_000 && area > cells * maxSparsity)
    return [lines.map((line) => line.cells.map(textOf).join(' | ')).join('\n')];
  const titles = table === null ? countTitles(lines) : 0;
  const body = lines.slice(titles);
  const headerRows =
    table === null ? countHeaderRows(body, hints) : Math.min(table.headerRows, body.length);
  return [
    ...lines.slice(0, titles).map((line) => line.cells.map(textOf).join(' ')),
    tableToMarkdown({ rows: rowsOf(body, region), headerRows }),
  ].filter((text) => text !== '');
}

const textOf = ({ content: { text } }: PlacedCell): string =>
  text.includes('\n') ? joinLines(text.replaceAll(/\s*\n\s*/g, '\n'), false) : text;

/** Counts leading rows of one text above rows of several. */
function countTitles(lines: readonly Line[]): number {
  const first = lines.findIndex(
    ({ cells, row }) =>
      cells.filter(({ top }) => top === row).length !== 1 || cells[0]?.content.isText !== true,
  );
  return first < 0 ? lines.length : first;
}

const emptyCell: Cell = { text: '', columns: 1, rows: 1 };

/** Returns rows with their empty cells, without the columns that are empty in all of them. */
function rowsOf(lines: readonly Line[], region: Region): Cell[][] {
  const isUsed = new Uint8Array(region.right - region.left + 2);
  for (const { cells } of lines)
    for (const { left, right } of cells)
      isUsed.fill(1, left - region.left, right - region.left + 1);
  return lines.map(({ row, cells }) => {
    const result: Cell[] = [];
    let column = region.left;
    const fillTo = (end: number) => {
      for (; column < end; column += 1)
        if (isUsed[column - region.left] === 1) result.push(emptyCell);
    };
    for (const cell of cells) {
      fillTo(cell.left);
      column = cell.right + 1;
      if (cell.top !== row) continue;
      result.push({
        text: textOf(cell),
        columns: cell.right - cell.left + 1,
        rows: cell.bottom - cell.top + 1,
      });
    }
    fillTo(region.right + 1);
    return result;
  });
}
