import type { DocumentFormat } from '../format.ts';
import { checkTextHead, isCompoundFile, isZip } from '../signature.ts';

export const xls: DocumentFormat = {
  kind: 'document',
  title: 'XLS',
  media_type: 'application/vnd.ms-excel',
  aliases: ['application/msexcel', 'application/x-msexcel', 'application/excel'],
  extensions: ['xls', 'xlt'],
  served_as: 'application/vnd.ms-excel',
  // Web applications save pages with tables, and XLSX files, under this name.
  checkHead: (head) =>
    isCompoundFile(head) || isZip(head) || checkTextHead(head) === null
      ? null
      : 'is not a valid XLS (missing compound file header)',
  // Messages of Outlook are compound files, too.
  hasSignature: null,
  extract: async (bytes, context) => (await import('./xls/extract.ts')).extractXls(bytes, context),
  inline_bytes: 60_000,
  web: null,
};
