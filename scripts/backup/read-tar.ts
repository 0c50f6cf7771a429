import { createReadStream } from 'node:fs';
import { createGunzip } from 'node:zlib';

const blockBytes = 512;

/** Thrown for an archive that is not one, or not complete. */
export class DamagedArchiveError extends Error {
  override readonly name = 'DamagedArchiveError';

  constructor(reason: string) {
    super(`The archive is damaged: ${reason}.`);
  }
}

export interface ReadEntry {
  readonly name: string;
  readonly byte_size: number;
  /** To be read before the next entry; the rest of it is skipped. */
  readonly body: AsyncIterable<Buffer>;
}

/** Yields the entries of a `.tar.gz` until the end of the archive. Throws `DamagedArchiveError` for one that ends before. */
export async function* readTar(path: string): AsyncGenerator<ReadEntry> {
  const bytes = new Source(path);
  for (;;) {
    const block = await bytes.take(blockBytes);
    if (block.every((byte) => byte === 0)) {
      // To the checksum of the last member.
      for await (const _ of bytes.rest());
      return;
    }
    const { name, byte_size } = readHeader(block);
    const body = bytes.next(byte_size);
    yield { name, byte_size, body };
    for await (const _ of body);
    await bytes.take((blockBytes - (byte_size % blockBytes)) % blockBytes);
  }
}

function readHeader(block: Buffer): Pick<ReadEntry, 'name' | 'byte_size'> {
  const text = (start: number, length: number) =>
    block
      .subarray(start, start + length)
      .toString('utf8')
      .replace(/\0.*$/s, '');
  const stated = Number.parseInt(text(148, 8), 8);
  const sum = block.reduce(
    (total, byte, index) => total + (index >= 148 && index < 156 ? 32 : byte),
    0,
  );
  if (text(257, 5) !== 'ustar' || stated !== sum)
    throw new DamagedArchiveError('an entry has no valid header');
  const prefix = text(345, 155);
  return {
    name: `${prefix === '' ? '' : `${prefix}/`}${text(0, 100)}`,
    byte_size: Number.parseInt(text(124, 12), 8),
  };
}

/** The decompressed bytes of a file, in pieces of the requested lengths. */
class Source {
  readonly #pieces: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(path: string) {
    const gunzip = createGunzip();
    createReadStream(path)
      .on('error', (error) => gunzip.destroy(error))
      .pipe(gunzip);
    this.#pieces = gunzip[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async take(length: number): Promise<Buffer> {
    const pieces: Buffer[] = [];
    for await (const piece of this.next(length)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** Yields the next bytes. A second iteration yields those that the first has left. */
  next(length: number): AsyncIterable<Buffer> {
    let missing = length;
    const read = this.#read.bind(this);
    const putBack = (piece: Buffer) => {
      this.#rest = piece;
    };
    return {
      async *[Symbol.asyncIterator]() {
        while (missing > 0) {
          const piece = await read();
          if (piece === null) throw new DamagedArchiveError('it is truncated');
          const taken = piece.subarray(0, missing);
          putBack(piece.subarray(taken.byteLength));
          missing -= taken.byteLength;
          yield taken;
        }
      },
    };
  }

  async *rest(): AsyncGenerator<Buffer> {
    for (let piece = await this.#read(); piece !== null; piece = await this.#read()) yield piece;
  }

  async #read(): Promise<Buffer | null> {
    if (this.#rest.byteLength > 0) {
      const piece = this.#rest;
      this.#rest = Buffer.alloc(0);
      return piece;
    }
    try {
      const { value, done } = await this.#pieces.next();
      return done ? null : value;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw error;
      throw new DamagedArchiveError(
        (error as NodeJS.ErrnoException).code === 'Z_BUF_ERROR'
          ? 'it is truncated'
          : 'it cannot be decompressed',
      );
    }
  }
}
