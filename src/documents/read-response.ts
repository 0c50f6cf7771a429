import type { AssetReader } from '../platform/ports.ts';
import { extractDocument } from './extract.ts';
import { DocumentFault } from './fault.ts';
import type { DocumentFormat, WebPage } from './format.ts';
import { allFormats } from './formats.ts';
import { embeddedFormatOf, formatOfContent, mediaTypeOf } from './identify.ts';
import { responseName } from './response-name.ts';
import { headBytes } from './signature.ts';
import { documentName } from './source-document.ts';
import { readWebPage, webPageTypes } from './web-page.ts';

/** Larger pages take too long to parse while a model waits. */
const maxPageBytes = 2_000_000;

const unspecific = ['application/octet-stream', 'binary/octet-stream', 'application/x-download'];

/** Media types of responses that `readResponse` reads: exact, or ranges (`text/*`, `+json`). */
export const readableTypes: readonly string[] = [
  ...webPageTypes,
  ...allFormats
    .filter(({ kind }) => kind === 'document')
    .flatMap(({ media_type, aliases }) => [media_type, ...aliases]),
  ...unspecific,
];

const isText = (type: string): boolean =>
  webPageTypes.some(
    (range) =>
      range === type ||
      (range.endsWith('/*') && type.startsWith(range.slice(0, -1))) ||
      (range.startsWith('+') && type.endsWith(range)),
  );

/**
 * Reads a response whose body is complete: a web page as Markdown of its main content, a document as its extracted
 * text. What the content shows itself to be counts more than what the server declares. Throws `DocumentFault`.
 */
export async function readResponse(response: Response, assets: AssetReader): Promise<WebPage> {
  const bytes = new Uint8Array(await response.arrayBuffer());
  const declared = response.headers.get('content-type') ?? '';
  const type = mediaTypeOf(declared);
  const signed = formatOfContent(bytes);
  if (signed?.kind === 'document') return extract(signed, bytes, assets);
  if (isHtml(bytes)) return readPage(bytes, isText(type) ? declared : 'text/html', response.url);
  const name = documentName(responseName(response), type);
  const isNamed = unspecific.includes(type) || !isText(type);
  if (isNamed && name !== null) {
    const format = embeddedFormatOf(name, '');
    if (typeof format !== 'string') return extract(format, bytes, assets);
  }
  if (isText(type)) return readPage(bytes, declared, response.url);
  throw new DocumentFault('unsupported', `Content of type ${type || 'unknown'} is not supported.`);
}

async function readPage(
  bytes: Uint8Array<ArrayBuffer>,
  type: string,
  url: string,
): Promise<WebPage> {
  if (bytes.byteLength > maxPageBytes)
    throw new DocumentFault('too_large', `The page has more than ${maxPageBytes} bytes.`);
  const page = await readWebPage(bytes.buffer, type, url);
  if (page === null)
    throw new DocumentFault('corrupt', 'The page is nested too deeply to be read.');
  return page;
}

async function extract(
  format: DocumentFormat,
  bytes: Uint8Array<ArrayBuffer>,
  assets: AssetReader,
): Promise<WebPage> {
  const fault = format.checkHead(bytes.subarray(0, headBytes));
  if (fault !== null) throw new DocumentFault('corrupt', `The document ${fault}.`);
  const { text, properties } = await extractDocument(format, bytes, { assets });
  return { title: properties?.title ?? null, text };
}

/** Error and login pages are served under the address and the type of a document. */
const isHtml = (bytes: Uint8Array): boolean =>
  /^[^<]{0,3}\s*(?:<!--[\s\S]{0,500}?-->\s*)?<(?:!doctype html|html|head|body)\b/i.test(
    new TextDecoder('latin1').decode(bytes.subarray(0, headBytes)).replaceAll('\0', ''),
  );
