import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault, LimitFault } from '../../fault.ts';
import type { EmbeddedFile, ExtractContext, UnreadableFile } from '../../format.ts';
import { embeddedSections } from '../../markup/embedded-sections.ts';
import { inflate, readDirectory, type ZipEntry } from '../../ooxml/zip.ts';
import { isSeen, readNames } from './names.ts';

const megabyte = 1024 * 1024;
/** `least` is the inflated length that any archive may have, whatever its ratio. */
const limits = {
  entries: 5000,
  inflated: 100 * megabyte,
  entry: 25 * megabyte,
  ratio: 100,
  least: megabyte,
};
/** Number of reasons that an error names. */
const maxReasons = 5;

/**
 * Extracts each file of a supported format below its path, and lists the others with the reason. Throws
 * `DocumentFault`, also when no file has text.
 */
export async function extractZip(
  bytes: Uint8Array<ArrayBuffer>,
  context: ExtractContext,
): Promise<ExtractedDocument> {
  const files = await filesIn(bytes);
  if (files.length === 0)
    throw new DocumentFault('empty_document', 'The ZIP archive contains no files.');
  const { blocks, failures, read } = await embeddedSections(files, context, {
    title: 'File',
    failures: 'Files without text',
  });
  if (read === 0)
    throw new DocumentFault(
      'unsupported',
      `No file of the ZIP archive can be read. ${failures.slice(0, maxReasons).join(' ')}`,
    );
  return { text: cleanText(blocks.join('\n\n')).trim(), pages: null, isMarkdown: true };
}

const byPath = new Intl.Collator('en', { numeric: true });

async function filesIn(
  bytes: Uint8Array<ArrayBuffer>,
): Promise<readonly (EmbeddedFile | UnreadableFile)[]> {
  const entries = readDirectory(bytes, limits.entries);
  const names = await readNames(entries.map(({ label }) => label));
  const budget = {
    left: Math.min(limits.inflated, Math.max(limits.least, bytes.byteLength * limits.ratio)),
  };
  return entries
    .map((entry, index) => ({ entry, name: names[index] ?? entry.name }))
    .filter(({ name }) => isSeen(name))
    .sort((left, right) => byPath.compare(left.name, right.name))
    .map(({ entry, name }): EmbeddedFile | UnreadableFile =>
      /\.zip$/i.test(name)
        ? { name, reason: 'Archives inside of archives are not read. Upload it on its own.' }
        : { name, media_type: '', read: () => readEntry(bytes, entry, budget) },
    );
}

async function readEntry(
  bytes: Uint8Array<ArrayBuffer>,
  entry: ZipEntry,
  budget: { left: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const allowed = Math.min(limits.entry, budget.left);
  const own = { left: allowed };
  try {
    return (await inflate(bytes, entry, own, true)) ?? new Uint8Array(0);
  } catch (error) {
    if (own.left >= 0) throw error;
    throw allowed < limits.entry
      ? new LimitFault(
          'The ZIP archive decompresses to much more than its size or to more than 100 MB.',
        )
      : new DocumentFault('too_large', 'The file has more than 25 MB.', error);
  } finally {
    budget.left -= allowed - Math.max(0, own.left);
  }
}
