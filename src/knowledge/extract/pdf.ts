import { getDocumentProxy } from 'unpdf';
import { cleanText, DocumentFault, type ExtractedDocument, maxCharacters } from './document.ts';
import { bodySizeOf, type PdfLine, readLines, writePage } from './pdf-layout.ts';

const maxPages = 2000;
const deadline = 4 * 60_000;

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;

/** Text of every page in reading order, with headings where the type is larger. No script, form or attachment of the file is run. */
export async function extractPdf(bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> {
  const pdf = await open(bytes);
  try {
    if (pdf.numPages > maxPages)
      throw new DocumentFault('too_many_pages', `A PDF may have at most ${maxPages} pages; this has ${pdf.numPages}.`);
    const pages = await readPages(pdf);
    const bodySize = bodySizeOf(pages.flat());
    const starts: number[] = [];
    let text = '';
    for (const lines of pages) {
      if (text !== '') text += '\n\n';
      starts.push(text.length);
      text += cleanText(writePage(lines, bodySize));
    }
    return { text, pages: starts, isMarkdown: true };
  } finally {
    await pdf.cleanup();
    await pdf.loadingTask.destroy();
  }
}

async function open(bytes: Uint8Array<ArrayBuffer>): Promise<Pdf> {
  try {
    // The parser takes the buffer for itself, so it gets one of its own.
    return await getDocumentProxy(bytes.slice(), { disableFontFace: true, maxImageSize: 1 });
  } catch (error) {
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new DocumentFault('encrypted', 'The PDF is protected by a password.', error);
    }
    throw new DocumentFault('corrupt', 'The PDF is damaged.', error);
  }
}

async function readPages(pdf: Pdf): Promise<PdfLine[][]> {
  const started = performance.now();
  const pages: PdfLine[][] = [];
  let characters = 0;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    if (performance.now() - started > deadline) throw new DocumentFault('too_large', 'The PDF takes too long to read.');
    const lines = await readPage(pdf, number);
    characters += lines.reduce((sum, line) => sum + line.text.length, 0);
    if (characters > maxCharacters) throw new DocumentFault('too_large', `The document has more than ${maxCharacters} characters of text.`);
    pages.push(lines);
  }
  return pages;
}

async function readPage(pdf: Pdf, number: number): Promise<PdfLine[]> {
  try {
    const page = await pdf.getPage(number);
    const { items } = await page.getTextContent();
    page.cleanup();
    return readLines(items.flatMap((item) => ('str' in item ? [item] : [])));
  } catch (error) {
    throw new DocumentFault('corrupt', `Page ${number} of the PDF is damaged.`, error);
  }
}
