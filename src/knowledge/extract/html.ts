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
/** What only marks its content: a quote reads better without asterisks and addresses. */
const marked = 'a, b, strong, em, i, u, s, del, strike, mark, small, font, cite, dfn, var, abbr';
const hiddenStyle = /display\s*:\s*none|visibility\s*:\s*hidden|font-size\s*:\s*0(?![.\d])|opacity\s*:\s*0(?![.\d])/i;

export const extractHtml = async (bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> => ({
  text: await htmlToMarkdown(decodeText(bytes)),
  pages: null,
  isMarkdown: true,
});

/** HTML as Markdown of what a reader sees: nothing is run, nothing is fetched, hidden text and comments go. */
export async function htmlToMarkdown(html: string): Promise<string> {
  try {
    const markdown = converter.translate(await withoutUnseen(html));
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

function withoutUnseen(html: string): Promise<string> {
  const rewriter = new HTMLRewriter()
    .onDocument({ comments: (comment) => void comment.remove() })
    .on(unseen, { element: (element) => void element.remove() })
    .on('[style]', { element: (element) => void (hiddenStyle.test(element.getAttribute('style') ?? '') && element.remove()) })
    .on(marked, { element: (element) => void element.removeAndKeepContent() })
    .on('img', { element: (element) => void element.replace(element.getAttribute('alt') ?? '') });
  return rewriter.transform(new Response(html)).text();
}
