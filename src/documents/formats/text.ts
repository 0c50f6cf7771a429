import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';
import { extractText, readTextResponse } from './text/extract.ts';

export const text: DocumentFormat = {
  kind: 'document',
  title: 'plain text',
  media_type: 'text/plain',
  aliases: ['application/yaml', 'application/x-yaml', 'text/yaml', 'text/x-yaml', 'text/x-log'],
  extensions: ['txt', 'text', 'log', 'yaml', 'yml'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: extractText(false),
  inline_bytes: 2_000_000,
  web: { media_types: ['text/*'], read: readTextResponse },
};
