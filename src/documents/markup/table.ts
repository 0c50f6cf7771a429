import { maxCharacters } from '../document.ts';
import { DocumentFault } from '../fault.ts';
import { tableRow, tableRule } from './table-row.ts';

export interface Cell {
  /** Text on one line. */
  readonly text: string;
  readonly columns: number;
  readonly rows: number;
}

export interface Table {
  readonly rows: readonly (readonly Cell[])[];
  /** Number of leading rows with column names. */
  readonly headerRows: number;
}

const maxColumns = 1000;
const maxCells = 1_000_000;
/** Maximum length of a spanning text that is repeated in each cell. */
const maxRepeated = 120;

/**
 * Writes a table as Markdown. Spanning cells are repeated in each row and column, so that a row is
 * understood on its own. Without header rows the header is empty. Throws `too_large`.
 */
export function tableToMarkdown({ rows, headerRows }: Table): string {
  const grid = layOut(rows);
  const width = grid.reduce((widest, row) => Math.max(widest, row.length), 0);
  if (width === 0 || grid.every((row) => row.every((text) => text === ''))) return '';
  if (width * grid.length > maxCells)
    throw new DocumentFault('too_large', `A table has more than ${maxCells} cells.`);
  const filled = grid.map((row) => Array.from({ length: width }, (_, column) => row[column] ?? ''));
  const header = Array.from({ length: width }, (_, column) => [
    ...new Set(filled.slice(0, headerRows).map((row) => row[column] ?? '')),
  ]);
  const body = filled.slice(headerRows).filter((row) => row.some((text) => text !== ''));
  return [
    tableRow(header.map((texts) => texts.filter(Boolean).join(' '))),
    tableRule(width),
    ...body.map(tableRow),
  ].join('\n');
}

/** Returns the text of each cell of the grid (HTML Standard, "Forming a table"). */
function layOut(rows: readonly (readonly Cell[])[]): string[][] {
  const grid: string[][] = [];
  const taken: { until: number; text: string }[] = [];
  let cells = 0;
  let characters = 0;
  for (const [index, row] of rows.entries()) {
    const line: string[] = [];
    let column = 0;
    const skip = () => {
      for (
        let held = taken[column];
        held !== undefined && held.until > index;
        held = taken[column]
      ) {
        line[column] = held.text;
        column += 1;
      }
    };
    for (const cell of row) {
      skip();
      const span = Math.min(Math.max(1, cell.columns), maxColumns - column);
      if (span < 1) break;
      const isRepeated = cell.text.length <= maxRepeated && (row.length > 1 || column > 0);
      for (let offset = 0; offset < span; offset += 1, column += 1) {
        const text = offset === 0 || isRepeated ? cell.text : '';
        line[column] = text;
        if (cell.rows > 1)
          taken[column] = {
            until: index + cell.rows,
            text: cell.text.length <= maxRepeated ? text : '',
          };
      }
    }
    for (; column < taken.length; column += 1) {
      const held = taken[column];
      if (held !== undefined && held.until > index) line[column] = held.text;
    }
    cells += line.length;
    characters += line.reduce((sum, text) => sum + text.length, 0);
    if (cells > maxCells || characters > maxCharacters)
      throw new DocumentFault(
        'too_large',
        `A table has more than ${maxCells} cells or ${maxCharacters} characters.`,
      );
    grid.push(Array.from(line, (text) => text ?? ''));
  }
  return grid;
}
