import { type ArtRecord, recordsIn } from '../../office-art.ts';

/** Types of records ([MS-PPT], 2.13.24). */
export const types = {
  document: 1000,
  documentHead: 1001,
  slideHead: 1007,
  slidePlace: 1011,
  slideShow: 1017,
  drawing: 1036,
  environment: 1010,
  fonts: 2005,
  placeholder: 3011,
  outlineReference: 3998,
  textHead: 3999,
  text: 4000,
  textProperties: 4001,
  masterText: 4003,
  narrowText: 4008,
  numbering: 4012,
  font: 4023,
  string: 4026,
  headersFooters: 4057,
  headersFootersHead: 4058,
  slideList: 4080,
  edit: 4085,
  slideNumber: 4056,
  dateTime: 4087,
  genericDate: 4088,
  header: 4089,
  footer: 4090,
  currentUser: 4086,
  tags: 5000,
  binaryTag: 5002,
  tagData: 5003,
  directory: 6002,
  comment: 12_000,
  shapeAnchor: 0xf010,
  childAnchor: 0xf00f,
  groupFrame: 0xf009,
  shapeText: 0xf00d,
  shapeData: 0xf011,
} as const;

/** Returns the first record of a type; null for none. */
export function findRecord(bytes: Uint8Array, type: number): ArtRecord | null {
  for (const record of recordsIn(bytes)) if (record.type === type) return record;
  return null;
}

/** Returns the content of the first record of a type; empty for none. */
export const contentOf = (bytes: Uint8Array, type: number): Uint8Array =>
  findRecord(bytes, type)?.content ?? new Uint8Array(0);

export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** Returns a number of a record; 0 where it is cut off. */
export const numberAt = (bytes: Uint8Array, at: number): number =>
  at + 4 <= bytes.length ? viewOf(bytes).getUint32(at, true) : 0;

export const decodeText = (bytes: Uint8Array): string =>
  new TextDecoder('utf-16le', { fatal: false, ignoreBOM: true }).decode(bytes);
