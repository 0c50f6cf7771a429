import type { DocumentFormat } from '../format.ts';

const isRtf = (head: Uint8Array) =>
  /^(?:ï»¿)?\s{0,20}\{\\rtf/.test(String.fromCharCode(...head.subarray(0, 40)));

export const rtf: DocumentFormat = {
  kind: 'document',
  title: 'RTF',
  media_type: 'application/rtf',
  // Windows with Word declares RTF files as Word documents.
  aliases: ['text/rtf', 'text/richtext', 'application/x-rtf', 'application/msword', 'text/plain'],
  extensions: ['rtf'],
  served_as: 'application/rtf',
  checkHead: (head) => (isRtf(head) ? null : 'is not a valid RTF (missing `{\\rtf` header)'),
  hasSignature: isRtf,
  extract: async (bytes) => (await import('./rtf/extract.ts')).extractRtf(bytes),
  inline_bytes: 200_000,
  web: null,
};
