import { type ExtractedDocument, maxCharacters } from './document.ts';
import { DocumentFault, LimitFault } from './fault.ts';
import type { DocumentFormat, EmbeddedFile, EmbeddedText, ExtractOptions } from './format.ts';
import { embeddedFormatOf } from './identify.ts';
import { headBytes } from './signature.ts';

/** Limits of all files inside of one file. */
const limits = { depth: 4, files: 10_000, bytes: 100 * 1024 * 1024 };

const tooLong = `The document has more than ${maxCharacters} characters of text.`;

/** Returns the text of a file. Throws `DocumentFault`, also for a document that is too long or empty. */
export const extractDocument = (
  format: DocumentFormat,
  bytes: Uint8Array<ArrayBuffer>,
  options: ExtractOptions = {},
): Promise<ExtractedDocument> => new Extraction(options).extract(format, bytes, []);

/** Extracts one file and the files inside of it. */
class Extraction {
  readonly #options: ExtractOptions;
  #files = 0;
  #bytes = 0;
  #characters = 0;

  constructor(options: ExtractOptions) {
    this.#options = options;
  }

  async extract(
    format: DocumentFormat,
    bytes: Uint8Array<ArrayBuffer>,
    containers: readonly DocumentFormat[],
    encoding = this.#options.encoding ?? null,
  ): Promise<ExtractedDocument> {
    const document = await format.extract(bytes, {
      ...this.#options,
      encoding,
      // Scanned pages are transcribed only in the file itself.
      scans: containers.length === 0 && this.#options.scans === true,
      readEmbedded: (file) => this.#readEmbedded(file, [...containers, format]),
    });
    if (document.text.length > maxCharacters) throw new DocumentFault('too_large', tooLong);
    if (!/\S/.test(document.text) && !document.scans?.length)
      throw new DocumentFault(
        'empty_document',
        'The document contains no text. For scanned pages, set `ocr` of the knowledge base, or recognize their text first.',
      );
    return document;
  }

  async #readEmbedded(
    file: EmbeddedFile,
    containers: readonly DocumentFormat[],
  ): Promise<EmbeddedText> {
    const refused = (reason: string) => ({ document: null, reason });
    const format = embeddedFormatOf(file.name, file.media_type);
    if (typeof format === 'string') return refused(format);
    if (containers.length > limits.depth) return refused('The file is nested too deeply.');
    try {
      const bytes = await file.read();
      this.#count(bytes.byteLength);
      if (bytes.byteLength === 0) return refused('The file is empty.');
      const fault = format.checkHead(bytes.subarray(0, headBytes));
      if (fault !== null) return refused(`The file ${fault}.`);
      const document = await this.extract(format, bytes, containers, file.encoding ?? undefined);
      this.#characters += document.text.length;
      if (this.#characters > maxCharacters) throw new LimitFault(tooLong);
      return { document };
    } catch (error) {
      if (error instanceof DocumentFault && !(error instanceof LimitFault))
        return refused(error.message);
      throw error;
    }
  }

  #count(bytes: number): void {
    this.#files += 1;
    this.#bytes += bytes;
    if (this.#files > limits.files)
      throw new LimitFault(`The file contains more than ${limits.files} files.`);
    if (this.#bytes > limits.bytes)
      throw new LimitFault('The files inside of the file have more than 100 MB.');
  }
}
