import { DocumentFault } from './fault.ts';

/** A storage of a compound file: its streams and inner storages, by name. */
export interface Storage {
  readonly streams: ReadonlyMap<string, Uint8Array<ArrayBuffer>>;
  readonly storages: ReadonlyMap<string, Storage>;
}

interface Entry {
  readonly name: string;
  readonly type: number;
  readonly left: number;
  readonly right: number;
  readonly child: number;
  readonly start: number;
  readonly size: number;
}

const maxEntries = 100_000;
const maxDepth = 20;
const entrySize = 128;
const miniSize = 64;
const storageType = 1;
const streamType = 2;
/** Sector numbers from here on have a special meaning, such as the end of a chain. */
const firstSpecial = 0xffff_fffa;

const corrupt = () => new DocumentFault('corrupt', 'The compound file is damaged.');

/** Reads all storages and streams of a compound file ([MS-CFB]). Throws `corrupt` and `too_large`. */
export function readCompoundFile(bytes: Uint8Array<ArrayBuffer>): Storage {
  try {
    return new CompoundFile(bytes).root();
  } catch (error) {
    throw error instanceof RangeError ? corrupt() : error;
  }
}

class CompoundFile {
  readonly #bytes: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;
  readonly #sectorSize: number;
  readonly #fat: readonly number[];
  readonly #miniFat: readonly number[];
  readonly #miniStream: Uint8Array<ArrayBuffer>;
  readonly #entries: readonly Entry[];
  readonly #read = new Set<number>();
  /** Bytes of streams that may still be read: chains of several streams may share sectors. */
  #left: number;

  constructor(bytes: Uint8Array<ArrayBuffer>) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    const shift = this.#view.getUint16(30, true);
    if (shift !== 9 && shift !== 12) throw corrupt();
    this.#sectorSize = 2 ** shift;
    this.#left = bytes.byteLength * 2;
    this.#fat = this.#readFat();
    this.#entries = this.#readEntries(this.#view.getUint32(48, true));
    this.#miniFat = numbersOf(this.#chain(this.#view.getUint32(60, true)));
    const root = this.#entries[0];
    if (root === undefined) throw corrupt();
    this.#miniStream = this.#chain(root.start);
  }

  root(): Storage {
    return this.#storage(0, 0);
  }

  #sector(sector: number): Uint8Array<ArrayBuffer> {
    const start = (sector + 1) * this.#sectorSize;
    if (start >= this.#bytes.length) throw corrupt();
    return this.#bytes.subarray(start, start + this.#sectorSize);
  }

  /** Reads the numbers of the next sectors: 109 sectors are listed in the header, others in a chain of lists. */
  #readFat(): number[] {
    const listed = Array.from({ length: 109 }, (_, index) =>
      this.#view.getUint32(76 + index * 4, true),
    );
    const most = this.#bytes.length / this.#sectorSize;
    let next = this.#view.getUint32(68, true);
    for (let count = 0; next < firstSpecial; count += 1) {
      if (count > most) throw corrupt();
      const list = numbersOf(this.#sector(next));
      next = list.pop() ?? firstSpecial;
      for (const sector of list) listed.push(sector);
    }
    const fat: number[] = [];
    const seen = new Set<number>();
    for (const sector of listed) {
      if (sector >= firstSpecial || seen.has(sector)) continue;
      seen.add(sector);
      for (const number of numbersOf(this.#sector(sector))) fat.push(number);
    }
    return fat;
  }

  #chain(start: number): Uint8Array<ArrayBuffer> {
    return joinChain(start, this.#fat, this.#sectorSize, (sector) => this.#sector(sector));
  }

  #readEntries(start: number): Entry[] {
    const directory = this.#chain(start);
    const view = new DataView(directory.buffer);
    const count = Math.floor(directory.length / entrySize);
    if (count > maxEntries)
      throw new DocumentFault('too_large', `The file has more than ${maxEntries} streams.`);
    return Array.from({ length: count }, (_, index): Entry => {
      const at = index * entrySize;
      const nameLength = Math.min(64, view.getUint16(at + 64, true));
      return {
        name: new TextDecoder('utf-16le')
          .decode(directory.subarray(at, at + nameLength))
          .replace(/\0.*$/s, ''),
        type: directory[at + 66] ?? 0,
        left: view.getUint32(at + 68, true),
        right: view.getUint32(at + 72, true),
        child: view.getUint32(at + 76, true),
        start: view.getUint32(at + 116, true),
        size: view.getUint32(at + 120, true),
      };
    });
  }

  #storage(index: number, depth: number): Storage {
    if (depth > maxDepth)
      throw new DocumentFault('too_large', 'The compound file is nested too deeply.');
    const streams = new Map<string, Uint8Array<ArrayBuffer>>();
    const storages = new Map<string, Storage>();
    for (const child of this.#children(this.#entries[index]?.child ?? firstSpecial)) {
      const entry = this.#entries[child];
      if (entry?.type === storageType) storages.set(entry.name, this.#storage(child, depth + 1));
      else if (entry?.type === streamType) streams.set(entry.name, this.#stream(entry));
    }
    return { streams, storages };
  }

  /** Returns the entries of a tree of siblings. No entry is read twice. */
  #children(root: number): number[] {
    const found: number[] = [];
    const waiting = [root];
    for (let index = waiting.pop(); index !== undefined; index = waiting.pop()) {
      const entry = this.#entries[index];
      if (entry === undefined || this.#read.has(index)) continue;
      this.#read.add(index);
      found.push(index);
      waiting.push(entry.left, entry.right);
    }
    return found;
  }

  #stream({ start, size }: Entry): Uint8Array<ArrayBuffer> {
    if (size === 0) return new Uint8Array(0);
    this.#left -= size;
    if (size > this.#bytes.length || this.#left < 0) throw corrupt();
    const isMini = size < this.#view.getUint32(56, true);
    const content = isMini
      ? joinChain(start, this.#miniFat, miniSize, (sector) =>
          this.#miniStream.subarray(sector * miniSize, (sector + 1) * miniSize),
        )
      : this.#chain(start);
    if (content.length < size) throw corrupt();
    return content.subarray(0, size);
  }
}

function numbersOf(bytes: Uint8Array): number[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return Array.from({ length: Math.floor(bytes.length / 4) }, (_, index) =>
    view.getUint32(index * 4, true),
  );
}

/** Joins the sectors of a chain. A chain that is longer than the table runs in a circle. */
function joinChain(
  start: number,
  table: readonly number[],
  size: number,
  sector: (index: number) => Uint8Array,
): Uint8Array<ArrayBuffer> {
  const indexes: number[] = [];
  for (let index = start; index < firstSpecial; index = table[index] ?? firstSpecial) {
    indexes.push(index);
    if (indexes.length > table.length) throw corrupt();
  }
  const joined = new Uint8Array(indexes.length * size);
  for (const [position, index] of indexes.entries()) joined.set(sector(index), position * size);
  return joined;
}
