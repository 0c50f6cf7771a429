import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

export const markdown: DocumentFormat = {
  kind: 'document',
  title: 'Markdown',
  media_type: 'text/markdown',
  aliases: ['text/x-markdown', 'text/plain', 'application/markdown'],
  extensions: ['md', 'markdown', 'rmd', 'qmd'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./markdown/extract.ts')).extractMarkdown(bytes, encoding, false),
  inline_bytes: 2_000_000,
  web: null,
};
