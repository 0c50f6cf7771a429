import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

const checkHead = (head: Uint8Array): string | null =>
  checkTextHead(head) ??
  (/^\s*From \S/.test(new TextDecoder('latin1').decode(head))
    ? null
    : 'is not a valid mailbox (missing `From ` line)');

export const mbox: DocumentFormat = {
  kind: 'document',
  title: 'mailbox',
  media_type: 'application/mbox',
  aliases: ['text/plain', 'application/x-mbox', 'text/x-mbox'],
  extensions: ['mbox'],
  served_as: 'application/mbox',
  checkHead,
  hasSignature: null,
  extract: async (bytes, context) =>
    (await import('./mbox/extract.ts')).extractMailbox(bytes, context),
  inline_bytes: 100_000,
  web: null,
};
