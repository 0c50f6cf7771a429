import { cleanText } from '../../clean-text.ts';
import { decodeHtml, decodeText, encodingOf, tryDecode } from '../../encoding/decode.ts';
import { decodeLeniently } from '../../encoding/decode-leniently.ts';
import type { Element } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { readPage } from '../html/visible-page.ts';
import { unflow } from './flowed.ts';
import { withLayoutTables } from './layout-tables.ts';
import type { MimePart } from './parse.ts';

export const bytesOfPart = (part: MimePart) => new Uint8Array(part.content ?? new ArrayBuffer(0));

/** Encoding that a part declares; null for none, and for ASCII, which clients write instead of none. */
export function charsetOf({ contentType }: MimePart): string | null {
  const label = contentType.parsed.params.charset ?? '';
  return /^(?:us-?ascii|ansi_x3\.4.*|7bit|8bit|default|unknown.*)$/i.test(label)
    ? null
    : encodingOf(label);
}

const htmlOf = (part: MimePart): Promise<string> =>
  decodeLeniently(decodeHtml, bytesOfPart(part), trusted(part));

/** Returns the visible text of an HTML part as Markdown. */
export const htmlText = async (part: MimePart): Promise<string> => htmlBody(await htmlOf(part));

/** Returns the visible content of an HTML part. */
export const htmlPage = async (part: MimePart): Promise<Element> =>
  readPage(await htmlOf(part)).body;

/** Returns the visible text of the HTML of a message. */
export const htmlBody = (html: string): string =>
  writeMarkdown(withLayoutTables(readPage(html).body));

/** Returns the text of a plain part, without the soft line breaks of `format=flowed`. */
export async function plainText(part: MimePart): Promise<string> {
  const { params } = part.contentType.parsed;
  const text = cleanLines(await decodeLeniently(decodeText, bytesOfPart(part), trusted(part)));
  const isFlowed = /^flowed$/i.test(params.format ?? '');
  const lines = isFlowed ? unflow(text, /^yes$/i.test(params.delsp ?? '')) : text;
  return plainBody(lines);
}

/** Cleans the plain text of a message. */
export const plainBody = (text: string): string => withoutUnderline(cleanText(text)).trim();

const cleanLines = (text: string) => text.replaceAll(/\r\n?/g, '\n');

/** Valid UTF-8 beyond ASCII overrules the declared encoding: many clients declare a wrong one. */
function trusted(part: MimePart): string | null {
  const charset = charsetOf(part);
  const bytes = bytesOfPart(part);
  if (bytes.every((byte) => byte < 0x80)) return charset;
  if (tryDecode(bytes, 'utf-8') !== null) return 'utf-8';
  return charset === 'utf-8' ? null : charset;
}

/** Keeps the mark of a signature (`--`) from making a heading of the line above it. */
const withoutUnderline = (text: string) =>
  text.replaceAll(/(?<=[^\n])\n(?=--[^\S\n]*(?:\n|$))/g, '\n\n');
