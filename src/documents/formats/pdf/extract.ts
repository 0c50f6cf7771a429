import type { AssetReader } from '../../../platform/ports.ts';
import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import type { PageLayout } from '../../page-layout.ts';
import type { DocumentProperties } from '../../properties/properties.ts';
import type { Scan, ScanImage } from '../../scan.ts';
import { PdfBudget, type PdfLimits, pdfLimits } from './budget.ts';
import { DrawnRules } from './drawn-rules.ts';
import { readFields } from './form-fields.ts';
import { GlyphTrail } from './glyphs.ts';
import { type PdfReading, runGuarded } from './guard.ts';
import { PageImages } from './images.ts';
import { bodySizeOf, vocabularyOf, writePage } from './layout.ts';
import type { PdfRun } from './lines.ts';
import { openPdf, type Pdf } from './open-pdf.ts';
import type { PdfLine } from './pdf-line.ts';
import { layoutOf, type Sheet, sheetOf } from './place-words.ts';
import { readProperties } from './read-properties.ts';
import { readLines } from './rows.ts';
import { isScanned, readImages } from './scans.ts';
import { type Page, readRuns } from './text-runs.ts';

const maxPages = 2000;
/** Bytes of the pictures of all scanned pages: many pages may show one picture. */
const maxPictureBytes = 40 * 1024 * 1024;

const settings = {
  disableFontFace: true,
  maxImageSize: 1,
  cMapUrl: 'cmaps/',
  cMapPacked: true,
  useWorkerFetch: false,
};

export interface PdfOptions {
  readonly assets?: AssetReader;
  readonly layout?: boolean;
  readonly scans?: boolean;
  readonly limits?: PdfLimits;
}

/**
 * Extracts the text of all pages in reading order, with larger type as headings. Runs no script,
 * form action or attachment of the file. Throws `DocumentFault`.
 */
export async function extractPdf(
  bytes: Uint8Array<ArrayBuffer>,
  { assets, layout = false, scans = false, limits = pdfLimits }: PdfOptions = {},
): Promise<ExtractedDocument> {
  const budget = new PdfBudget(bytes.byteLength, limits);
  const reading = {
    budget,
    trail: new GlyphTrail(),
    images: new PageImages(),
    rules: new DrawnRules(),
    hasScans: scans,
  };
  const { pages, properties } = await runGuarded(reading, () =>
    readFile(bytes, reading, assets ?? null),
  );
  const document = { ...writePages(pages, layout), properties };
  return scans ? { ...document, scans: scansOf(pages) } : document;
}

async function readFile(
  bytes: Uint8Array<ArrayBuffer>,
  reading: PdfReading,
  assets: AssetReader | null,
): Promise<{ pages: ReadPage[]; properties: DocumentProperties }> {
  const pdf = await open(bytes, reading.budget, assets);
  try {
    if (pdf.numPages > maxPages)
      throw new DocumentFault(
        'too_many_pages',
        `The PDF has ${pdf.numPages} pages. At most ${maxPages} are supported.`,
      );
    const properties = await readProperties(pdf, reading.budget);
    return { pages: await readPages(pdf, reading), properties };
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
    return await openPdf(bytes.slice(), {
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

interface ReadPage {
  readonly lines: readonly PdfLine[];
  readonly sheet: Sheet;
  /** Pictures to transcribe, of a page that has next to no text. */
  readonly images: readonly ScanImage[];
}

function writePages(pages: readonly ReadPage[], isPlaced: boolean): ExtractedDocument {
  const all = pages.flatMap(({ lines }) => lines);
  const bodySize = bodySizeOf(all);
  const vocabulary = vocabularyOf(all);
  const starts: number[] = [];
  const layout: PageLayout[] = [];
  let text = '';
  for (const { lines, sheet } of pages) {
    if (text !== '') text += '\n\n';
    starts.push(text.length);
    const page = writePage(lines, bodySize, vocabulary);
    const clean = cleanText(page.text);
    if (isPlaced) layout.push(layoutOf(sheet, page, clean));
    text += clean;
  }
  return { text, pages: starts, isMarkdown: true, ...(isPlaced && { layout }) };
}

const scansOf = (pages: readonly ReadPage[]): Scan[] =>
  pages.flatMap(({ images }, index) => (images.length === 0 ? [] : [{ page: index + 1, images }]));

async function readPages(pdf: Pdf, reading: PdfReading): Promise<ReadPage[]> {
  const pages: ReadPage[] = [];
  let pictureBytes = 0;
  for (let number = 1; number <= pdf.numPages; number += 1) {
    const page = await readPage(pdf, number, reading);
    pages.push(page);
    for (const { bytes } of page.images) pictureBytes += bytes.byteLength;
    if (pictureBytes > maxPictureBytes)
      throw new DocumentFault(
        'too_large',
        'The scanned pages of the PDF show pictures of more than 40 MB. Split it.',
      );
  }
  return pages;
}

async function readPage(pdf: Pdf, number: number, reading: PdfReading): Promise<ReadPage> {
  const { budget, images, rules } = reading;
  try {
    const page = await pdf.getPage(number);
    rules.take();
    const runs = await readRuns(page, reading);
    const drawn = images.take();
    const drawnRules = rules.take();
    const fields = await readPageFields(page, runs, budget);
    const sheet = sheetOf(page);
    page.cleanup();
    const lines = readLines([...runs, ...fields], drawnRules, page.rotate);
    return { lines, sheet, images: isScanned(lines) ? readImages(drawn, reading) : [] };
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
