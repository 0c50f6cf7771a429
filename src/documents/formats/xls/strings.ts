import { DocumentFault } from '../../fault.ts';

const wide = new TextDecoder('utf-16le');
const maxStrings = 2_000_000;

/** Characters with one byte each are the first 256 of Unicode. */
const narrow = (bytes: Uint8Array): string => {
  let text = '';
  for (let at = 0; at < bytes.length; at += 8192)
    text += String.fromCharCode(...bytes.subarray(at, at + 8192));
  return text;
};

const bytesOf = ({ buffer, byteOffset, byteLength }: DataView) =>
  new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength);

/** Reads a string whose length has one or two bytes ([MS-XLS], 2.5.240 and 2.5.294). */
export function readString(data: DataView, at: number, lengthBytes: 1 | 2): string {
  const length = lengthBytes === 1 ? data.getUint8(at) : data.getUint16(at, true);
  const isWide = (data.getUint8(at + lengthBytes) & 1) === 1;
  const start = at + lengthBytes + 1;
  const bytes = bytesOf(data).subarray(start, start + (isWide ? length * 2 : length));
  return isWide ? wide.decode(bytes) : narrow(bytes);
}

/** Reads the shared strings, which continue in further records at any character ([MS-XLS], 2.4.265). */
export function readSharedStrings(records: readonly DataView[]): string[] {
  const [first] = records;
  if (first === undefined || first.byteLength < 8) return [];
  const reader = new SegmentReader(records);
  reader.skip(4);
  const count = reader.uint32();
  if (count > maxStrings)
    throw new DocumentFault('too_large', `The workbook has more than ${maxStrings} texts.`);
  const strings: string[] = [];
  while (strings.length < count && !reader.isAtEnd) {
    const length = reader.uint16();
    const flags = reader.uint8();
    const runs = (flags & 8) === 0 ? 0 : reader.uint16();
    const extra = (flags & 4) === 0 ? 0 : reader.uint32();
    strings.push(reader.characters(length, (flags & 1) === 1));
    reader.skip(runs * 4 + extra);
  }
  return strings;
}

class SegmentReader {
  readonly #segments: readonly DataView[];
  #index = 0;
  #at = 0;

  constructor(segments: readonly DataView[]) {
    this.#segments = segments;
  }

  get isAtEnd(): boolean {
    this.#settle();
    return this.#index >= this.#segments.length;
  }

  uint8(): number {
    this.#settle();
    const segment = this.#segments[this.#index];
    if (segment === undefined) throw new RangeError('The shared strings are cut off.');
    const value = segment.getUint8(this.#at);
    this.#at += 1;
    return value;
  }

  uint16 = (): number => this.uint8() + this.uint8() * 256;
  uint32 = (): number => this.uint16() + this.uint16() * 65_536;

  skip(count: number): void {
    for (let left = count; left > 0 && !this.isAtEnd; ) {
      const step = Math.min(left, this.#left);
      this.#at += step;
      left -= step;
    }
  }

  /** Where a string continues in another record, a byte says anew whether its characters are wide. */
  characters(length: number, isWide: boolean): string {
    let text = '';
    for (let left = length; left > 0; ) {
      if (this.#left < (isWide ? 2 : 1)) {
        this.#index += 1;
        this.#at = 0;
        isWide = (this.uint8() & 1) === 1;
      }
      const size = isWide ? 2 : 1;
      const count = Math.min(left, Math.floor(this.#left / size));
      const segment = this.#segments[this.#index];
      if (segment === undefined) break;
      const bytes = bytesOf(segment).subarray(this.#at, this.#at + count * size);
      text += isWide ? wide.decode(bytes) : narrow(bytes);
      this.#at += count * size;
      left -= count;
      if (count === 0 && this.#left > 0) throw new RangeError('A shared string is damaged.');
    }
    return text;
  }

  get #left(): number {
    return (this.#segments[this.#index]?.byteLength ?? 0) - this.#at;
  }

  #settle(): void {
    while (this.#index < this.#segments.length && this.#left <= 0) {
      this.#index += 1;
      this.#at = 0;
    }
  }
}
