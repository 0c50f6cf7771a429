import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

const checkHead = (head: Uint8Array): string | null =>
  checkTextHead(head) ??
  (new TextDecoder('latin1').decode(head).replaceAll('\0', '').includes('-->')
    ? null
    : 'is not a valid SubRip file (missing `-->`)');

export const srt: DocumentFormat = {
  kind: 'document',
  title: 'SubRip',
  media_type: 'application/x-subrip',
  aliases: ['text/plain', 'text/srt', 'application/srt', 'text/x-srt', 'text/x-subrip'],
  extensions: ['srt'],
  served_as: 'text/plain; charset=utf-8',
  checkHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./subtitles/extract.ts')).extractSubtitles(bytes, encoding),
  inline_bytes: 500_000,
  web: null,
};
