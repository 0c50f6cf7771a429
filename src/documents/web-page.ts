import { encodingOf } from './encoding/decode.ts';
import { DocumentFault } from './fault.ts';
import type { DocumentFormat, WebPage, WebReader } from './format.ts';
import { readTextResponse } from './formats/text/extract.ts';
import { allFormats } from './formats.ts';
import { mediaTypeOf } from './identify.ts';

const readers: readonly WebReader[] = allFormats
  .filter((format): format is DocumentFormat => format.kind === 'document')
  .flatMap(({ web }) => web ?? []);

/** Media types of responses that `readWebPage` reads: exact, or ranges (`text/*`, `+json`). */
export const webPageTypes: readonly string[] = readers.flatMap(({ media_types }) => media_types);

/**
 * Reads a response as text: HTML as Markdown of its main content with absolute links, other formats as
 * they are. Returns null for a page that is nested too deeply or too large to parse.
 */
export async function readWebPage(
  body: ArrayBuffer,
  contentType: string,
  url: string,
): Promise<WebPage | null> {
  const charset = encodingOf(/charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType)?.[1] ?? '');
  try {
    return await readerOf(contentType)(new Uint8Array(body), { charset, url });
  } catch (error) {
    if (error instanceof DocumentFault) return null;
    throw error;
  }
}

/** The reader of the exact type, else of the first suffix that matches, else that of plain text. */
function readerOf(contentType: string): WebReader['read'] {
  const type = mediaTypeOf(contentType);
  const isExact = ({ media_types }: WebReader) => media_types.includes(type);
  const hasSuffix = ({ media_types }: WebReader) =>
    media_types.some((range) => range.startsWith('+') && type.endsWith(range));
  return (readers.find(isExact) ?? readers.find(hasSuffix))?.read ?? readTextResponse;
}
