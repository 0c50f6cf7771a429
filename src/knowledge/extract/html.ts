import { NodeHtmlMarkdown } from 'node-html-markdown';
import { cleanText, DocumentFault, decodeText, type ExtractedDocument } from './document.ts';

/** Text to be read and quoted: nothing is escaped. */
const converter = new NodeHtmlMarkdown({
  bulletMarker: '-',
  maxConsecutiveNewlines: 2,
  globalEscape: [/(?!)/g, ''],
  lineStartEscape: [/(?!)/g, ''],
});

const unseen =
  'script, style, noscript, template, svg, math annotation, iframe, object, embed, head link, head meta, head base, [hidden], input, select, textarea, button';
/** What only marks its content: a quote reads better without asterisks. */
const marked = 'b, strong, em, i, u, s, del, strike, mark, small, font, cite, dfn, var, abbr';
const hiddenStyle = /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])/i;

export const extractHtml = async (bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> => ({
  text: await htmlToMarkdown(decodeText(bytes)),
  pages: null,
  isMarkdown: true,
});

/**
 * HTML as Markdown of what a reader sees: nothing is run, nothing is fetched, hidden text and comments go.
 * Links are kept, as absolute ones, when there is an address to resolve them against; a quote reads better without.
 */
export async function htmlToMarkdown(html: string, base_url: string | null = null): Promise<string> {
  try {
    const markdown = converter.translate(await withoutUnseen(html, base_url)).replaceAll(linkTarget, plainTarget);
    return cleanText(markdown.replaceAll(/^\|.*\|$/gm, withoutPadding)).trim();
  } catch (error) {
    // Out of stack in the converter, or out of the rewriter's memory.
    if (error instanceof RangeError || (error instanceof TypeError && /memory limit/.test(error.message)))
      throw new DocumentFault('too_large', 'The page is nested too deeply.', error);
    throw error;
  }
}

/** A table row without the spaces and dashes that line its columns up. */
const withoutPadding = (row: string) => row.replaceAll(/ {2,}/g, ' ').replaceAll(/-{4,}/g, '---');

/** The converter encodes what might be emphasis elsewhere; in an address it is not. */
const linkTarget = /(?<=\]\()https?:[^\s()]+(?=\))/g;
const plainTarget = (target: string) => target.replaceAll('%5F', '_').replaceAll('%2A', '*');

function withoutUnseen(html: string, base_url: string | null): Promise<string> {
  const rewriter = new HTMLRewriter()
    .onDocument({ comments: (comment) => void comment.remove() })
    .on(unseen, { element: (element) => void element.remove() })
    .on('[style]', { element: (element) => void (hiddenStyle.test(element.getAttribute('style') ?? '') && element.remove()) })
    .on(marked, { element: (element) => void element.removeAndKeepContent() })
    .on('a', { element: (element) => keepLink(element, base_url) })
    .on('img', { element: (element) => void element.replace(element.getAttribute('alt') ?? '') });
  return rewriter.transform(new Response(html)).text();
}

const maxAddress = 2000;

/** Links to other pages, by http or https; of any other its text. */
function keepLink(element: Element, base_url: string | null): void {
  const href = decodeReferences(element.getAttribute('href') ?? '').trim();
  const url = base_url === null || href === '' || href.startsWith('#') ? null : URL.parse(href, base_url);
  if (url === null || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '' || url.href.length > maxAddress) {
    element.removeAndKeepContent();
    return;
  }
  element.removeAttribute('title');
  element.setAttribute('href', url.href.replaceAll('&', '&amp;'));
}

/** The rewriter shows attributes as they are written; these are the character references that addresses are written with. */
const decodeReferences = (text: string) =>
  text
    .replaceAll(/&#(?:x([0-9a-f]{1,6})|(\d{1,7}));/gi, (reference, hex: string | undefined, decimal: string | undefined) => {
      const code = hex === undefined ? Number(decimal) : Number.parseInt(hex, 16);
      return code > 0x10ffff ? reference : String.fromCodePoint(code);
    })
    .replaceAll('&amp;', '&');
