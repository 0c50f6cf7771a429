import { DocumentFault } from '../../fault.ts';

/** A record of a BIFF stream ([MS-XLS], 2.1.4). */
export interface BiffRecord {
  readonly type: number;
  readonly data: DataView;
  /** Where the next record begins. */
  readonly end: number;
}

export const recordTypes = {
  formula: 0x0006,
  end: 0x000a,
  dateMode: 0x0022,
  filePass: 0x002f,
  font: 0x0031,
  continued: 0x003c,
  pane: 0x0041,
  columnInfo: 0x007d,
  boundSheet: 0x0085,
  multipleRk: 0x00bd,
  extendedFormat: 0x00e0,
  mergedCells: 0x00e5,
  sharedStrings: 0x00fc,
  labelShared: 0x00fd,
  number: 0x0203,
  label: 0x0204,
  booleanOrError: 0x0205,
  text: 0x0207,
  row: 0x0208,
  window: 0x023e,
  rk: 0x027e,
  format: 0x041e,
  begin: 0x0809,
} as const;

const maxRecords = 12_000_000;

/** Yields the records from `at` to the end of their substream, without those of charts inside of it. */
export function* substream(bytes: Uint8Array, at: number): Generator<BiffRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let depth = 0;
  for (let count = 0; at + 4 <= view.byteLength; count += 1) {
    if (count > maxRecords)
      throw new DocumentFault('too_large', 'The workbook has too many records.');
    const type = view.getUint16(at, true);
    const length = Math.min(view.getUint16(at + 2, true), view.byteLength - at - 4);
    const end = at + 4 + length;
    if (type === recordTypes.begin) depth += 1;
    if (depth === 1)
      yield { type, data: new DataView(view.buffer, view.byteOffset + at + 4, length), end };
    if (type === recordTypes.end) {
      depth -= 1;
      if (depth <= 0) return;
    }
    at = end;
  }
}
