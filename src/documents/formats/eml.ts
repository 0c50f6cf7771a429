import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

/** A header field at the start of a line. A byte order mark or the first line of an mbox file may precede it. */
const headerField = /^(?:\ufeff|\u00ef\u00bb\u00bf)?[A-Za-z][\w-]{1,60}[ \t]*:/m;

function checkHead(head: Uint8Array): string | null {
  const fault = checkTextHead(head);
  if (fault !== null) return fault;
  const text = new TextDecoder('latin1').decode(head).replaceAll('\0', '');
  return headerField.test(text) ? null : 'is not a valid email message (missing header)';
}

export const eml: DocumentFormat = {
  kind: 'document',
  title: 'email message',
  media_type: 'message/rfc822',
  aliases: ['text/plain', 'application/eml', 'application/x-eml', 'message/global', 'text/rfc822'],
  extensions: ['eml'],
  served_as: 'message/rfc822',
  checkHead,
  hasSignature: null,
  extract: async (bytes, context) =>
    (await import('./eml/extract.ts')).extractMessage(bytes, context),
  inline_bytes: 100_000,
  web: null,
};
