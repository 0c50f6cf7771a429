// Files of a backup: lines compressed with gzip, and blobs named by their SHA-256.
import { createHash } from 'node:crypto';
import {
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  renameSync,
  rmSync,
} from 'node:fs';
import { open, readFile, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';

export interface Checksum {
  /** Number of lines. */
  readonly count: number;
  /** SHA-256 of the lines, each with its line feed. */
  readonly sha256: string;
}

/** Thrown for a backup that is not what it was when it was made. */
export class DamagedBackupError extends Error {
  override readonly name = 'DamagedBackupError';

  constructor(file: string, reason: string) {
    super(`The backup is damaged: ${file} ${reason}.`);
  }
}

export const newDirectory = (path: string) => mkdirSync(path, { recursive: true, mode: 0o700 });

/** Writes lines to a compressed file, which appears under its name once it is complete. */
export async function writeLines(path: string, lines: AsyncIterable<string>): Promise<Checksum> {
  newDirectory(dirname(path));
  const hash = createHash('sha256');
  let count = 0;
  const counted = async function* () {
    for await (const line of lines) {
      const whole = `${line}\n`;
      hash.update(whole);
      count += 1;
      yield whole;
    }
  };
  await pipeline(counted(), createGzip(), createWriteStream(`${path}.new`, { mode: 0o600 }));
  await persist(`${path}.new`, path);
  return { count, sha256: hash.digest('hex') };
}

/** Yields the lines of a compressed file. Throws `DamagedBackupError` naming `name` if it cannot be read. */
export async function* readLines(path: string, name: string): AsyncGenerator<string> {
  if (!existsSync(path)) throw new DamagedBackupError(name, 'is missing');
  const gunzip = createGunzip();
  createReadStream(path)
    .on('error', (error) => gunzip.destroy(error))
    .pipe(gunzip)
    .setEncoding('utf8');
  let rest = '';
  try {
    for await (const text of gunzip) {
      const lines = (rest + text).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
    }
  } catch {
    throw new DamagedBackupError(name, 'cannot be read to its end');
  }
  if (rest !== '') yield rest;
}

/** Computes the checksum of lines as `writeLines` does. */
export async function checksumOf(lines: AsyncIterable<string>): Promise<Checksum> {
  const hash = createHash('sha256');
  let count = 0;
  for await (const line of lines) {
    hash.update(`${line}\n`);
    count += 1;
  }
  return { count, sha256: hash.digest('hex') };
}

export const blobPath = (directory: string, sha256: string) =>
  join(directory, 'blobs', sha256.slice(0, 2), sha256);

/** Stores a stream as a blob and returns its checksum and size. */
export async function writeBlob(directory: string, name: string, body: Readable) {
  const temporary = join(directory, 'blobs', `${name}.new`);
  newDirectory(dirname(temporary));
  const hash = createHash('sha256');
  let size = 0;
  const measure = new Transform({
    transform(chunk: Buffer, _, done) {
      hash.update(chunk);
      size += chunk.byteLength;
      done(null, chunk);
    },
  });
  await pipeline(body, measure, createWriteStream(temporary, { mode: 0o600 }));
  const sha256 = hash.digest('hex');
  const path = blobPath(directory, sha256);
  newDirectory(dirname(path));
  await persist(temporary, path);
  return { sha256, size };
}

/** Computes the SHA-256 and the size of a stream. */
export async function digestOf(body: Readable) {
  const hash = createHash('sha256');
  let size = 0;
  for await (const chunk of body) {
    hash.update(chunk);
    size += (chunk as Buffer).byteLength;
  }
  return { sha256: hash.digest('hex'), size };
}

export async function readJson<Value>(path: string): Promise<Value | null> {
  if (!existsSync(path)) return null;
  return JSON.parse(await readFile(path, 'utf8')) as Value;
}

/** Replaces a file at once, also if the process is killed. */
export async function writeJson(path: string, value: unknown): Promise<void> {
  await writeFile(`${path}.new`, `${JSON.stringify(value, null, 2)}\n`, { mode: 0o600 });
  await persist(`${path}.new`, path);
}

/** Waits until the content of a file is on disk, then gives it its name. */
async function persist(temporary: string, path: string): Promise<void> {
  const file = await open(temporary, 'r+');
  await file.sync();
  await file.close();
  renameSync(temporary, path);
}

export const removeTree = (path: string) => rmSync(path, { recursive: true, force: true });

/** Handles the items at most `width` at a time. Stops at the first failure and throws it. */
export async function forEachOf<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  width: number,
  handle: (item: Item) => Promise<void>,
): Promise<void> {
  const running = new Set<Promise<void>>();
  for await (const item of items) {
    const one: Promise<void> = handle(item).finally(() => running.delete(one));
    running.add(one);
    if (running.size >= width) await Promise.race(running);
  }
  await Promise.all(running);
}
