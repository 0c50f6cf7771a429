import type { DocumentFormat } from '../format.ts';
import { checkTextHead, isCompoundFile, isZip } from '../signature.ts';

export const ppt: DocumentFormat = {
  kind: 'document',
  title: 'PPT',
  media_type: 'application/vnd.ms-powerpoint',
  aliases: ['application/mspowerpoint', 'application/powerpoint', 'application/x-mspowerpoint'],
  extensions: ['ppt', 'pps', 'pot'],
  served_as: 'application/vnd.ms-powerpoint',
  // Programs save PPTX files and pages under this name.
  checkHead: (head) =>
    isCompoundFile(head) || isZip(head) || checkTextHead(head) === null
      ? null
      : 'is not a valid PPT (missing compound file header)',
  // Messages of Outlook are compound files, too.
  hasSignature: null,
  extract: async (bytes, context) => (await import('./ppt/extract.ts')).extractPpt(bytes, context),
  inline_bytes: 100_000,
  web: null,
};
