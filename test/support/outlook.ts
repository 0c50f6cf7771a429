/** Builds compound files and Outlook messages, so that tests know every byte of them ([MS-CFB], [MS-OXMSG]). */

export interface Folder {
  readonly [name: string]: Uint8Array<ArrayBuffer> | Folder;
}

const sectorSize = 512;
const miniSize = 64;
const cutoff = 4096;
const end = 0xffff_fffe;
const none = 0xffff_ffff;

interface Entry {
  readonly name: string;
  readonly type: number;
  readonly content: Uint8Array<ArrayBuffer>;
  right: number;
  child: number;
}

/** Lists the entries of a folder behind their parent; siblings are linked to the right. */
function addChildren(entries: Entry[], parent: Entry, folder: Folder): void {
  let before: Entry | null = null;
  for (const [name, value] of Object.entries(folder)) {
    const isStream = value instanceof Uint8Array;
    const content = isStream ? value : new Uint8Array(0);
    const entry: Entry = { name, type: isStream ? 2 : 1, content, right: none, child: none };
    if (before === null) parent.child = entries.length;
    else before.right = entries.length;
    before = entry;
    entries.push(entry);
    if (!isStream) addChildren(entries, entry, value as Folder);
  }
}

const padded = (bytes: Uint8Array, size: number): Uint8Array<ArrayBuffer> => {
  const result = new Uint8Array(Math.ceil(bytes.length / size) * size);
  result.set(bytes);
  return result;
};

/** Joins contents in units of `size`, and returns the first unit of each with the table of next units. */
function place(contents: readonly Uint8Array[], size: number, from = 0) {
  const table: number[] = [];
  const starts = contents.map((content) => {
    const first = from + table.length;
    const count = Math.ceil(content.length / size);
    for (let index = 1; index <= count; index += 1)
      table.push(index === count ? end : first + index);
    return count === 0 ? end : first;
  });
  return { table, starts };
}

const numbers = (values: readonly number[]): Uint8Array<ArrayBuffer> => {
  const view = new DataView(new ArrayBuffer(values.length * 4));
  for (const [index, value] of values.entries()) view.setUint32(index * 4, value, true);
  return new Uint8Array(view.buffer);
};

const utf16 = (text: string): Uint8Array<ArrayBuffer> => {
  const view = new DataView(new ArrayBuffer(text.length * 2));
  for (let at = 0; at < text.length; at += 1) view.setUint16(at * 2, text.charCodeAt(at), true);
  return new Uint8Array(view.buffer);
};

const concat = (parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

/** A compound file; streams of less than 4,096 bytes are in its mini stream. */
export function makeCompoundFile(folder: Folder): Uint8Array<ArrayBuffer> {
  const root: Entry = {
    name: 'Root Entry',
    type: 5,
    content: new Uint8Array(0),
    right: none,
    child: none,
  };
  const entries = [root];
  addChildren(entries, root, folder);
  const small = entries.filter(({ content }) => content.length < cutoff);
  const large = entries.filter(({ content }) => content.length >= cutoff);
  const mini = place(
    small.map(({ content }) => content),
    miniSize,
  );
  const miniStream = concat(small.map(({ content }) => padded(content, miniSize)));
  const directoryBytes = Math.ceil(entries.length / 4) * sectorSize;
  const contents = [
    new Uint8Array(directoryBytes),
    numbers(mini.table),
    miniStream,
    ...large.map(({ content }) => content),
  ];
  const sectors = contents.reduce((sum, { length }) => sum + Math.ceil(length / sectorSize), 0);
  const fatSectors = Math.ceil((sectors + 8) / 127);
  const { table, starts } = place(contents, sectorSize, fatSectors);
  const fat = [...Array.from({ length: fatSectors }, () => 0xffff_fffd), ...table];
  while (fat.length % 128 !== 0) fat.push(none);
  const directory = new DataView(new ArrayBuffer(directoryBytes));
  for (const [index, entry] of entries.entries()) {
    const at = index * 128;
    new Uint8Array(directory.buffer).set(utf16(entry.name), at);
    directory.setUint16(at + 64, entry.name.length * 2 + 2, true);
    directory.setUint8(at + 66, entry.type);
    directory.setUint32(at + 68, none, true);
    directory.setUint32(at + 72, entry.right, true);
    directory.setUint32(at + 76, entry.child, true);
    const start =
      entry === root
        ? starts[2]
        : entry.content.length < cutoff
          ? mini.starts[small.indexOf(entry)]
          : starts[3 + large.indexOf(entry)];
    directory.setUint32(at + 116, start ?? end, true);
    directory.setUint32(at + 120, entry === root ? miniStream.length : entry.content.length, true);
  }
  contents[0] = new Uint8Array(directory.buffer);
  const header = new DataView(new ArrayBuffer(sectorSize));
  new Uint8Array(header.buffer).set([0xd0, 0xcf, 0x11, 0xe0, 0xa1, 0xb1, 0x1a, 0xe1]);
  header.setUint16(30, 9, true);
  header.setUint16(32, 6, true);
  header.setUint32(44, fatSectors, true);
  header.setUint32(48, starts[0] ?? end, true);
  header.setUint32(56, cutoff, true);
  header.setUint32(60, starts[1] ?? end, true);
  header.setUint32(68, end, true);
  for (let index = 0; index < 109; index += 1)
    header.setUint32(76 + index * 4, index < fatSectors ? index : none, true);
  return concat([
    new Uint8Array(header.buffer),
    numbers(fat),
    ...contents.map((content) => padded(content, sectorSize)),
  ]);
}

interface OutlookMessage {
  readonly subject?: string;
  readonly body?: string;
  /** Streams and folders of any other property, recipient and attachment. */
  readonly parts?: Folder;
  /** Numbers by tag and type, such as `0x3fde0003`. */
  readonly values?: Readonly<Record<number, bigint>>;
}

/** The property stream, which has a header of 32 bytes in a file, 24 in an attached message, 8 in other parts. */
export function propertyStream(
  header: number,
  values: OutlookMessage['values'] = {},
): Uint8Array<ArrayBuffer> {
  const entries = Object.entries(values);
  const view = new DataView(new ArrayBuffer(header + entries.length * 16));
  for (const [index, [tag, value]] of entries.entries()) {
    view.setUint32(header + index * 16, Number(tag), true);
    view.setBigUint64(header + index * 16 + 8, value, true);
  }
  return new Uint8Array(view.buffer);
}

/** The stream of a text property in UTF-16. */
export const textStream = (tag: string, text: string): Folder => ({
  [`__substg1.0_${tag}001F`]: utf16(text),
});

/** The folder of a message, in a file or attached to another one. */
export const outlookFolder = (
  { subject, body, parts = {}, values }: OutlookMessage,
  header = 32,
): Folder => ({
  ...(subject === undefined ? {} : textStream('0037', subject)),
  ...(body === undefined ? {} : textStream('1000', body)),
  '__properties_version1.0': propertyStream(header, values),
  ...parts,
});

export const makeOutlookMessage = (message: OutlookMessage): Uint8Array<ArrayBuffer> =>
  makeCompoundFile(outlookFolder(message));
