import { cleanText } from '../../clean-text.ts';
import { decodeHtml } from '../../encoding/decode.ts';
import { decodeLeniently } from '../../encoding/decode-leniently.ts';
import type { WebReader } from '../../format.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { mainContent } from './main-content.ts';
import { readPage } from './visible-page.ts';

const maxTitleChars = 500;

/** Returns the main content of a web page as Markdown with absolute links. Throws `too_large`. */
export const readHtmlResponse: WebReader['read'] = async (bytes, { charset, url }) => {
  const page = readPage(await decodeLeniently(decodeHtml, bytes, charset));
  const baseUrl = (page.base === null ? null : URL.parse(page.base, url)?.href) ?? url;
  const title = cleanText(page.title).replaceAll(/\s+/g, ' ').trim().slice(0, maxTitleChars);
  return {
    title: page.title.trim() === '' ? null : title,
    text: writeMarkdown(mainContent(page.body), baseUrl),
  };
};
