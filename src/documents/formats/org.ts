import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

export const org: DocumentFormat = {
  kind: 'document',
  title: 'Org',
  media_type: 'text/x-org',
  aliases: ['text/plain', 'text/org'],
  extensions: ['org'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./org/extract.ts')).extractOrg(bytes, encoding),
  inline_bytes: 300_000,
  web: null,
};
