import { DocumentFault } from '../../fault.ts';
import { walkXml } from '../../ooxml/walk-xml.ts';
import { type CellContent, CellReader, type CellValues } from './cell.ts';
import { maxColumn, maxRow, type Range, readRange, readReference } from './reference.ts';

export interface SheetCell extends CellContent {
  readonly column: number;
}

interface SheetRow {
  readonly row: number;
  readonly cells: SheetCell[];
}

/** A hyperlink of some cells. Links within the workbook have no id. */
interface Link {
  readonly range: Range;
  readonly id: string | undefined;
}

/** Content of a worksheet (ECMA-376, 18.3). Rows and cells without text are left out. */
export interface Sheet {
  readonly rows: SheetRow[];
  readonly merges: Range[];
  readonly links: Link[];
  readonly hiddenRows: Set<number>;
  readonly hiddenColumns: Range[];
  /** Number of rows that stay in view. */
  frozenRows: number;
  filter: Range | null;
  /** Ids of the relationships to drawings and tables. */
  drawing: string | undefined;
  readonly tables: string[];
}

export const emptySheet = (): Sheet => ({
  rows: [],
  merges: [],
  links: [],
  hiddenRows: new Set(),
  hiddenColumns: [],
  frozenRows: 0,
  filter: null,
  drawing: undefined,
  tables: [],
});

const maxElements = 12_000_000;
const maxMerges = 200_000;
const isTrue = (value: string | undefined) => value === '1' || value === 'true';

/** Cells and characters of a workbook that may still be read. */
export interface SheetBudget {
  cells: number;
  characters: number;
}

/** Reads a worksheet. Throws `too_large` when the budget is spent: a text may be shared by any number of cells. */
export function readSheet(bytes: Uint8Array, values: CellValues, budget: SheetBudget): Sheet {
  const sheet = emptySheet();
  const cell = new CellReader(values);
  let row: SheetRow = { row: -1, cells: [] };
  let column = -1;
  const open = (name: string, attributes: Readonly<Record<string, string>>) => {
    if (name === 'x:row') {
      row = { row: rowOf(attributes.r, row.row + 1), cells: [] };
      column = -1;
      if (isTrue(attributes.hidden) || Number(attributes.ht ?? 1) === 0)
        sheet.hiddenRows.add(row.row);
    } else if (name === 'x:c') {
      column = readReference(attributes.r ?? '')?.column ?? column + 1;
      cell.begin(attributes);
    } else if (!cell.open(name, attributes)) readProperty(sheet, name, attributes);
  };
  const close = (name: string) => {
    if (name === 'x:row') {
      if (row.cells.length > 0) sheet.rows.push(row);
      return;
    }
    if (name !== 'x:c') {
      cell.close(name);
      return;
    }
    const content = cell.end();
    if (content === null || column > maxColumn || row.row > maxRow) return;
    budget.cells -= 1;
    budget.characters -= content.text.length;
    if (budget.cells < 0 || budget.characters < 0)
      throw new DocumentFault('too_large', 'The workbook has too many cells with content.');
    const { text, isText, isSetOff, address } = content;
    row.cells.push({ text, isText, isSetOff, address, column });
  };
  walkXml(bytes, { open, close, text: (text) => cell.add(text) }, maxElements);
  sortCells(sheet.rows);
  return sheet;
}

const rowOf = (text: string | undefined, next: number) =>
  /^\d{1,7}$/.test(text ?? '') ? Number(text) - 1 : next;

function readProperty(
  sheet: Sheet,
  name: string,
  attributes: Readonly<Record<string, string>>,
): void {
  const range = attributes.ref === undefined ? null : readRange(attributes.ref);
  if (name === 'x:mergeCell') {
    if (range !== null && sheet.merges.length < maxMerges) sheet.merges.push(range);
  } else if (name === 'x:hyperlink') {
    if (range !== null && sheet.links.length < maxMerges)
      sheet.links.push({ range, id: attributes['r:id'] });
  } else if (name === 'x:col') {
    const [left, right] = [Number(attributes.min) - 1, Number(attributes.max) - 1];
    if ((isTrue(attributes.hidden) || attributes.width === '0') && left >= 0 && right >= left)
      sheet.hiddenColumns.push({ top: 0, bottom: maxRow, left, right: Math.min(right, maxColumn) });
  } else if (name === 'x:pane') {
    if (/^frozen/.test(attributes.state ?? '')) sheet.frozenRows = Number(attributes.ySplit ?? 0);
  } else if (name === 'x:autoFilter') sheet.filter = range;
  else if (name === 'x:drawing') sheet.drawing = attributes['r:id'];
  else if (name === 'x:tablePart') sheet.tables.push(attributes['r:id'] ?? '');
}

/** Rows and cells should be in order; a file may not keep to it. */
export function sortCells(rows: SheetRow[]): void {
  rows.sort((a, b) => a.row - b.row);
  for (const { cells } of rows) cells.sort((a, b) => a.column - b.column);
}
