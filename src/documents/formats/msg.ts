import type { DocumentFormat } from '../format.ts';
import { isCompoundFile } from '../signature.ts';

export const msg: DocumentFormat = {
  kind: 'document',
  title: 'Outlook message',
  media_type: 'application/vnd.ms-outlook',
  aliases: ['application/x-msg', 'application/msoutlook'],
  extensions: ['msg'],
  served_as: 'application/vnd.ms-outlook',
  checkHead: (head) =>
    isCompoundFile(head) ? null : 'is not a valid Outlook message (missing compound file header)',
  // Legacy Office files are compound files, too.
  hasSignature: null,
  extract: async (bytes, context) =>
    (await import('./msg/extract.ts')).extractOutlookMessage(bytes, context),
  inline_bytes: 100_000,
  web: null,
};
