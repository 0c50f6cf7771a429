import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

export const mdx: DocumentFormat = {
  kind: 'document',
  title: 'MDX',
  media_type: 'text/mdx',
  aliases: ['text/markdown', 'text/plain'],
  extensions: ['mdx'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./markdown/extract.ts')).extractMarkdown(bytes, encoding, true),
  inline_bytes: 2_000_000,
  web: null,
};
