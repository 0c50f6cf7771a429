import { DocumentFault } from '../../fault.ts';
import { struck } from '../../markup/inline.ts';
import { formatNumber, formatText } from '../../ooxml/number-format.ts';
import { maxColumn, maxRow } from '../xlsx/reference.ts';
import {
  emptySheet,
  type Sheet,
  type SheetBudget,
  type SheetCell,
  sortCells,
} from '../xlsx/sheet.ts';
import { plainStyle } from '../xlsx/styles.ts';
import { substream, recordTypes as types } from './records.ts';
import { readString } from './strings.ts';
import type { BiffWorkbook } from './workbook.ts';

const errors: Readonly<Record<number, string>> = {
  0: '#NULL!',
  7: '#DIV/0!',
  15: '#VALUE!',
  23: '#REF!',
  29: '#NAME?',
  36: '#NUM!',
  42: '#N/A',
};
const maxMerges = 200_000;
const isHiddenRow = 0x20;
const isFrozen = 0x08;

/** Reads a worksheet into the form of an XLSX sheet. Throws `too_large` when the budget is spent. */
export function readBiffSheet(
  bytes: Uint8Array,
  at: number,
  workbook: BiffWorkbook,
  budget: SheetBudget,
): Sheet {
  return new SheetReader(workbook, budget).read(bytes, at);
}

class SheetReader {
  readonly #workbook: BiffWorkbook;
  readonly #budget: SheetBudget;
  readonly #rows = new Map<number, SheetCell[]>();
  readonly #sheet: Sheet = emptySheet();
  /** Position and style of a formula whose text follows in a record of its own. */
  #pending: DataView | null = null;
  #isFrozen = false;

  constructor(workbook: BiffWorkbook, budget: SheetBudget) {
    this.#workbook = workbook;
    this.#budget = budget;
  }

  read(bytes: Uint8Array, at: number): Sheet {
    for (const { type, data } of substream(bytes, at)) this.#record(type, data);
    for (const [row, cells] of this.#rows) this.#sheet.rows.push({ row, cells });
    sortCells(this.#sheet.rows);
    return this.#sheet;
  }

  #record(type: number, data: DataView): void {
    if (type === types.labelShared)
      this.#text(data, this.#workbook.strings[data.getUint32(6, true)] ?? '');
    else if (type === types.label) this.#text(data, readString(data, 6, 2));
    else if (type === types.number) this.#number(data, data.getFloat64(6, true));
    else if (type === types.rk) this.#number(data, rkValue(data.getUint32(6, true)));
    else if (type === types.multipleRk) this.#multiple(data);
    else if (type === types.formula) this.#formula(data);
    else if (type === types.text) {
      if (this.#pending !== null) this.#text(this.#pending, readString(data, 0, 2));
      this.#pending = null;
    } else if (type === types.booleanOrError)
      this.#symbol(data, data.getUint8(6), data.getUint8(7) === 1);
    else this.#property(type, data);
  }

  #property(type: number, data: DataView): void {
    const sheet = this.#sheet;
    if (type === types.row) {
      if ((data.getUint16(12, true) & isHiddenRow) !== 0)
        sheet.hiddenRows.add(data.getUint16(0, true));
    } else if (type === types.columnInfo) {
      const [left, right] = [data.getUint16(0, true), data.getUint16(2, true)];
      if ((data.getUint16(8, true) & 1) !== 0 && right >= left)
        sheet.hiddenColumns.push({
          top: 0,
          bottom: maxRow,
          left,
          right: Math.min(right, maxColumn),
        });
    } else if (type === types.window) this.#isFrozen = (data.getUint16(0, true) & isFrozen) !== 0;
    else if (type === types.pane) sheet.frozenRows = this.#isFrozen ? data.getUint16(2, true) : 0;
    else if (type === types.mergedCells) this.#merges(data);
  }

  #merges(data: DataView): void {
    const count = Math.min(data.getUint16(0, true), Math.floor((data.byteLength - 2) / 8));
    for (let index = 0; index < count && this.#sheet.merges.length < maxMerges; index += 1) {
      const at = (field: number) => data.getUint16(2 + index * 8 + field * 2, true);
      if (at(1) >= at(0) && at(3) >= at(2))
        this.#sheet.merges.push({ top: at(0), bottom: at(1), left: at(2), right: at(3) });
    }
  }

  #multiple(data: DataView): void {
    const [row, first] = [data.getUint16(0, true), data.getUint16(2, true)];
    const count = Math.floor((data.byteLength - 6) / 6);
    for (let index = 0; index < count; index += 1) {
      const at = 4 + index * 6;
      const value = rkValue(data.getUint32(at + 2, true));
      this.#add(
        row,
        first + index,
        this.#shown(value, data.getUint16(at, true)),
        false,
        data.getUint16(at, true),
      );
    }
  }

  /** A result other than a number is marked by its last two bytes ([MS-XLS], 2.5.133). */
  #formula(data: DataView): void {
    this.#pending = null;
    const kind = data.getUint8(6);
    if (data.getUint16(12, true) !== 0xffff) this.#number(data, data.getFloat64(6, true));
    else if (kind === 0) this.#pending = data;
    else if (kind < 3) this.#symbol(data, data.getUint8(8), kind === 2);
  }

  #symbol(data: DataView, value: number, isError: boolean): void {
    const text = isError ? (errors[value] ?? '#ERROR!') : value === 1 ? 'TRUE' : 'FALSE';
    this.#cell(data, text, false);
  }

  #number = (data: DataView, value: number): void =>
    this.#cell(data, this.#shown(value, data.getUint16(4, true)), false);

  #text(data: DataView, text: string): void {
    const { code } = this.#workbook.styles[data.getUint16(4, true)] ?? plainStyle;
    this.#cell(data, formatText(text, code), true);
  }

  #shown = (value: number, style: number): string =>
    formatNumber(value, (this.#workbook.styles[style] ?? plainStyle).code, this.#workbook.is1904);

  #cell = (data: DataView, text: string, isText: boolean): void =>
    this.#add(
      data.getUint16(0, true),
      data.getUint16(2, true),
      text,
      isText,
      data.getUint16(4, true),
    );

  #add(row: number, column: number, shown: string, isText: boolean, styleIndex: number): void {
    if (shown.trim() === '' || column > maxColumn) return;
    const style = this.#workbook.styles[styleIndex] ?? plainStyle;
    const text = style.isStruck ? struck(shown) : shown;
    this.#budget.cells -= 1;
    this.#budget.characters -= text.length;
    if (this.#budget.cells < 0 || this.#budget.characters < 0)
      throw new DocumentFault('too_large', 'The workbook has too many cells with content.');
    const cell = { text, isText, isSetOff: style.isSetOff, address: null, column };
    const cells = this.#rows.get(row);
    if (cells === undefined) this.#rows.set(row, [cell]);
    else cells.push(cell);
  }
}

/** A number in four bytes: an integer or the upper half of a double, perhaps in hundredths ([MS-XLS], 2.5.217). */
function rkValue(rk: number): number {
  let value: number;
  if ((rk & 2) !== 0) value = (rk | 0) >> 2;
  else {
    const view = new DataView(new ArrayBuffer(8));
    view.setUint32(4, rk & ~3, true);
    value = view.getFloat64(0, true);
  }
  return (rk & 1) !== 0 ? value / 100 : value;
}
