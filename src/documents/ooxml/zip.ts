import { DocumentFault } from '../fault.ts';

export interface ZipLimits {
  readonly entries: number;
  /** Maximum inflated bytes of all entries. */
  readonly inflated: number;
  /** Maximum ratio of inflated bytes to the size of the archive. */
  readonly ratio: number;
}

/** Bytes that may yet be inflated, of an archive and of those inside of it. */
export interface InflateBudget {
  left: number;
}

export const budgetOf = (bytes: Uint8Array, { inflated, ratio }: ZipLimits): InflateBudget => ({
  left: Math.min(inflated, bytes.byteLength * ratio),
});

export interface ZipEntry {
  readonly name: string;
  /** Bytes of the name, whose encoding the archive need not declare. */
  readonly label: Uint8Array;
  readonly method: number;
  readonly offset: number;
  readonly stored: number;
  readonly isEncrypted: boolean;
}

interface DirectoryOptions {
  /** Position of the first of the bytes in the archive, when they are only its end. */
  readonly base?: number;
  /** Lists encrypted entries in place of refusing the archive. */
  readonly listsEncrypted?: boolean;
}

const corrupt = (cause?: unknown) =>
  new DocumentFault('corrupt', 'The ZIP archive is damaged.', cause);

/**
 * Inflates every entry once and returns those that `keep` selects. Counts actual output, since
 * declared sizes may lie, and throws `too_large` as soon as a limit is exceeded. APPNOTE.TXT
 * 6.3.10, 4.3.
 */
export async function readZip(
  bytes: Uint8Array<ArrayBuffer>,
  limits: ZipLimits,
  keep: (name: string) => boolean,
  budget: InflateBudget = budgetOf(bytes, limits),
): Promise<ReadonlyMap<string, Uint8Array>> {
  const entries = readDirectory(bytes, limits.entries);
  const kept = new Map<string, Uint8Array>();
  for (const entry of entries) {
    const content = await inflate(bytes, entry, budget, keep(entry.name));
    if (content !== null) kept.set(entry.name, content);
  }
  return kept;
}

/** Returns the position of the list of entries in the archive, of which `bytes` are the end. Throws `corrupt`. */
export function directoryOffset(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return view.getUint32(findEnd(view) + 16, true);
}

/** Reads the list of entries. Throws `corrupt`, `too_large` and `encrypted`. */
export function readDirectory(
  bytes: Uint8Array,
  maxEntries: number,
  { base = 0, listsEncrypted = false }: DirectoryOptions = {},
): ZipEntry[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  try {
    const end = findEnd(view);
    const count = view.getUint16(end + 10, true);
    if (count > maxEntries)
      throw new DocumentFault('too_large', `The ZIP archive has more than ${maxEntries} entries.`);
    const entries: ZipEntry[] = [];
    for (let at = view.getUint32(end + 16, true) - base, index = 0; index < count; index += 1) {
      if (view.getUint32(at, true) !== 0x02014b50) throw corrupt();
      const isEncrypted = (view.getUint16(at + 8, true) & 1) !== 0;
      if (isEncrypted && !listsEncrypted)
        throw new DocumentFault('encrypted', 'The document is password-protected.');
      const lengths = [28, 30, 32].map((field) => view.getUint16(at + field, true)) as [
        number,
        number,
        number,
      ];
      const label = bytes.subarray(at + 46, at + 46 + lengths[0]);
      entries.push({
        name: new TextDecoder().decode(label),
        label,
        method: view.getUint16(at + 10, true),
        stored: view.getUint32(at + 20, true),
        offset: view.getUint32(at + 42, true),
        isEncrypted,
      });
      at += 46 + lengths[0] + lengths[1] + lengths[2];
    }
    return entries;
  } catch (error) {
    throw error instanceof RangeError ? corrupt(error) : error;
  }
}

/** Finds the end record, which only a comment of at most 65,535 bytes may follow. */
function findEnd(view: DataView): number {
  for (let at = view.byteLength - 22; at >= Math.max(0, view.byteLength - 22 - 0xffff); at -= 1) {
    if (view.getUint32(at, true) === 0x06054b50) return at;
  }
  throw corrupt();
}

/**
 * Inflates an entry, and subtracts its length from the budget as it goes. Returns null when it is not kept. Throws `too_large`,
 * `corrupt` and `unsupported`.
 */
export async function inflate(
  bytes: Uint8Array<ArrayBuffer>,
  entry: ZipEntry,
  budget: InflateBudget,
  isKept: boolean,
): Promise<Uint8Array<ArrayBuffer> | null> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (entry.offset + 30 > bytes.byteLength) throw corrupt();
  const start =
    entry.offset +
    30 +
    view.getUint16(entry.offset + 26, true) +
    view.getUint16(entry.offset + 28, true);
  const stored = bytes.subarray(start, start + entry.stored);
  if (entry.method !== 0 && entry.method !== 8)
    throw new DocumentFault(
      'unsupported',
      'The ZIP archive uses an unsupported compression method.',
    );
  const source = new Blob([stored]).stream();
  const stream =
    entry.method === 0 ? source : source.pipeThrough(new DecompressionStream('deflate-raw'));
  const parts: Uint8Array[] = [];
  try {
    for await (const part of stream) {
      budget.left -= part.byteLength;
      if (budget.left < 0)
        throw new DocumentFault(
          'too_large',
          'The document decompresses to much more than its file size.',
        );
      if (isKept) parts.push(part);
    }
  } catch (error) {
    throw error instanceof DocumentFault ? error : corrupt(error);
  }
  return isKept
    ? new Uint8Array(await new Blob(parts as Uint8Array<ArrayBuffer>[]).arrayBuffer())
    : null;
}
