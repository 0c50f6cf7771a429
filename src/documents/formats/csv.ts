import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

export const csv: DocumentFormat = {
  kind: 'document',
  title: 'CSV',
  media_type: 'text/csv',
  aliases: [
    'text/plain',
    'text/tab-separated-values',
    'application/csv',
    'application/vnd.ms-excel',
  ],
  extensions: ['csv', 'tsv'],
  served_as: 'text/csv; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./csv/extract.ts')).extractCsv(bytes, encoding),
  inline_bytes: 500_000,
  web: null,
};
