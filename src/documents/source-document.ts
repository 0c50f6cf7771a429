import { decodeHtml, encodingOf } from './encoding/decode.ts';
import { decodeLeniently } from './encoding/decode-leniently.ts';
import type { Format } from './format.ts';
import type { SourcePage } from './formats/html/source-page.ts';
import { html } from './formats/html.ts';
import { allFormats } from './formats.ts';
import { mediaTypeOf } from './identify.ts';

export type { SourcePage } from './formats/html/source-page.ts';

const charsetOf = (contentType: string) =>
  encodingOf(/charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType)?.[1] ?? '');

/** True for responses that `readSourcePage` reads. */
export const isWebPage = (contentType: string): boolean =>
  (html.web?.media_types ?? []).includes(mediaTypeOf(contentType));

/** Reads the main content and the links of an HTML response. Throws `DocumentFault`. */
export const readSourcePage = async (
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
  url: string,
): Promise<SourcePage> =>
  (await import('./formats/html/source-page.ts')).readSourcePage(
    bytes,
    charsetOf(contentType),
    url,
  );

/** Decodes an XML or text response as leniently as a browser. */
export const decodeResponse = (
  bytes: Uint8Array<ArrayBuffer>,
  contentType: string,
): Promise<string> => decodeLeniently(decodeHtml, bytes, charsetOf(contentType));

const untyped = new Set(['', 'application/octet-stream', 'binary/octet-stream', 'text/plain']);

/**
 * Returns a file name whose extension is that of the response's format: as the media type states, or for
 * an unspecific type as the name has it. Returns null when no document format matches.
 */
export function documentName(name: string, contentType: string): string | null {
  const type = mediaTypeOf(contentType);
  const extension = /\.([A-Za-z0-9]+)$/.exec(name)?.[1]?.toLowerCase() ?? '';
  const documents = allFormats.filter(({ kind }) => kind === 'document');
  const named = documents.find(({ extensions }) => extensions.includes(extension));
  if (untyped.has(type) && named !== undefined) return name;
  const isTyped = ({ media_type, aliases }: Format) =>
    media_type === type || aliases.includes(type);
  if (named !== undefined && isTyped(named)) return name;
  const typed = documents.find(({ media_type }) => media_type === type) ?? documents.find(isTyped);
  return typed === undefined ? null : `${name}.${typed.extensions[0]}`;
}
