import type { DocumentFormat } from '../format.ts';
import { checkTextHead, isCompoundFile, isZip } from '../signature.ts';

export const doc: DocumentFormat = {
  kind: 'document',
  title: 'DOC',
  media_type: 'application/msword',
  aliases: ['application/vnd.ms-word', 'application/x-msword', 'application/doc'],
  extensions: ['doc', 'dot'],
  served_as: 'application/msword',
  // Programs save RTF, pages and DOCX files under this name.
  checkHead: (head) =>
    isCompoundFile(head) || isZip(head) || checkTextHead(head) === null
      ? null
      : 'is not a valid DOC (missing compound file header)',
  // Messages of Outlook are compound files, too.
  hasSignature: null,
  extract: async (bytes, context) => (await import('./doc/extract.ts')).extractDoc(bytes, context),
  inline_bytes: 100_000,
  web: null,
};
