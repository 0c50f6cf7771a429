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
  'unknown_encoding',
  'quota_exceeded',
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

/** Controls, soft hyphens, zero-width spaces, direction marks, fillers, tags and variation supplements: nobody sees them, so nobody is quoted them. */
const invisible =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is removed.
  /[\u0000-\u0008\u000e-\u001f\u007f-\u0084\u0086-\u009f\u00ad\u061c\u115f\u1160\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u206f\u3164\ufeff\uffa0\ufff0-\ufffb]|[\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}]|\u034f|\u17b4|\u17b5|[\u180b-\u180d\u180f]|[\ufe00-\ufe0f]{2,}/gu;
/** A run of white space inside a line that says no more than a shorter one would. */
const longGap = /(?<=\S)[^\S\n]{200,}/g;

/** Text without what nobody sees; line feeds and white space stay as they are. */
const withoutInvisible = (text: string): string => text.toWellFormed().replaceAll(invisible, '');

/** Text as it is kept: line feeds, well formed, without invisible characters. Indentation stays, and at most three empty lines together. */
export const cleanText = (text: string): string =>
  withoutInvisible(text.replaceAll(/\r\n?|[\u2028\u2029\u0085\f\v]/g, '\n'))
    .replaceAll(/[^\S\n]+(?=\n)/g, '')
    .replaceAll(/\n{5,}/g, '\n\n\n\n')
    .replaceAll(longGap, ' ');

/** One cell of a Markdown table. */
const cell = (text: string) => text.replaceAll(/\s+/g, ' ').replaceAll('|', '\\|').trim();

/** A row of a Markdown table. */
export const tableRow = (cells: readonly string[]): string => `| ${cells.map(cell).join(' | ')} |`;

export const tableRule = (columns: number): string => `|${' --- |'.repeat(Math.max(1, columns))}`;
