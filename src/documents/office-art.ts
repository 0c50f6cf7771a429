/** A record of a drawing or a presentation ([MS-ODRAW], 2.2.1; [MS-PPT], 2.3.1). */
export interface ArtRecord {
  readonly type: number;
  readonly instance: number;
  /** True when the content consists of records. */
  readonly isContainer: boolean;
  readonly content: Uint8Array;
}

const headerSize = 8;

/** Yields records; one that is cut off is the last. */
export function* recordsIn(bytes: Uint8Array): Generator<ArtRecord> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (let at = 0; at + headerSize <= bytes.length; ) {
    const head = view.getUint16(at, true);
    const end = at + headerSize + view.getUint32(at + 4, true);
    yield {
      type: view.getUint16(at + 2, true),
      instance: head >> 4,
      isContainer: (head & 0xf) === 0xf,
      content: bytes.subarray(at + headerSize, end),
    };
    at = end;
  }
}

export const artTypes = {
  group: 0xf003,
  shape: 0xf004,
  shapeHead: 0xf00a,
  properties: 0xf00b,
  tertiaryProperties: 0xf122,
} as const;

const codes = { wordArt: 0x00c0, description: 0x0381, table: 0x039f, groupFlags: 0x03bf };
const entrySize = 6;
const isComplex = 0x8000;
const hidden = 0x0002_0002;

export interface ArtProperties {
  /** Alternative text. */
  readonly description: string;
  /** Text that is drawn as a picture. */
  readonly wordArt: string;
  readonly isHidden: boolean;
  /** True for a group that is a table. */
  readonly isTable: boolean;
}

/** Reads the properties of a shape container ([MS-ODRAW], 2.2.9). */
export function readArtProperties(shape: Uint8Array): ArtProperties {
  const texts = { [codes.description]: '', [codes.wordArt]: '' };
  let [isHidden, isTable] = [false, false];
  for (const { type, instance, content } of recordsIn(shape)) {
    if (type !== artTypes.properties && type !== artTypes.tertiaryProperties) continue;
    const view = new DataView(content.buffer, content.byteOffset, content.byteLength);
    let at = instance * entrySize;
    for (let index = 0; (index + 1) * entrySize <= content.length && index < instance; index += 1) {
      const code = view.getUint16(index * entrySize, true);
      const value = view.getUint32(index * entrySize + 2, true);
      const name = code & 0x3fff;
      if (name === codes.groupFlags) isHidden = (value & hidden) === hidden;
      if (name === codes.table) isTable = (value & 1) === 1;
      if ((code & isComplex) === 0) continue;
      if (name in texts) texts[name] = textAt(content.subarray(at, at + value));
      at += value;
    }
  }
  return {
    description: texts[codes.description] ?? '',
    wordArt: texts[codes.wordArt] ?? '',
    isHidden,
    isTable,
  };
}

const textAt = (bytes: Uint8Array) =>
  new TextDecoder('utf-16le').decode(bytes).replace(/\0.*$/s, '').trim();
