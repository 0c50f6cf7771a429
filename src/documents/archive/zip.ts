import { DocumentFault } from '../fault.ts';
import { readNames } from '../formats/zip/names.ts';
import { directoryOffset, readDirectory } from '../ooxml/zip.ts';
import type { ArchiveEntry, ArchiveReader } from './archive.ts';

/** The end record with the longest comment. */
const maxEndBytes = 22 + 0xffff;
/** More than 10,000 entries with long names. */
const maxDirectoryBytes = 8 * 1024 * 1024;
/** Stands for a size that only a ZIP64 record has. */
const zip64 = 0xffffffff;

/** Lists the entries of a ZIP archive, of which it reads the directory only. Throws `DocumentFault`. */
export async function listZip(
  archive: ArchiveReader,
  maxEntries: number,
): Promise<readonly ArchiveEntry[]> {
  const start = Math.max(0, archive.byte_size - maxEndBytes);
  const tail = await bytesOf(archive, start);
  const offset = directoryOffset(tail);
  if (archive.byte_size - offset > maxDirectoryBytes + maxEndBytes)
    throw new DocumentFault('too_large', 'The list of files of the ZIP archive is too long.');
  const base = Math.min(start, offset);
  const bytes = base === start ? tail : await bytesOf(archive, base);
  const entries = readDirectory(bytes, maxEntries, { base, listsEncrypted: true });
  const names = await readNames(entries.map(({ label }) => label));
  return entries.map(({ name, method, offset: at, stored, isEncrypted }, index) => ({
    path: names[index] ?? name,
    place: { type: 'zip', offset: at, length: stored, method },
    fault: isEncrypted
      ? 'The file is password-protected.'
      : method !== 0 && method !== 8
        ? 'The file uses an unsupported compression method.'
        : stored === zip64
          ? 'The file is too large.'
          : null,
  }));
}

const bytesOf = async (archive: ArchiveReader, offset: number) =>
  new Uint8Array(
    await new Response(await archive.read(offset, archive.byte_size - offset)).arrayBuffer(),
  );
