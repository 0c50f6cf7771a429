import { EgressError } from './egress-error.ts';

/** Maximum length of the response headers, names and values, in characters. */
const maxHeaderCharacters = 32 * 1024;
const maxHeaders = 128;

/** Throws `headers_too_large`. */
export function checkHeaders(headers: Headers): void {
  let count = 0;
  let characters = 0;
  for (const [name, value] of headers) {
    count += 1;
    characters += name.length + value.length;
  }
  if (count > maxHeaders || characters > maxHeaderCharacters)
    throw new EgressError('headers_too_large', 'The headers of the response are too large.');
}

/** Returns the media type of a response without parameters; empty when it has none. */
export const mediaTypeOf = (headers: Headers): string =>
  headers.get('content-type')?.split(';')[0]?.trim().toLowerCase() ?? '';

/**
 * Throws `content_type` unless the type is in a range. A range is a media type, `text/*`, or
 * `+json` for a structured suffix.
 */
export function checkContentType(type: string, allowed: readonly string[]): void {
  const matches = (range: string) =>
    range === type ||
    (range.endsWith('/*') && type.startsWith(range.slice(0, -1))) ||
    (range.startsWith('+') && type.endsWith(range));
  if (allowed.some(matches)) return;
  const named = /^[\w.+-]+\/[\w.+-]+$/.test(type) ? type : 'unknown';
  throw new EgressError(
    'content_type',
    `Unsupported content type of the response: ${named}. Supported types: ${allowed.join(', ')}.`,
  );
}

export const tooLarge = (limit: number): EgressError =>
  new EgressError('too_large', `The response has more than ${limit} bytes.`);

/** Wraps a body that was read or decoded here, without the original length and encoding. */
export function withBody(
  url: URL,
  { status, statusText, headers }: Response,
  body: BodyInit | null,
): Response {
  const kept = new Headers(headers);
  for (const name of ['content-encoding', 'content-length', 'transfer-encoding']) kept.delete(name);
  const response = new Response(isBodiless(status) ? null : body, {
    status,
    statusText,
    headers: kept,
  });
  // A constructed response has no URL of its own; this is the URL after all redirects.
  return Object.defineProperty(response, 'url', { value: url.href });
}

const isBodiless = (status: number) =>
  status === 101 || status === 204 || status === 205 || status === 304;
