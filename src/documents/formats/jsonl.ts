import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

export const jsonl: DocumentFormat = {
  kind: 'document',
  title: 'JSON Lines',
  media_type: 'application/jsonl',
  aliases: [
    'application/x-ndjson',
    'application/ndjson',
    'application/x-jsonlines',
    'application/json-lines',
    'application/json',
    'text/jsonl',
    'text/plain',
  ],
  extensions: ['jsonl', 'ndjson'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./json/extract-lines.ts')).extractJsonLines(bytes, encoding),
  inline_bytes: 1_000_000,
  web: null,
};
