import type { DocumentFormat } from '../format.ts';
import { checkTextHead } from '../signature.ts';

/** Served as plain text: a browser would run its scripts. */
export const html: DocumentFormat = {
  kind: 'document',
  title: 'HTML',
  media_type: 'text/html',
  aliases: ['application/xhtml+xml'],
  extensions: ['html', 'htm'],
  served_as: 'text/plain; charset=utf-8',
  checkHead: checkTextHead,
  hasSignature: null,
  extract: async (bytes, { encoding = null }) =>
    (await import('./html/extract.ts')).extractHtml(bytes, encoding),
  inline_bytes: 100_000,
  web: {
    media_types: ['text/html', 'application/xhtml+xml', 'application/vnd.wap.xhtml+xml'],
    read: async (bytes, response) =>
      (await import('./html/web-page.ts')).readHtmlResponse(bytes, response),
  },
};
