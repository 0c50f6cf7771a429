/** Builds PDFs object by object, so that tests control the exact content. */

const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

export type PdfObject =
  | string
  | { readonly dictionary: string; readonly data: Uint8Array<ArrayBuffer> };

/** A file of these objects, numbered from 1; the first is the catalogue. */
export function pdfOf(objects: readonly PdfObject[], trailer = ''): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array<ArrayBuffer>[] = [latin1('%PDF-1.7\n')];
  const offsets: number[] = [];
  const sizes = () => parts.reduce((sum, part) => sum + part.byteLength, 0);
  for (const [index, object] of objects.entries()) {
    offsets.push(sizes());
    parts.push(latin1(`${index + 1} 0 obj\n`));
    if (typeof object === 'string') parts.push(latin1(object));
    else
      parts.push(
        latin1(`<< /Length ${object.data.byteLength} ${object.dictionary} >>\nstream\n`),
        object.data,
        latin1('\nendstream'),
      );
    parts.push(latin1('\nendobj\n'));
  }
  const start = sizes();
  const entries = offsets.map((at) => `${String(at).padStart(10, '0')} 00000 n \n`).join('');
  parts.push(latin1(`xref\n0 ${objects.length + 1}\n0000000000 65535 f \n${entries}`));
  parts.push(
    latin1(
      `trailer\n<< /Size ${objects.length + 1} /Root 1 0 R ${trailer} >>\nstartxref\n${start}\n%%EOF\n`,
    ),
  );
  return concat(parts);
}

export function concat(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.byteLength;
  }
  return whole;
}

export interface PageOptions {
  /** Resources beside the font /F1, which is Helvetica. */
  readonly resources?: string;
  /** Entries of the page. */
  readonly page?: string;
  readonly fonts?: string;
  /** Objects from number 6 on. */
  readonly objects?: readonly PdfObject[];
  readonly catalog?: string;
}

/** One page: catalogue, pages, page, content, font, then the given objects from 6 on. */
export const pageOf = (
  content: string | PdfObject,
  options: PageOptions = {},
): Uint8Array<ArrayBuffer> =>
  pdfOf([
    `<< /Type /Catalog /Pages 2 0 R ${options.catalog ?? ''} >>`,
    '<< /Type /Pages /Count 1 /Kids [3 0 R] >>',
    `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 5 0 R ${options.fonts ?? ''} >> ${options.resources ?? ''} >> ${options.page ?? ''} >>`,
    typeof content === 'string' ? { dictionary: '', data: latin1(content) } : content,
    '<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>',
    ...(options.objects ?? []),
  ]);

/** Text at a place, in points from the bottom left. */
export const at = (x: number, y: number, text: string, size = 12, font = 'F1'): string =>
  `BT /${font} ${size} Tf 1 0 0 1 ${x} ${y} Tm ${text.startsWith('<') ? text : `(${text.replaceAll(/[()\\]/g, '\\$&')})`} Tj ET`;

export const deflate = async (data: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(
    await new Response(
      new Blob([data]).stream().pipeThrough(new CompressionStream('deflate')),
    ).arrayBuffer(),
  );

export const bytesOf = latin1;

/** `before`, then so many spaces, then `after`. */
export const padded = (before: string, spaces: number, after = ''): Uint8Array<ArrayBuffer> =>
  concat([latin1(before), new Uint8Array(spaces).fill(0x20), latin1(after)]);
