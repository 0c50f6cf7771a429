import type { DocumentFormat } from '../format.ts';
import { isCompoundFile, isZip } from '../signature.ts';

const mediaType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet';

function checkHead(head: Uint8Array): string | null {
  if (isCompoundFile(head))
    return 'is password-protected or a legacy .xls file; save it as .xlsx without a password';
  return isZip(head) ? null : 'is not a valid XLSX (missing ZIP header)';
}

export const xlsx: DocumentFormat = {
  kind: 'document',
  title: 'XLSX',
  media_type: mediaType,
  aliases: [
    'application/vnd.ms-excel',
    'application/vnd.openxmlformats-officedocument.spreadsheetml.template',
    'application/vnd.ms-excel.sheet.macroenabled.12',
    'application/vnd.ms-excel.template.macroenabled.12',
    'application/zip',
    'application/x-zip-compressed',
  ],
  extensions: ['xlsx', 'xlsm', 'xltx', 'xltm'],
  served_as: mediaType,
  checkHead,
  // Other formats are ZIP archives, too.
  hasSignature: null,
  extract: async (bytes) => (await import('./xlsx/extract.ts')).extractXlsx(bytes),
  inline_bytes: 30_000,
  web: null,
};
