import type { getDocument, PDFDocumentProxy } from 'pdfjs-dist';

export type Pdf = PDFDocumentProxy;
export type PdfSettings = Exclude<
  Parameters<typeof getDocument>[0],
  string | URL | ArrayBufferView | ArrayBuffer | undefined
>;

/** Nothing is drawn. */
class NoFactory {
  readonly destroy = () => undefined;
}

/** Opens a PDF; takes its buffer. The parser is loaded with the first file. */
export async function openPdf(data: Uint8Array, settings: PdfSettings): Promise<Pdf> {
  const { getDocument } = await import('../../../../dist/pdfjs.mjs');
  return getDocument({
    data,
    useSystemFonts: true,
    // Faults of a file are thrown; warnings would only fill the log.
    verbosity: 0,
    isOffscreenCanvasSupported: false,
    isImageDecoderSupported: false,
    CanvasFactory: NoFactory,
    FilterFactory: NoFactory,
    ...settings,
  }).promise;
}
