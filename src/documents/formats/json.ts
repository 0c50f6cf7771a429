import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';
import { readTextResponse } from './text/extract.ts';

export const json: DocumentFormat = {
  kind: 'document',
  title: 'JSON',
  media_type: 'application/json',
  aliases: ['text/plain', 'text/json'],
  extensions: ['json'],
  served_as: 'application/json',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./json/extract.ts')).extractJson(bytes, encoding),
  inline_bytes: 1_000_000,
  web: { media_types: ['application/json', '+json'], read: readTextResponse },
};
