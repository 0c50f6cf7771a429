import { getDocumentProxy } from 'unpdf';
import { cleanText, DocumentFault, type ExtractedDocument } from './document.ts';
import { PdfBudget, type PdfLimits, pdfLimits } from './pdf-budget.ts';
import { runGuarded } from './pdf-guard.ts';
import { bodySizeOf, type PdfLine, type PdfRun, readLines, writePage } from './pdf-layout.ts';

const maxPages = 2000;

type Pdf = Awaited<ReturnType<typeof getDocumentProxy>>;
type Page = Awaited<ReturnType<Pdf['getPage']>>;
type TextContent = Awaited<ReturnType<Page['getTextContent']>>;

/** Text of every page in reading order, with headings where the type is larger. No script, form or attachment of the file is run. */
export async function extractPdf(bytes: Uint8Array<ArrayBuffer>, limits: PdfLimits = pdfLimits): Promise<ExtractedDocument> {
  const budget = new PdfBudget(bytes.byteLength, limits);
  return runGuarded(budget, () => readDocument(bytes, budget));
}

async function readDocument(bytes: Uint8Array<ArrayBuffer>, budget: PdfBudget): Promise<ExtractedDocument> {
  const pdf = await open(bytes, budget);
  try {
    if (pdf.numPages > maxPages)
      throw new DocumentFault('too_many_pages', `A PDF may have at most ${maxPages} pages; this has ${pdf.numPages}.`);
    const pages = await readPages(pdf, budget);
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

async function open(bytes: Uint8Array<ArrayBuffer>, budget: PdfBudget): Promise<Pdf> {
  try {
    // The parser takes the buffer for itself, so it gets one of its own.
    return await getDocumentProxy(bytes.slice(), { disableFontFace: true, maxImageSize: 1 });
  } catch (error) {
    budget.check();
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new DocumentFault('encrypted', 'The PDF is protected by a password.', error);
    }
    throw new DocumentFault('corrupt', 'The PDF is damaged.', error);
  }
}

async function readPages(pdf: Pdf, budget: PdfBudget): Promise<PdfLine[][]> {
  const pages: PdfLine[][] = [];
  for (let number = 1; number <= pdf.numPages; number += 1) pages.push(await readPage(pdf, number, budget));
  return pages;
}

async function readPage(pdf: Pdf, number: number, budget: PdfBudget): Promise<PdfLine[]> {
  try {
    const page = await pdf.getPage(number);
    const runs = await readRuns(page, budget);
    page.cleanup();
    return readLines(runs);
  } catch (error) {
    budget.check();
    throw new DocumentFault('corrupt', `Page ${number} of the PDF is damaged.`, error);
  }
}

/** As the parser finds them, so that a page without end is left before its text fills the memory. */
async function readRuns(page: Page, budget: PdfBudget): Promise<PdfRun[]> {
  const runs: PdfRun[] = [];
  const reader = (page.streamTextContent() as ReadableStream<TextContent>).getReader();
  try {
    for (let chunk = await reader.read(); !chunk.done; chunk = await reader.read()) {
      for (const item of chunk.value.items) {
        if (!('str' in item)) continue;
        budget.write(item.str.length);
        runs.push(item);
      }
      budget.check();
    }
  } catch (error) {
    await reader.cancel(new Error('The page is not read to its end.')).catch(() => undefined);
    throw error;
  }
  // The parser goes on without what it could not read, so a page may seem to have gone well.
  budget.check();
  return runs;
}
