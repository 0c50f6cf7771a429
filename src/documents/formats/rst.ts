import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

export const rst: DocumentFormat = {
  kind: 'document',
  title: 'reStructuredText',
  media_type: 'text/x-rst',
  aliases: ['text/plain', 'text/prs.fallenstein.rst', 'text/rst', 'text/restructuredtext'],
  extensions: ['rst', 'rest'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./rst/extract.ts')).extractRst(bytes, encoding),
  inline_bytes: 300_000,
  web: null,
};
