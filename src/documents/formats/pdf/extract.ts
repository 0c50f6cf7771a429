import { getDocumentProxy } from 'unpdf';
import type { AssetReader } from '../../../platform/ports.ts';
import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { PdfBudget, type PdfLimits, pdfLimits } from './budget.ts';
import { readFields } from './form-fields.ts';
import { runGuarded } from './guard.ts';
import { bodySizeOf, vocabularyOf, writePage } from './layout.ts';
import type { PdfRun } from './lines.ts';
import { type PdfLine, readLines } from './rows.ts';
import { type Page, type Pdf, readRuns } from './text-runs.ts';

const maxPages = 2000;

/** Faults of a file are thrown; the parser's warnings would only fill the log. */
const settings = {
  disableFontFace: true,
  maxImageSize: 1,
  cMapUrl: 'cmaps/',
  cMapPacked: true,
  useWorkerFetch: false,
  verbosity: 0,
};

export interface PdfOptions {
  readonly assets?: AssetReader;
  readonly limits?: PdfLimits;
}

/**
 * Extracts the text of all pages in reading order, with larger type as headings. Runs no script,
 * form action or attachment of the file. Throws `DocumentFault`.
 */
export async function extractPdf(
  bytes: Uint8Array<ArrayBuffer>,
  { assets, limits = pdfLimits }: PdfOptions = {},
): Promise<ExtractedDocument> {
  const budget = new PdfBudget(bytes.byteLength, limits);
  return runGuarded(budget, () => readDocument(bytes, budget, assets ?? null));
}

async function readDocument(
  bytes: Uint8Array<ArrayBuffer>,
  budget: PdfBudget,
  assets: AssetReader | null,
): Promise<ExtractedDocument> {
  const pdf = await open(bytes, budget, assets);
  try {
    if (pdf.numPages > maxPages)
      throw new DocumentFault(
        'too_many_pages',
        `The PDF has ${pdf.numPages} pages. At most ${maxPages} are supported.`,
      );
    const pages = await readPages(pdf, budget);
    const bodySize = bodySizeOf(pages.flat());
    const vocabulary = vocabularyOf(pages.flat());
    const starts: number[] = [];
    let text = '';
    for (const lines of pages) {
      if (text !== '') text += '\n\n';
      starts.push(text.length);
      text += cleanText(writePage(lines, bodySize, vocabulary));
    }
    return { text, pages: starts, isMarkdown: true };
  } finally {
    await pdf.cleanup();
    await pdf.loadingTask.destroy();
  }
}

async function open(
  bytes: Uint8Array<ArrayBuffer>,
  budget: PdfBudget,
  assets: AssetReader | null,
): Promise<Pdf> {
  try {
    // The parser transfers the buffer, so it gets a copy.
    return await getDocumentProxy(bytes.slice(), {
      ...settings,
      BinaryDataFactory: cmapsFrom(assets),
    });
  } catch (error) {
    budget.check();
    if (error instanceof Error && error.name === 'PasswordException') {
      throw new DocumentFault('encrypted', 'The PDF is password-protected.', error);
    }
    throw new DocumentFault('corrupt', 'The PDF is damaged.', error);
  }
}

async function readPages(pdf: Pdf, budget: PdfBudget): Promise<PdfLine[][]> {
  const pages: PdfLine[][] = [];
  for (let number = 1; number <= pdf.numPages; number += 1)
    pages.push(await readPage(pdf, number, budget));
  return pages;
}

async function readPage(pdf: Pdf, number: number, budget: PdfBudget): Promise<PdfLine[]> {
  try {
    const page = await pdf.getPage(number);
    const runs = await readRuns(page, budget);
    const fields = await readPageFields(page, runs, budget);
    page.cleanup();
    return readLines([...runs, ...fields], page.rotate);
  } catch (error) {
    budget.check();
    throw new DocumentFault('corrupt', `Page ${number} of the PDF is damaged.`, error);
  }
}

/** Loads predefined character maps of CJK fonts (ISO 32000-2, 9.7.5.2) on demand. */
const cmapsFrom = (assets: AssetReader | null) =>
  class {
    readonly fetch = async ({
      kind,
      filename,
    }: {
      readonly kind: string;
      readonly filename: string;
    }): Promise<Uint8Array> => {
      const bytes =
        kind === 'cMapUrl' && /^[\w-]+\.bcmap$/.test(filename)
          ? await assets?.read(`cmaps/${filename}`)
          : null;
      if (bytes === null || bytes === undefined) throw new Error(`There is no ${filename}.`);
      return bytes;
    };
  };

/** Returns the values of form fields. An unreadable form loses its values, not the page. */
async function readPageFields(
  page: Page,
  runs: readonly PdfRun[],
  budget: PdfBudget,
): Promise<PdfRun[]> {
  try {
    const fields = readFields(await page.getAnnotations({ intent: 'display' }), runs);
    budget.write(fields.reduce((sum, { str }) => sum + str.length, 0));
    return fields;
  } catch {
    return [];
  } finally {
    budget.check();
  }
}
