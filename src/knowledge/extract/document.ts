/** What an extractor makes of a file. */
export interface ExtractedDocument {
  /** Markdown in form: headings, tables, fenced code. Well-formed Unicode, line feeds only. */
  readonly text: string;
  /** Offset in `text` at which each page begins; null where the format has no pages. */
  readonly pages: readonly number[] | null;
  /** Whether `#`, `|` and fences in the text mean what they mean in Markdown. */
  readonly isMarkdown: boolean;
}

export const faultCodes = [
  'empty_document',
  'encrypted',
  'corrupt',
  'too_many_pages',
  'too_large',
  'unsupported',
  'unsafe_xml',
  'gone',
  'internal',
] as const;
export type FaultCode = (typeof faultCodes)[number];

/** Something is wrong with the document itself: trying again would not help. */
export class DocumentFault extends Error {
  override readonly name = 'DocumentFault';
  readonly code: FaultCode;

  constructor(code: FaultCode, detail: string, cause?: unknown) {
    super(detail, { cause });
    this.code = code;
  }
}

/** Characters of extracted text that a file may have. */
export const maxCharacters = 10_000_000;

/** C0 and C1 controls, soft hyphen, zero-width space, direction overrides, tag characters: nobody sees them, so nobody is quoted them. */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
  /[\u0000-\u0008\u000b\u000e-\u001f\u007f-\u009f\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** Text as it is kept: line feeds, well formed, without invisible characters and without deserts of white space. */
export const cleanText = (text: string): string =>
  text
    .replaceAll(/\r\n?|\u2028|\u2029|\f/g, '\n')
    .toWellFormed()
    .replaceAll(invisible, '')
    .replaceAll(/[^\S\n]+\n/g, '\n')
    .replaceAll(/\n{3,}/g, '\n\n')
    .replaceAll(/[^\S\n]{9,}/g, ' '.repeat(8));

/** Bytes of a text file: by its byte order mark, else UTF-8, else Windows-1252. */
export function decodeText(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: false }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

/** One cell of a Markdown table. */
const cell = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();

/** A row of a Markdown table. */
export const tableRow = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

export const tableRule = (columns: number): string => `|${' --- |'.repeat(Math.max(1, columns))}`;
