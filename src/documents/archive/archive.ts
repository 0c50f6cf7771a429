import { DocumentFault } from '../fault.ts';
import { hasBytes, isZip } from '../signature.ts';
import { isTarHeader } from './tar-header.ts';

/** Random access to a stored archive. */
export interface ArchiveReader {
  readonly byte_size: number;
  /** Streams a part of the archive, which ends early at the end of the archive. */
  read(offset: number, length: number): Promise<ReadableStream<Uint8Array>>;
}

/** Where an archive has the bytes of an entry; `offset` is that of the local header of a ZIP entry. */
export interface EntryPlace {
  readonly type: 'stored' | 'zip';
  readonly offset: number;
  readonly length: number;
  /** Compression method of a ZIP entry. */
  readonly method?: number;
}

export interface ArchiveEntry {
  readonly path: string;
  readonly place: EntryPlace;
  /** A sentence for an entry that cannot be read; null for others. */
  readonly fault: string | null;
}

export type ArchiveType = 'zip' | 'tar' | 'gzip';

/** Recognizes an archive by its first 512 bytes; null for anything else. */
export function archiveType(head: Uint8Array): ArchiveType | null {
  if (isZip(head) || hasBytes(head, 0, 0x50, 0x4b, 0x05, 0x06)) return 'zip';
  if (hasBytes(head, 0, 0x1f, 0x8b)) return 'gzip';
  return isTarHeader(head) ? 'tar' : null;
}

const localHeader = 30;
/** Name and extra field of a local header. */
const maxLocalRest = 2 * 0xffff;

/** Streams the content of an entry. Throws `DocumentFault` while it is read. */
export async function* openEntry(
  archive: ArchiveReader,
  { type, offset, length, method = 0 }: EntryPlace,
): AsyncGenerator<Uint8Array> {
  if (type === 'stored') return yield* part(await archive.read(offset, length), null, length);
  const whole = await archive.read(offset, localHeader + maxLocalRest + length);
  const stored = part(whole, contentOffset, length);
  if (method === 0) return yield* stored;
  try {
    yield* streamOf(stored).pipeThrough(
      new DecompressionStream('deflate-raw') as ReadableWritablePair<Uint8Array, Uint8Array>,
    );
  } catch (error) {
    if (error instanceof DocumentFault) throw error;
    throw new DocumentFault('corrupt', 'The file is damaged within the archive.', error);
  }
}

function contentOffset(head: Uint8Array): number {
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  if (head.byteLength < localHeader || view.getUint32(0, true) !== 0x04034b50)
    throw new DocumentFault('corrupt', 'The file is damaged within the archive.');
  return localHeader + view.getUint16(26, true) + view.getUint16(28, true);
}

/** Yields `length` bytes of a stream, after those that `skipOf` finds in its first 30 bytes. */
async function* part(
  stream: ReadableStream<Uint8Array>,
  skipOf: ((head: Uint8Array) => number) | null,
  length: number,
): AsyncGenerator<Uint8Array> {
  let head: Uint8Array | null = skipOf === null ? null : new Uint8Array(0);
  let skip = 0;
  let left = length;
  for await (const piece of stream) {
    let bytes: Uint8Array = piece;
    if (head !== null && skipOf !== null) {
      head = joined(head, piece);
      if (head.byteLength < localHeader) continue;
      bytes = head;
      skip = skipOf(bytes);
      head = null;
    }
    const from = Math.min(skip, bytes.byteLength);
    skip -= from;
    const taken = bytes.subarray(from, from + left);
    left -= taken.byteLength;
    if (taken.byteLength > 0) yield taken;
    if (left === 0) return;
  }
  if (left > 0) throw new DocumentFault('corrupt', 'The archive ends within the file.');
}

function joined(first: Uint8Array, second: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(first.byteLength + second.byteLength);
  bytes.set(first);
  bytes.set(second, first.byteLength);
  return bytes;
}

/** A stream that reads from the generator only as fast as its reader. */
export const streamOf = (pieces: AsyncGenerator<Uint8Array>) =>
  new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await pieces.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      await pieces.return(undefined);
    },
  });
