import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';
import { extractText } from './text/extract.ts';

export const markdown: DocumentFormat = {
  kind: 'document',
  title: 'Markdown',
  media_type: 'text/markdown',
  aliases: ['text/x-markdown', 'text/plain', 'application/markdown'],
  extensions: ['md', 'markdown'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: extractText(true),
  inline_bytes: 2_000_000,
  web: null,
};
