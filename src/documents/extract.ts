import { type ExtractedDocument, maxCharacters } from './document.ts';
import { DocumentFault } from './fault.ts';
import type { DocumentFormat, ExtractOptions } from './format.ts';

/** Returns the text of a file. Throws `DocumentFault`, also for a document that is too long or empty. */
export async function extractDocument(
  format: DocumentFormat,
  bytes: Uint8Array<ArrayBuffer>,
  options: ExtractOptions = {},
): Promise<ExtractedDocument> {
  const document = await format.extract(bytes, options);
  if (document.text.length > maxCharacters) {
    throw new DocumentFault(
      'too_large',
      `The document has more than ${maxCharacters} characters of text.`,
    );
  }
  if (!/\S/.test(document.text))
    throw new DocumentFault(
      'empty_document',
      'The document contains no text. Scanned pages need text recognition (OCR) first.',
    );
  return document;
}
