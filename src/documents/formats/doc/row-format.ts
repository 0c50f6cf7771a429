import { type Sprm, sprms } from './sprms.ts';

export interface CellFormat {
  readonly across: 'first' | 'continued' | null;
  readonly down: 'first' | 'continued' | null;
  /** Background, as `F2F2F2`. */
  readonly fill: string | null;
}

/** Formatting of a row of a table. */
export interface RowFormat {
  /** Edges of its cells from left to right, in twips: one more than cells. */
  readonly edges: readonly number[];
  readonly cells: readonly CellFormat[];
  readonly isHeader: boolean;
}

const cellSize = 20;
const shadeSize = 10;
const maxCells = 64;
const noCell: CellFormat = { across: null, down: null, fill: null };

/** Reads the definition of a row and what changes it ([MS-DOC], 2.9.329). */
export function readRow(modifiers: readonly Sprm[]): RowFormat {
  let edges: number[] = [];
  let cells: CellFormat[] = [];
  let isHeader = false;
  const change = (at: number, changes: Partial<CellFormat>) => {
    const cell = cells[at];
    if (cell !== undefined) cells[at] = { ...cell, ...changes };
  };
  for (const { code, operand } of modifiers) {
    if (code === sprms.isTableHeader) isHeader = operand.getUint8(0) !== 0;
    else if (code === sprms.tableDefinition) ({ edges, cells } = readDefinition(operand));
    else if (code === sprms.verticalMerge && operand.byteLength >= 2)
      change(operand.getUint8(0), { down: mergeOf(operand.getUint8(1)) });
    else if (code === sprms.horizontalMerge)
      for (let at = operand.getUint8(0); at < Math.min(operand.getUint8(1), cells.length); at += 1)
        change(at, { across: at === operand.getUint8(0) ? 'first' : 'continued' });
    else if (code === sprms.shading)
      for (let at = 0; (at + 1) * shadeSize <= operand.byteLength; at += 1)
        change(at, { fill: fillAt(operand, at * shadeSize) });
  }
  return { edges, cells, isHeader };
}

function readDefinition(view: DataView): { edges: number[]; cells: CellFormat[] } {
  const count = Math.min(maxCells, view.byteLength === 0 ? 0 : view.getUint8(0));
  const fits = (at: number) => at + 2 <= view.byteLength;
  const edges = Array.from({ length: count + 1 }, (_, index) => 1 + index * 2)
    .filter(fits)
    .map((at) => view.getInt16(at, true));
  const cells = Array.from({ length: count }, (_, index): CellFormat => {
    const at = 1 + (count + 1) * 2 + index * cellSize;
    if (!fits(at)) return noCell;
    const flags = view.getUint16(at, true);
    const across = (flags & 1) !== 0 ? 'first' : (flags & 2) !== 0 ? 'continued' : null;
    return { across, down: mergeOf((flags >> 5) & 3), fill: null };
  });
  return { edges, cells };
}

const mergeOf = (value: number) => (value === 1 ? 'continued' : value === 3 ? 'first' : null);

const isAutomatic = 0xff;

/** Returns the background of a cell; null for none. */
function fillAt(view: DataView, at: number): string | null {
  if (view.getUint8(at + 7) === isAutomatic) return null;
  const colors = [4, 5, 6].map((offset) => view.getUint8(at + offset));
  return colors.map((color) => color.toString(16).padStart(2, '0')).join('');
}
