import { type ExtractedDocument, maxCharacters } from '../../document.ts';
import { decodeHtml } from '../../encoding/decode.ts';
import { DocumentFault } from '../../fault.ts';
import { findElement } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { readPage } from '../html/visible-page.ts';
import { type Chapter, readNavigation } from './navigation.ts';
import { EpubPackage, type ManifestItem } from './package.ts';
import { htmlOfXhtml } from './xhtml.ts';

/**
 * Extracts the documents of an EPUB book in reading order. A document without a heading gets its
 * title in the table of contents. Throws `DocumentFault`.
 */
export async function extractEpub(bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> {
  try {
    const book = await EpubPackage.open(bytes);
    const { properties } = book;
    return { text: await readBook(book), pages: null, isMarkdown: true, properties };
  } catch (error) {
    if (error instanceof DocumentFault) throw error;
    if (error instanceof RangeError)
      throw new DocumentFault('too_large', 'The book is nested too deeply.', error);
    throw new DocumentFault('corrupt', 'The book is damaged.', error);
  }
}

async function readBook(book: EpubPackage): Promise<string> {
  const chapters = await readNavigation(book);
  const texts: string[] = [];
  let length = 0;
  for (const item of book.spine) {
    const text = await readDocument(book, item, chapters.get(item.path) ?? null);
    if (text === '') continue;
    texts.push(text);
    length += text.length;
    if (length > maxCharacters)
      throw new DocumentFault(
        'too_large',
        `The book has more than ${maxCharacters} characters of text.`,
      );
  }
  return texts.join('\n\n');
}

async function readDocument(
  book: EpubPackage,
  { path, mediaType }: ManifestItem,
  chapter: Chapter | null,
): Promise<string> {
  const bytes = book.bytes(path);
  if (bytes === null || !/html|svg|oeb1-document/.test(mediaType)) return '';
  const { body } = readPage(htmlOfXhtml(await decodeHtml(bytes)));
  const text = writeMarkdown(body);
  const hasHeading = findElement(body, ({ tag }) => /^h[1-6]$/.test(tag)) !== null;
  return chapter === null || hasHeading || text === '' ? text : titled(text, chapter);
}

/** Makes the title the heading of a text, in place of a first line that repeats it. */
function titled(text: string, { title, level }: Chapter): string {
  const mark = '#'.repeat(Math.min(6, Math.max(1, level)));
  const [first = '', ...rest] = text.split('\n');
  const isRepeated = first.trim().toLowerCase() === title.toLowerCase();
  return isRepeated ? [`${mark} ${first}`, ...rest].join('\n') : `${mark} ${title}\n\n${text}`;
}
