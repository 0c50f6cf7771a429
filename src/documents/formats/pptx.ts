import type { DocumentFormat } from '../format.ts';
import { isCompoundFile, isZip } from '../signature.ts';

const mediaType = 'application/vnd.openxmlformats-officedocument.presentationml.presentation';

function checkHead(head: Uint8Array): string | null {
  if (isCompoundFile(head))
    return 'is password-protected or a legacy .ppt file; remove the password, or upload it as .ppt';
  return isZip(head) ? null : 'is not a valid PPTX (missing ZIP header)';
}

export const pptx: DocumentFormat = {
  kind: 'document',
  title: 'PPTX',
  media_type: mediaType,
  aliases: [
    'application/vnd.openxmlformats-officedocument.presentationml.slideshow',
    'application/vnd.openxmlformats-officedocument.presentationml.template',
    'application/vnd.ms-powerpoint',
    'application/vnd.ms-powerpoint.presentation.macroenabled.12',
    'application/vnd.ms-powerpoint.slideshow.macroenabled.12',
    'application/vnd.ms-powerpoint.template.macroenabled.12',
    'application/zip',
    'application/x-zip-compressed',
  ],
  extensions: ['pptx', 'pptm', 'ppsx', 'ppsm', 'potx', 'potm'],
  served_as: mediaType,
  checkHead,
  // Other formats are ZIP archives, too.
  hasSignature: null,
  extract: async (bytes) => (await import('./pptx/extract.ts')).extractPptx(bytes),
  inline_bytes: 30_000,
  web: null,
};
