import type { Storage } from '../../compound-file.ts';
import { DocumentFault } from '../../fault.ts';

/** Positions of the tables that are read, in the list of all ([MS-DOC], 2.5.6). */
const tables = {
  styles: 1,
  footnoteReferences: 2,
  footnoteTexts: 3,
  commentReferences: 4,
  commentTexts: 5,
  sections: 6,
  headers: 11,
  characters: 12,
  paragraphs: 13,
  fonts: 15,
  settings: 31,
  pieces: 33,
  commentAuthors: 36,
  anchors: 40,
  endnoteReferences: 46,
  endnoteTexts: 47,
  drawings: 50,
  textBoxes: 56,
  lists: 73,
  listInstances: 74,
} as const;

export type TableName = keyof typeof tables;

const stories = [
  'text',
  'footnotes',
  'headers',
  'macros',
  'comments',
  'endnotes',
  'textBoxes',
] as const;
export type StoryName = (typeof stories)[number];

/** A range of character positions. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

const isWord97 = 0xa5ec;
const isOlder = new Set([0xa59b, 0xa59c, 0xa5db, 0xa5dc]);
const firstTable = 154;
const encrypted = 0x0100;
const usesTable1 = 0x0200;

/** The streams of a Word document, and where its parts are ([MS-DOC], 2.5). */
export class WordFile {
  readonly main: Uint8Array<ArrayBuffer>;
  readonly table: Uint8Array<ArrayBuffer>;
  readonly data: Uint8Array<ArrayBuffer>;
  readonly #view: DataView;

  constructor({ streams }: Storage) {
    if (streams.has('EncryptedPackage')) throw protectedFile();
    // Names are compared without case.
    const named = new Map([...streams].map(([name, bytes]) => [name.toLowerCase(), bytes]));
    const main = named.get('worddocument');
    if (main === undefined || main.length < firstTable + 600)
      throw new DocumentFault('unsupported', 'The file is not a Word document.');
    this.main = main;
    this.#view = new DataView(main.buffer, main.byteOffset, main.byteLength);
    const version = this.#view.getUint16(0, true);
    const flags = this.#view.getUint16(10, true);
    if (isOlder.has(version))
      throw new DocumentFault(
        'unsupported',
        'Documents of Word 95 and before are not supported. Save the file as .docx.',
      );
    if (version !== isWord97)
      throw new DocumentFault('corrupt', 'The Word document has no header.');
    if ((flags & encrypted) !== 0) throw protectedFile();
    const table = named.get((flags & usesTable1) !== 0 ? '1table' : '0table');
    if (table === undefined)
      throw new DocumentFault('corrupt', 'A stream of the Word document is missing.');
    this.table = table;
    this.data = named.get('data') ?? new Uint8Array(0);
  }

  /** Returns a table; empty when it is missing. */
  part(name: TableName): Uint8Array<ArrayBuffer> {
    const [start, size] = this.#place(name);
    return this.table.subarray(start, start + size);
  }

  /** Returns what follows a table, for the one whose size leaves out its last part. */
  partToEnd(name: TableName): Uint8Array<ArrayBuffer> {
    const [start, size] = this.#place(name);
    return size === 0 ? new Uint8Array(0) : this.table.subarray(start);
  }

  #place(name: TableName): readonly [number, number] {
    const at = firstTable + tables[name] * 8;
    const count = this.#view.getUint16(firstTable - 2, true);
    if (tables[name] >= count) return [0, 0];
    return [this.#view.getUint32(at, true), this.#view.getUint32(at + 4, true)];
  }

  /** Returns the characters of each story: they follow one another. */
  stories(): Readonly<Record<StoryName, Range>> {
    let start = 0;
    const ranges = stories.map((name, index) => {
      const range = { start, end: start + Math.max(0, this.#view.getInt32(76 + index * 4, true)) };
      start = range.end;
      return [name, range] as const;
    });
    return Object.fromEntries(ranges) as Record<StoryName, Range>;
  }
}

const protectedFile = () => new DocumentFault('encrypted', 'The document is password-protected.');

const maxPositions = 200_000;

/** A table of positions with a fixed size of data for each ([MS-DOC], 2.2.2). */
export function readPositions(bytes: Uint8Array, size: number) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.max(0, Math.floor((bytes.length - 4) / (4 + size)));
  if (count > maxPositions)
    throw new DocumentFault('too_large', 'The Word document has too many parts.');
  return Array.from({ length: count }, (_, index) => ({
    start: view.getUint32(index * 4, true),
    end: view.getUint32(index * 4 + 4, true),
    data: new DataView(view.buffer, view.byteOffset + (count + 1) * 4 + index * size, size),
  }));
}
