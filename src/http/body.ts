import { Failure, invalid } from '../shared/failure.ts';
import { second } from '../shared/time.ts';

/** Limit in bytes of a JSON body; a route can set another. */
export const defaultBodyLimit = 1024 * 1024;

/** Limits for draining the rest of a refused body. */
export const drainBytes = 32 * 1024 * 1024;
const drainFor = 10 * second;

const maxDepth = 32;
const maxKeys = 10_000;
const maxItems = 1_000;

/**
 * Returns the media type of the request. Throws 415 unless it is one of the expected types,
 * well-formed, UTF-8 and not compressed.
 */
export function readMediaType(headers: Headers, allowed: readonly string[]): string {
  const refuse = (detail: string): never => {
    throw new Failure('unsupported_media_type', detail, {
      headers: { accept: allowed.join(', ') },
    });
  };
  if ((headers.get('content-encoding') ?? 'identity') !== 'identity')
    refuse('Compressed request bodies are not supported.');
  const header = headers.get('content-type');
  if (header === null) return refuse(`Content-Type must be ${allowed.join(' or ')}.`);
  const [type = '', ...parameters] = header.split(';').map((part) => part.trim());
  const media = type.toLowerCase();
  if (header.includes(',') || !allowed.includes(media))
    refuse(`Content-Type must be ${allowed.join(' or ')}.`);
  const charset = parameters
    .map((parameter) => /^charset="?([^"]*)"?$/i.exec(parameter)?.[1])
    .find((value) => value !== undefined);
  if (charset !== undefined && charset.toLowerCase() !== 'utf-8') refuse('Text must be UTF-8.');
  return media;
}

/**
 * Returns the body as text. Throws 413 as soon as the limit is exceeded, with or without
 * Content-Length, and 400 when it is not UTF-8.
 */
export async function readText(request: Request, limit: number): Promise<string> {
  const tooLarge = () => new Failure('too_large', `The body must have at most ${limit} bytes.`);
  const length = request.headers.get('content-length');
  if (Number(length ?? 0) > limit) throw tooLarge();
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: false });
  let text = '';
  let bytes = 0;
  try {
    if (length !== null) {
      const whole = await request.arrayBuffer();
      if (whole.byteLength > limit) throw tooLarge();
      return orMark(decoder.decode(whole), whole.byteLength);
    }
    for await (const chunk of request.body?.values({ preventCancel: true }) ?? []) {
      bytes += chunk.byteLength;
      if (bytes > limit) throw tooLarge();
      text += decoder.decode(chunk, { stream: true });
    }
    return orMark(text + decoder.decode(), bytes);
  } catch (error) {
    await drain(request.body);
    if (error instanceof TypeError)
      throw new Failure('malformed_request', 'The body is not UTF-8.');
    throw error;
  }
}

/** A byte order mark alone is a body, though a malformed one. */
const orMark = (text: string, bytes: number): string =>
  text === '' && bytes > 0 ? '\ufeff' : text;

/**
 * Reads and discards the rest of a refused body, since a client that is cut off while sending sees
 * a broken connection instead of the response. Reads up to 32 MB for up to 10 seconds; never
 * throws. The body must not be locked by another reader.
 */
export async function drain(body: ReadableStream<Uint8Array> | null): Promise<void> {
  if (body === null || body.locked) return;
  const reader = body.getReader();
  const timer = setTimeout(() => void reader.cancel().catch(() => undefined), drainFor);
  try {
    for (let left = drainBytes; left > 0; ) {
      const { done, value } = await reader.read();
      if (done) return;
      left -= value.byteLength;
    }
    await reader.cancel();
  } catch {
    // The client has disconnected; no response can be delivered.
  } finally {
    clearTimeout(timer);
  }
}

/**
 * Parses JSON within limits. Throws 400 for invalid JSON, and 422 for values that no handler
 * accepts.
 */
export function parseJson(text: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new Failure(
      'malformed_request',
      text.trim() === '' ? 'A JSON body is required.' : 'The body is not JSON.',
    );
  }
  walk(value, '', 1, { keys: 0 });
  return value;
}

function walk(value: unknown, pointer: string, depth: number, count: { keys: number }): void {
  if (typeof value === 'string') checkText(value, pointer);
  if (typeof value === 'number') {
    if (
      !Number.isFinite(value) ||
      (Number.isInteger(value) && !Number.isSafeInteger(value)) ||
      Object.is(value, -0)
    ) {
      throw invalid(pointer, 'Numbers must be finite, and integers within ±(2^53 − 1).');
    }
    return;
  }
  if (value === null || typeof value !== 'object') return;
  if (depth > maxDepth) throw invalid(pointer, `JSON must be nested at most ${maxDepth} deep.`);
  if (Array.isArray(value) && value.length > maxItems)
    throw invalid(pointer, `An array must have at most ${maxItems} items.`);
  for (const [key, inner] of Object.entries(value)) {
    count.keys += 1;
    if (count.keys > maxKeys)
      throw invalid('', `The body must have at most ${maxKeys} keys and items.`);
    checkText(key, pointer);
    walk(inner, `${pointer}/${key.replaceAll('~', '~0').replaceAll('/', '~1')}`, depth + 1, count);
  }
}

/** SQLite truncates text at NUL and replaces lone surrogates, so both are rejected. */
function checkText(text: string, pointer: string): void {
  if (text.includes('\0')) throw invalid(pointer, 'Text must not contain NUL.');
  if (!text.isWellFormed()) throw invalid(pointer, 'Text must be well-formed Unicode.');
}
