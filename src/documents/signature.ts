import { unmarkedUtf16 } from './encoding/utf16.ts';

/** Length of the head that `checkHead` receives; shorter for a file that is shorter. */
export const headBytes = 1024;

export const hasBytes = (head: Uint8Array, at: number, ...bytes: readonly number[]): boolean =>
  bytes.every((byte, index) => head[at + index] === byte);

export const isZip = (head: Uint8Array): boolean => hasBytes(head, 0, 0x50, 0x4b, 0x03, 0x04);

/** Compound File Binary: legacy Office files, and Office files with a password. */
export const isCompoundFile = (head: Uint8Array): boolean =>
  hasBytes(head, 0, 0xd0, 0xcf, 0x11, 0xe0);

const isPdf = (head: Uint8Array) => hasBytes(head, 0, 0x25, 0x50, 0x44, 0x46);

const isUtf16 = (head: Uint8Array) =>
  hasBytes(head, 0, 0xff, 0xfe) || hasBytes(head, 0, 0xfe, 0xff) || unmarkedUtf16(head) !== null;

/** `checkHead` of every format that is text: refuses binary content. */
export const checkTextHead = (head: Uint8Array): string | null =>
  isZip(head) || isCompoundFile(head) || isPdf(head) || (!isUtf16(head) && head.includes(0))
    ? 'is not a text file (binary content)'
    : null;

/**
 * Returns the media type that an archive declares in a first, stored entry named `mimetype`, as
 * OpenDocument (part 2, 3.3) and EPUB (OCF, 4.3) do; null for none.
 */
export function packageType(head: Uint8Array): string | null {
  const name = String.fromCharCode(...head.subarray(30, 200));
  return isZip(head) && head[8] === 0
    ? (/^mimetype(application\/[\w.+-]+?)(?=PK|[^\w.+-]|$)/.exec(name)?.[1] ?? null)
    : null;
}
