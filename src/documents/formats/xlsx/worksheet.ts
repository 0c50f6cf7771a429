import type { OfficePackage } from '../../ooxml/package.ts';
import { elementsOf } from '../../ooxml/xml.ts';
import type { CellValues } from './cell.ts';
import { readComments } from './comments.ts';
import { readDrawings } from './drawings.ts';
import { joinStatements } from './join.ts';
import { layOutSheet } from './layout.ts';
import { linkCells } from './links.ts';
import { readRange } from './reference.ts';
import { writeRegion } from './region-table.ts';
import { findRegions, type TableArea } from './regions.ts';
import { readSheet, type Sheet, type SheetBudget } from './sheet.ts';
import { VisibleCells } from './visible.ts';

/** A workbook whose worksheets are read. */
export interface WorkbookContext {
  readonly parts: OfficePackage;
  /** Name of the workbook's part. */
  readonly workbook: string;
  readonly values: CellValues;
  readonly budget: SheetBudget;
}

/** Returns the blocks of a worksheet from top to bottom: titles, tables and drawings; then its comments. */
export function readWorksheet(context: WorkbookContext, name: string): string[] {
  const { parts, workbook, values, budget } = context;
  const bytes = parts.bytes(name);
  if (bytes === null) return [];
  const sheet = readSheet(bytes, values, budget);
  linkCells(sheet, (id) => parts.address(name, id));
  const visible = new VisibleCells(sheet);
  const tables = readTables(parts, name, sheet, visible);
  const regions = joinStatements(findRegions(layOutSheet(sheet, visible), tables));
  const filtered = sheet.filter === null ? null : visible.range(sheet.filter);
  const hints = {
    frozenTo: visible.row(sheet.frozenRows),
    filterRow: filtered?.top ?? null,
  };
  const drawings = readDrawings(parts, parts.target(name, sheet.drawing)).map((drawing) => ({
    top: visible.row(drawing.row),
    left: visible.column(drawing.column),
    write: () => [drawing.text],
  }));
  const blocks = [
    ...regions.map((region) => ({ ...region, write: () => writeRegion(region, hints) })),
    ...drawings,
  ].sort((a, b) => a.top - b.top || a.left - b.left);
  const comments = readComments(parts, workbook, name, visible);
  return [
    ...blocks.flatMap(({ write }) => write()),
    ...(comments.length === 0 ? [] : [`Comments:\n\n${comments.join('\n')}`]),
  ];
}

/** Returns the blocks of a sheet without declared tables, drawings and comments. */
export function writeSheet(sheet: Sheet): string[] {
  const visible = new VisibleCells(sheet);
  const hints = { frozenTo: visible.row(sheet.frozenRows), filterRow: null };
  return joinStatements(findRegions(layOutSheet(sheet, visible), [])).flatMap((region) =>
    writeRegion(region, hints),
  );
}

/** Returns the declared tables of a sheet (ECMA-376, 18.5.1). */
function readTables(
  parts: OfficePackage,
  name: string,
  sheet: Sheet,
  visible: VisibleCells,
): TableArea[] {
  return sheet.tables.slice(0, 500).flatMap((id) => {
    const [table] = elementsOf(parts.targetPart(name, id)?.root);
    const range = readRange(table?.attributes.ref ?? '');
    const area = range === null ? null : visible.range(range);
    if (range === null || area === null) return [];
    const headers = Number(table?.attributes.headerRowCount ?? 1);
    return [{ ...area, headerRows: headers > 0 && visible.hasRow(range.top) ? headers : 0 }];
  });
}
