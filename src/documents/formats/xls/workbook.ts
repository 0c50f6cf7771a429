import { DocumentFault } from '../../fault.ts';
import { builtInFormat } from '../../ooxml/number-format.ts';
import type { CellValues } from '../xlsx/cell.ts';
import type { CellStyle } from '../xlsx/styles.ts';
import { substream, recordTypes as types } from './records.ts';
import { readSharedStrings, readString } from './strings.ts';

export interface BiffWorkbook extends CellValues {
  /** Visible worksheets, in the order of their tabs. */
  readonly sheets: readonly { readonly name: string; readonly at: number }[];
}

const maxSheets = 1000;
const biff8 = 0x0600;

/** Reads what the sheets of a workbook share: strings, styles and names ([MS-XLS], 2.1.7.20.3). */
export function readBiffWorkbook(bytes: Uint8Array): BiffWorkbook {
  const sheets: { name: string; at: number }[] = [];
  const fonts: { isBold: boolean; isStruck: boolean }[] = [];
  const codes = new Map<number, string>();
  const formats: DataView[] = [];
  const strings: DataView[] = [];
  let is1904 = false;
  let last = 0;
  for (const { type, data } of substream(bytes, 0)) {
    const shared: number = type === types.continued ? last : type;
    last = shared;
    if (type === types.begin) checkVersion(data);
    else if (type === types.filePass)
      throw new DocumentFault('encrypted', 'The document is password-protected.');
    else if (shared === types.sharedStrings) strings.push(data);
    else if (type === types.dateMode) is1904 = data.getUint16(0, true) === 1;
    else if (type === types.format) codes.set(data.getUint16(0, true), readString(data, 2, 2));
    else if (type === types.extendedFormat) formats.push(data);
    else if (type === types.font)
      fonts.push({
        isBold: data.getUint16(6, true) >= 600,
        isStruck: (data.getUint16(2, true) & 8) !== 0,
      });
    else if (type === types.boundSheet && isVisibleSheet(data) && sheets.length < maxSheets)
      sheets.push({ at: data.getUint32(0, true), name: readString(data, 6, 1) });
  }
  const styles = formats.map((data): CellStyle => {
    const font = data.getUint16(0, true);
    const id = data.getUint16(2, true);
    // Index 4 is never used.
    const { isBold = false, isStruck = false } = fonts[font > 4 ? font - 1 : font] ?? {};
    const isShaded = data.byteLength >= 18 && data.getUint32(14, true) >>> 26 !== 0;
    return {
      code: codes.get(id) ?? builtInFormat(id),
      isSetOff: isBold || isShaded,
      isStruck,
    };
  });
  return { sheets, strings: readSharedStrings(strings), styles, is1904 };
}

const isVisibleSheet = (data: DataView) => data.getUint8(4) % 4 === 0 && data.getUint8(5) === 0;

function checkVersion(data: DataView): void {
  if (data.getUint16(0, true) !== biff8)
    throw new DocumentFault(
      'unsupported',
      'Workbooks of Excel 95 and before are not supported. Save the file as .xlsx.',
    );
}
