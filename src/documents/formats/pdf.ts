import type { DocumentFormat } from '../format.ts';
import { hasBytes } from '../signature.ts';

const header = [0x25, 0x50, 0x44, 0x46, 0x2d];

/**
 * PDF readers accept the header anywhere in the first 1024 bytes (PDF Reference 1.7, Appendix H,
 * note 13).
 */
const hasHeader = (head: Uint8Array) => new TextDecoder('latin1').decode(head).includes('%PDF-');

export const pdf: DocumentFormat = {
  kind: 'document',
  title: 'PDF',
  media_type: 'application/pdf',
  aliases: ['application/x-pdf'],
  extensions: ['pdf'],
  served_as: 'application/pdf',
  checkHead: (head) => (hasHeader(head) ? null : 'is not a valid PDF (missing `%PDF` header)'),
  hasSignature: (head) => hasBytes(head, 0, ...header),
  extract: async (bytes, options) => (await import('./pdf/extract.ts')).extractPdf(bytes, options),
  // Scans are large but cheap: their pictures are not decoded.
  inline_bytes: 150_000,
  web: null,
};
