import type { DocumentFormat, Format } from './format.ts';
import { asciidoc } from './formats/asciidoc.ts';
import { codeFormats } from './formats/code.ts';
import { csv } from './formats/csv.ts';
import { docx } from './formats/docx.ts';
import { gif } from './formats/gif.ts';
import { html } from './formats/html.ts';
import { jpeg } from './formats/jpeg.ts';
import { json } from './formats/json.ts';
import { jsonl } from './formats/jsonl.ts';
import { latex } from './formats/latex.ts';
import { markdown } from './formats/markdown.ts';
import { pdf } from './formats/pdf.ts';
import { png } from './formats/png.ts';
import { rst } from './formats/rst.ts';
import { text } from './formats/text.ts';
import { webp } from './formats/webp.ts';
import { xml } from './formats/xml.ts';

/** Every supported format, in the order in which texts list them. Uploads, extraction, downloads, `fetch_url`, error texts and the OpenAPI document derive from it. */
export const formats = {
  text,
  markdown,
  html,
  pdf,
  docx,
  csv,
  json,
  jsonl,
  xml,
  ...codeFormats,
  rst,
  asciidoc,
  latex,
  png,
  jpeg,
  webp,
  gif,
} as const satisfies Readonly<Record<string, Format>>;

type FormatName = keyof typeof formats;

/** Names of the formats that text can be extracted from. */
export type DocumentFormatName = {
  [Name in FormatName]: (typeof formats)[Name] extends DocumentFormat ? Name : never;
}[FormatName];

export const allFormats: readonly Format[] = Object.values(formats);
