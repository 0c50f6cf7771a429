import type { AssetReader } from '../platform/ports.ts';
import { cleanText } from './clean-text.ts';
import { type ExtractedDocument, maxCharacters } from './document.ts';
import { decodeText } from './encoding/decode.ts';
import { DocumentFault } from './fault.ts';
import { extractCsv } from './formats/csv/extract.ts';
import { extractJson, extractJsonLines } from './formats/json/extract.ts';
import type { FileKind } from './identify.ts';

export interface ExtractOptions {
  /** What the uploader says of the file, one of `encodingOf`; null leaves it to its bytes. PDF and Word files have their own. */
  readonly encoding?: string | null;
  /** Where the character maps of PDFs are; without it fonts that name one have no text. */
  readonly assets?: AssetReader;
}

type Extractor = (
  bytes: Uint8Array<ArrayBuffer>,
  options: ExtractOptions,
) => Promise<ExtractedDocument>;

const plainText =
  (isMarkdown: boolean): Extractor =>
  async (bytes, { encoding = null }) => ({
    text: cleanText(await decodeText(bytes, encoding)),
    pages: null,
    isMarkdown,
  });

/** Parsers are loaded when the first document of their kind comes, so that requests never pay for them. */
const extractors: Readonly<Record<FileKind, Extractor>> = {
  text: plainText(false),
  markdown: plainText(true),
  csv: async (bytes, { encoding = null }) => extractCsv(bytes, encoding),
  json: async (bytes, { encoding = null }) => extractJson(bytes, encoding),
  jsonl: async (bytes, { encoding = null }) => extractJsonLines(bytes, encoding),
  html: async (bytes, { encoding = null }) =>
    (await import('./formats/html/extract.ts')).extractHtml(bytes, encoding),
  docx: async (bytes) => (await import('./formats/docx/extract.ts')).extractDocx(bytes),
  pdf: async (bytes, options) =>
    (await import('./formats/pdf/extract.ts')).extractPdf(bytes, options),
};

/** The text of a file. Throws `DocumentFault`. */
export async function extractDocument(
  kind: FileKind,
  bytes: Uint8Array<ArrayBuffer>,
  options: ExtractOptions = {},
): Promise<ExtractedDocument> {
  const document = await extractors[kind](bytes, options);
  if (document.text.length > maxCharacters) {
    throw new DocumentFault(
      'too_large',
      `The document has more than ${maxCharacters} characters of text.`,
    );
  }
  if (!/\S/.test(document.text))
    throw new DocumentFault(
      'empty_document',
      'There is no text in the document; a scan has pictures of text only.',
    );
  return document;
}
