import type { DocumentFormat } from '../format.ts';
import { isZip, packageType } from '../signature.ts';

const mediaType = 'application/epub+zip';

function checkHead(head: Uint8Array): string | null {
  if (!isZip(head)) return 'is not a valid EPUB (missing ZIP header)';
  const type = packageType(head);
  return type === null || type === mediaType ? null : `is not a valid EPUB (it declares ${type})`;
}

export const epub: DocumentFormat = {
  kind: 'document',
  title: 'EPUB',
  media_type: mediaType,
  aliases: ['application/epub', 'application/zip', 'application/x-zip-compressed'],
  extensions: ['epub'],
  served_as: mediaType,
  checkHead,
  hasSignature: (head) => packageType(head) === mediaType,
  extract: async (bytes) => (await import('./epub/extract.ts')).extractEpub(bytes),
  // Compressed text, as in DOCX.
  inline_bytes: 30_000,
  web: null,
};
