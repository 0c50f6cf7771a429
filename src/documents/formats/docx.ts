import type { DocumentFormat } from '../format.ts';
import { isCompoundFile, isZip } from '../signature.ts';

const mediaType = 'application/vnd.openxmlformats-officedocument.wordprocessingml.document';

function checkHead(head: Uint8Array): string | null {
  if (isCompoundFile(head))
    return 'is password-protected or a legacy .doc file; remove the password, or upload it as .doc';
  return isZip(head) ? null : 'is not a valid DOCX (missing ZIP header)';
}

export const docx: DocumentFormat = {
  kind: 'document',
  title: 'DOCX',
  media_type: mediaType,
  aliases: [
    'application/vnd.openxmlformats-officedocument.wordprocessingml.template',
    'application/vnd.ms-word.document.macroenabled.12',
    'application/vnd.ms-word.template.macroenabled.12',
    'application/zip',
    'application/x-zip-compressed',
  ],
  // Macros are never run.
  extensions: ['docx', 'docm', 'dotx', 'dotm'],
  served_as: mediaType,
  checkHead,
  // Other formats are ZIP archives, too.
  hasSignature: null,
  extract: async (bytes) => (await import('./docx/extract.ts')).extractDocx(bytes),
  // Compressed text: the most expensive per byte.
  inline_bytes: 30_000,
  web: null,
};
