import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

/** Served as plain text: a browser would apply its style sheets and run its scripts. */
export const xml: DocumentFormat = {
  kind: 'document',
  title: 'XML',
  media_type: 'application/xml',
  aliases: [
    'text/xml',
    'text/plain',
    'application/rss+xml',
    'application/atom+xml',
    'application/docbook+xml',
    'application/x-docbook+xml',
    'application/tei+xml',
    'application/jats+xml',
    'application/dita+xml',
    'text/x-opml',
    'text/x-opml+xml',
    'application/x-fictionbook+xml',
    'application/x-fictionbook',
  ],
  extensions: [
    'xml',
    'nxml',
    'jats',
    'dbk',
    'docbook',
    'dita',
    'ditamap',
    'tei',
    'rss',
    'atom',
    'opml',
    'fb2',
  ],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./xml/extract.ts')).extractXml(bytes, encoding),
  inline_bytes: 100_000,
  web: {
    media_types: ['application/xml', 'text/xml', '+xml'],
    read: async (bytes, response) =>
      (await import('./xml/web-page.ts')).readXmlResponse(bytes, response),
  },
};
