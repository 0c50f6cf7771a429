import { encode, type Shown, widthOf } from './encoding.ts';

type Font = 'regular' | 'bold';

const hex = (codes: readonly number[]) =>
  codes.map((code) => code.toString(16).padStart(2, '0')).join('');

/** UTF-16 with a byte order mark, as PDF text strings have it. */
const utf16 = (text: string) =>
  `<feff${[...Array(text.length).keys()].map((at) => text.charCodeAt(at).toString(16).padStart(4, '0')).join('')}>`;

const points = (value: number) => String(Math.round(value * 100) / 100);

/** One page of text and lines, in points from the lower left corner. */
export class Page {
  readonly #parts: string[] = [];
  /** True once a character had to be replaced. */
  isSubstituted = false;

  /** Writes one line of text, shortened to `max` points; `right` aligns its end with `x`. */
  text(
    x: number,
    y: number,
    text: string,
    { size = 9, font = 'regular', max = Number.POSITIVE_INFINITY, right = false }: TextOptions = {},
  ): void {
    const shown = shorten(encode(text), size, max);
    const at = right ? x - widthOf(shown.codes, size) : x;
    const show = `BT /${font === 'bold' ? 'F2' : 'F1'} ${size} Tf ${points(at)} ${points(y)} Td <${hex(shown.codes)}> Tj ET`;
    if (!shown.isExact) this.isSubstituted = true;
    // Search, copying and screen readers get the characters that the font lacks.
    this.#parts.push(
      shown.isExact ? show : `/Span << /ActualText ${utf16(text)} >> BDC ${show} EMC`,
    );
  }

  line(x1: number, x2: number, y: number): void {
    this.#parts.push(`0.5 w ${points(x1)} ${points(y)} m ${points(x2)} ${points(y)} l S`);
  }

  get content(): string {
    return this.#parts.join('\n');
  }
}

interface TextOptions {
  readonly size?: number;
  readonly font?: Font;
  readonly max?: number;
  readonly right?: boolean;
}

const ellipsis = 0x85;

function shorten(shown: Shown, size: number, max: number): Shown {
  if (widthOf(shown.codes, size) <= max) return shown;
  const codes = [...shown.codes];
  while (codes.length > 0 && widthOf([...codes, ellipsis], size) > max) codes.pop();
  return { codes: [...codes, ellipsis], isExact: false };
}

const encoder = new TextEncoder();

/** A4. */
export const width = 595;
export const height = 842;

/** Returns a PDF 1.7 file of the pages, without fonts of its own. Equal pages give equal bytes. */
export function writePdf(pages: readonly Page[], title: string): Uint8Array<ArrayBuffer> {
  const font = (name: string) =>
    `<< /Type /Font /Subtype /Type1 /BaseFont /${name} /Encoding /WinAnsiEncoding >>`;
  const firstPage = 6;
  const kids = pages.map((_, index) => `${firstPage + 2 * index} 0 R`).join(' ');
  const objects = [
    '<< /Type /Catalog /Pages 2 0 R /Lang (en) /ViewerPreferences << /DisplayDocTitle true >> >>',
    `<< /Type /Pages /Kids [${kids}] /Count ${pages.length} >>`,
    font('Helvetica'),
    font('Helvetica-Bold'),
    `<< /Title ${utf16(title)} /Producer (AgentGrid) >>`,
    ...pages.flatMap(({ content }, index) => [
      `<< /Type /Page /Parent 2 0 R /MediaBox [0 0 ${width} ${height}] /Resources << /Font << /F1 3 0 R /F2 4 0 R >> >> /Contents ${firstPage + 2 * index + 1} 0 R >>`,
      // ASCII only, so characters are bytes.
      `<< /Length ${content.length} >>\nstream\n${content}\nendstream`,
    ]),
  ];
  let text = '%PDF-1.7\n';
  const offsets = objects.map((object, index) => {
    const offset = text.length;
    text += `${index + 1} 0 obj\n${object}\nendobj\n`;
    return offset;
  });
  const table = offsets.map((offset) => `${String(offset).padStart(10, '0')} 00000 n \n`).join('');
  const size = objects.length + 1;
  const file = `${text}xref\n0 ${size}\n0000000000 65535 f \n${table}trailer\n<< /Size ${size} /Root 1 0 R /Info 5 0 R >>\nstartxref\n${text.length}\n%%EOF\n`;
  return encoder.encode(file) as Uint8Array<ArrayBuffer>;
}
