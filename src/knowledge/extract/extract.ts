import type { AssetReader } from '../../platform/ports.ts';
import type { FileKind } from '../media.ts';
import { extractCsv } from './csv.ts';
import { cleanText, DocumentFault, decodeText, type ExtractedDocument, maxCharacters } from './document.ts';
import { extractJson } from './json.ts';

export interface ExtractOptions {
  /** Where the character maps of PDFs are; without it fonts that name one have no text. */
  readonly assets?: AssetReader;
}

type Extractor = (bytes: Uint8Array<ArrayBuffer>, options: ExtractOptions) => Promise<ExtractedDocument>;

const plainText =
  (isMarkdown: boolean): Extractor =>
  async (bytes) => ({ text: cleanText(decodeText(bytes)), pages: null, isMarkdown });

/** Parsers are loaded when the first document of their kind comes, so that requests never pay for them. */
const extractors: Readonly<Record<FileKind, Extractor>> = {
  text: plainText(false),
  markdown: plainText(true),
  csv: extractCsv,
  json: extractJson,
  html: async (bytes) => (await import('./html.ts')).extractHtml(bytes),
  docx: async (bytes) => (await import('./docx.ts')).extractDocx(bytes),
  pdf: async (bytes, options) => (await import('./pdf.ts')).extractPdf(bytes, options),
};

/** The text of a file. Throws `DocumentFault`. */
export async function extractDocument(
  kind: FileKind,
  bytes: Uint8Array<ArrayBuffer>,
  options: ExtractOptions = {},
): Promise<ExtractedDocument> {
  const document = await extractors[kind](bytes, options);
  if (document.text.length > maxCharacters) {
    throw new DocumentFault('too_large', `The document has more than ${maxCharacters} characters of text.`);
  }
  if (!/\S/.test(document.text))
    throw new DocumentFault('empty_document', 'There is no text in the document; a scan has pictures of text only.');
  return document;
}
