import { DocumentFault } from '../fault.ts';
import type { ArchiveEntry, ArchiveReader } from './archive.ts';
import { blockBytes, isTarHeader, readPax, readTarHeader, text } from './tar-header.ts';

/** Bytes that are read at once; headers of small files come together, contents of large ones are passed over. */
const windowBytes = 256 * 1024;
/** Maximum length of a long name or of a pax header. */
const maxExtraBytes = 64 * 1024;

export interface TarListing {
  readonly entries: readonly ArchiveEntry[];
  /** Position from which the listing continues; null at the end of the archive. */
  readonly next: number | null;
}

const regular = new Set(['0', '\0', '7']);
const notFile: Readonly<Record<string, string>> = {
  1: 'Links are not followed.',
  2: 'Links are not followed.',
  S: 'Sparse files are not supported.',
};

/**
 * Lists entries of a tar archive from position `start`, until it has `enough` or `isLate` returns true. Long names
 * of GNU and pax are read. Throws `corrupt`.
 */
export async function listTar(
  archive: ArchiveReader,
  start: number,
  enough: number,
  isLate: () => boolean,
): Promise<TarListing> {
  const window = new Window(archive);
  const entries: ArchiveEntry[] = [];
  let extra: { path?: string; length?: number } = {};
  for (let at = start; ; ) {
    const block = await window.bytes(at, blockBytes);
    // Two empty blocks end an archive; some have none.
    if (block.byteLength === 0 || block.every((byte) => byte === 0)) return { entries, next: null };
    if (!isTarHeader(block)) throw new DocumentFault('corrupt', 'The tar archive is damaged.');
    const header = readTarHeader(block);
    const { type } = header;
    const isExtra = /[LKxg]/.test(type);
    const length = isExtra ? header.length : (extra.length ?? header.length);
    if (!Number.isSafeInteger(length))
      throw new DocumentFault('corrupt', 'The tar archive is damaged.');
    const body = at + blockBytes;
    if (type === 'L' || type === 'x') {
      if (length > maxExtraBytes)
        throw new DocumentFault('corrupt', 'A name in the tar archive is too long.');
      extra = { ...extra, ...readExtra(type, await window.bytes(body, length)) };
    } else if (!isExtra) {
      const path = extra.path ?? header.path;
      const isCut = body + length > archive.byte_size;
      if (type !== '5' && !path.endsWith('/'))
        entries.push({
          path,
          place: { type: 'stored', offset: body, length },
          fault: isCut
            ? 'The archive ends within the file.'
            : (notFile[type] ?? (regular.has(type) ? null : 'This is not a regular file.')),
        });
      extra = {};
      if (isCut) return { entries, next: null };
    }
    at = body + Math.ceil(length / blockBytes) * blockBytes;
    const isBetween = extra.path === undefined && extra.length === undefined;
    if (isBetween && (entries.length >= enough || isLate())) return { entries, next: at };
  }
}

function readExtra(type: string, bytes: Uint8Array): { path?: string; length?: number } {
  if (type === 'L') return { path: text(bytes, 0, bytes.byteLength) };
  const records = readPax(bytes);
  const path = records.get('path');
  const size = records.get('size');
  return {
    ...(path === undefined ? {} : { path }),
    ...(size !== undefined && /^\d{1,15}$/.test(size) ? { length: Number(size) } : {}),
  };
}

/** Reads an archive forwards, some blocks at once. */
class Window {
  readonly #archive: ArchiveReader;
  #start = 0;
  #bytes: Uint8Array = new Uint8Array(0);

  constructor(archive: ArchiveReader) {
    this.#archive = archive;
  }

  /** Returns fewer bytes only at the end of the archive. */
  async bytes(offset: number, length: number): Promise<Uint8Array> {
    if (offset >= this.#archive.byte_size) return new Uint8Array(0);
    const at = offset - this.#start;
    if (at < 0 || at + length > this.#bytes.byteLength) {
      const wanted = Math.min(Math.max(length, windowBytes), this.#archive.byte_size - offset);
      const stream = await this.#archive.read(offset, wanted);
      this.#bytes = new Uint8Array(await new Response(stream).arrayBuffer());
      this.#start = offset;
    }
    return this.#bytes.subarray(offset - this.#start, offset - this.#start + length);
  }
}
