import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

export const asciidoc: DocumentFormat = {
  kind: 'document',
  title: 'AsciiDoc',
  media_type: 'text/asciidoc',
  aliases: ['text/plain', 'text/x-asciidoc', 'application/asciidoc'],
  extensions: ['adoc', 'asciidoc', 'asc'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./asciidoc/extract.ts')).extractAsciidoc(bytes, encoding),
  inline_bytes: 300_000,
  web: null,
};
