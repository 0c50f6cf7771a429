/** Header of an entry: one block of 512 bytes (POSIX.1-1988 and GNU). */
export interface TarHeader {
  readonly path: string;
  readonly length: number;
  readonly type: string;
}

export const blockBytes = 512;
const checksumAt = 148;

/** True for a block whose checksum is right; historic archives have no other sign. */
export const isTarHeader = (block: Uint8Array): boolean =>
  block.byteLength >= blockBytes && block[0] !== 0 && number(block, checksumAt, 8) === sum(block);

/** The bytes of the checksum itself count as spaces. */
const sum = (block: Uint8Array): number =>
  block
    .subarray(0, blockBytes)
    .reduce(
      (total, byte, at) => total + (at >= checksumAt && at < checksumAt + 8 ? 0x20 : byte),
      0,
    );

export function readTarHeader(block: Uint8Array): TarHeader {
  const isPosix = text(block, 257, 5) === 'ustar' && block[262] === 0;
  const prefix = isPosix ? text(block, 345, 155) : '';
  const name = text(block, 0, 100);
  return {
    path: prefix === '' ? name : `${prefix}/${name}`,
    length: number(block, 124, 12),
    type: String.fromCharCode(block[156] ?? 0),
  };
}

/** Text up to the first NUL. */
export function text(bytes: Uint8Array, start: number, length: number): string {
  const field = bytes.subarray(start, start + length);
  const end = field.indexOf(0);
  return new TextDecoder().decode(end < 0 ? field : field.subarray(0, end));
}

/** An octal number, or one in base 256 that begins with the byte 0x80; NaN for anything else. */
function number(bytes: Uint8Array, start: number, length: number): number {
  const field = bytes.subarray(start, start + length);
  if (field[0] === 0x80) return field.subarray(1).reduce((total, byte) => total * 256 + byte, 0);
  const digits = text(field, 0, length).trim();
  return /^[0-7]*$/.test(digits) ? Number.parseInt(digits || '0', 8) : Number.NaN;
}

/** Reads the records of a pax header: `<length> <key>=<value>\n`. Records that are malformed end it. */
export function readPax(bytes: Uint8Array): ReadonlyMap<string, string> {
  const records = new Map<string, string>();
  for (let at = 0; at < bytes.byteLength; ) {
    const [, digits = ''] = /^(\d{1,7}) /.exec(text(bytes, at, 8)) ?? [];
    const length = Number(digits);
    if (length <= digits.length) break;
    const record = new TextDecoder().decode(
      bytes.subarray(at + digits.length + 1, at + length - 1),
    );
    const equals = record.indexOf('=');
    if (equals > 0) records.set(record.slice(0, equals), record.slice(equals + 1));
    at += length;
  }
  return records;
}
