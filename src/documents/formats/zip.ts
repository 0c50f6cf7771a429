import type { DocumentFormat } from '../format.ts';
import { hasBytes, isZip } from '../signature.ts';

/** An archive without entries begins with its end record. */
const checkHead = (head: Uint8Array): string | null =>
  isZip(head) || hasBytes(head, 0, 0x50, 0x4b, 0x05, 0x06)
    ? null
    : 'is not a valid ZIP archive (missing ZIP header)';

export const zip: DocumentFormat = {
  kind: 'document',
  title: 'ZIP archive',
  media_type: 'application/zip',
  aliases: ['application/x-zip-compressed', 'application/x-zip', 'multipart/x-zip'],
  extensions: ['zip'],
  served_as: 'application/zip',
  checkHead,
  // Office files are ZIP archives, too.
  hasSignature: null,
  extract: async (bytes, context) => (await import('./zip/extract.ts')).extractZip(bytes, context),
  inline_bytes: 30_000,
  web: null,
};
