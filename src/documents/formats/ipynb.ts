import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

const checkHead = (head: Uint8Array): string | null =>
  checkTextHead(head) ??
  (/^[^\w[{]*\{/.test(new TextDecoder('latin1').decode(head))
    ? null
    : 'is not a valid notebook (not a JSON object)');

export const ipynb: DocumentFormat = {
  kind: 'document',
  title: 'Jupyter notebook',
  media_type: 'application/x-ipynb+json',
  aliases: ['application/json', 'text/plain', 'application/vnd.jupyter'],
  extensions: ['ipynb'],
  served_as: 'application/json',
  checkHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./ipynb/extract.ts')).extractNotebook(bytes, encoding),
  inline_bytes: 200_000,
  web: null,
};
