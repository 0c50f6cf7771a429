import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

export const latex: DocumentFormat = {
  kind: 'document',
  title: 'LaTeX',
  media_type: 'application/x-latex',
  aliases: ['text/plain', 'application/x-tex', 'text/x-tex', 'text/x-latex'],
  extensions: ['tex', 'latex', 'ltx'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./latex/extract.ts')).extractLatex(bytes, encoding),
  inline_bytes: 200_000,
  web: null,
};
