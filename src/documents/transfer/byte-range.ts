import type { ByteRange } from '../../platform/ports.ts';
import { Failure } from '../../shared/failure.ts';

/**
 * Returns the range that a request names (RFC 9110, 14.2); null for the whole file: without a `Range`, for
 * one that is malformed or has several ranges, and when `If-Range` names another content. Throws
 * `range_not_satisfiable`.
 */
export function requestedRange(
  headers: Headers,
  { byte_size, etag }: { readonly byte_size: number; readonly etag: string },
): ByteRange | null {
  const [, first, last] =
    /^bytes=\s*(\d{0,15})-(\d{0,15})\s*$/i.exec(headers.get('range') ?? '') ?? [];
  if (first === undefined || last === undefined || `${first}${last}` === '') return null;
  const condition = headers.get('if-range');
  if (condition !== null && condition !== etag) return null;
  if (first !== '' && last !== '' && Number(last) < Number(first)) return null;
  const offset = first === '' ? Math.max(0, byte_size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? byte_size : Math.min(byte_size, Number(last) + 1);
  if (offset >= end)
    throw new Failure('range_not_satisfiable', `The file has ${byte_size} bytes.`, {
      headers: { 'content-range': `bytes */${byte_size}` },
    });
  return { offset, length: end - offset };
}
