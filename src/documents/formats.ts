import type { DocumentFormat, Format } from './format.ts';
import { asciidoc } from './formats/asciidoc.ts';
import { codeFormats } from './formats/code.ts';
import { csv } from './formats/csv.ts';
import { doc } from './formats/doc.ts';
import { docx } from './formats/docx.ts';
import { eml } from './formats/eml.ts';
import { epub } from './formats/epub.ts';
import { gif } from './formats/gif.ts';
import { html } from './formats/html.ts';
import { ipynb } from './formats/ipynb.ts';
import { jpeg } from './formats/jpeg.ts';
import { json } from './formats/json.ts';
import { jsonl } from './formats/jsonl.ts';
import { latex } from './formats/latex.ts';
import { markdown } from './formats/markdown.ts';
import { mbox } from './formats/mbox.ts';
import { mdx } from './formats/mdx.ts';
import { msg } from './formats/msg.ts';
import { odg } from './formats/odg.ts';
import { odp } from './formats/odp.ts';
import { ods } from './formats/ods.ts';
import { odt } from './formats/odt.ts';
import { org } from './formats/org.ts';
import { pdf } from './formats/pdf.ts';
import { png } from './formats/png.ts';
import { ppt } from './formats/ppt.ts';
import { pptx } from './formats/pptx.ts';
import { rst } from './formats/rst.ts';
import { rtf } from './formats/rtf.ts';
import { srt } from './formats/srt.ts';
import { text } from './formats/text.ts';
import { vtt } from './formats/vtt.ts';
import { webp } from './formats/webp.ts';
import { xls } from './formats/xls.ts';
import { xlsx } from './formats/xlsx.ts';
import { xml } from './formats/xml.ts';
import { zip } from './formats/zip.ts';

/** Every supported format, in the order in which texts list them. Uploads, extraction, downloads, `fetch_url`, error texts and the OpenAPI document derive from it. */
export const formats = {
  text,
  markdown,
  mdx,
  html,
  pdf,
  docx,
  doc,
  odt,
  ods,
  odp,
  odg,
  epub,
  xlsx,
  xls,
  rtf,
  pptx,
  ppt,
  csv,
  json,
  jsonl,
  eml,
  mbox,
  msg,
  ipynb,
  vtt,
  srt,
  xml,
  zip,
  ...codeFormats,
  rst,
  org,
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
