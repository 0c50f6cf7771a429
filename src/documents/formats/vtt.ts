import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

const checkHead = (head: Uint8Array): string | null =>
  checkTextHead(head) ??
  (/^[^\w]*WEBVTT(?![\w-])/.test(
    new TextDecoder('latin1').decode(head).replaceAll('\0', '').replace('ï»¿', ''),
  )
    ? null
    : 'is not a valid WebVTT file (missing `WEBVTT`)');

export const vtt: DocumentFormat = {
  kind: 'document',
  title: 'WebVTT',
  media_type: 'text/vtt',
  aliases: ['text/plain', 'text/webvtt', 'application/vtt'],
  extensions: ['vtt'],
  served_as: 'text/vtt; charset=utf-8',
  checkHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./subtitles/extract.ts')).extractSubtitles(bytes, encoding),
  inline_bytes: 500_000,
  web: null,
};
