import { cleanText, DocumentFault, decodeText } from './extract/document.ts';

export interface WebPage {
  readonly title: string | null;
  readonly text: string;
}

/** What surrounds the content of a page. */
const around =
  'nav, aside, dialog, body > header, body > footer, main footer, [role=navigation], [role=banner], [role=contentinfo], [role=complementary], [role=search], [aria-hidden=true]';

/** What a web page at `url` says, as Markdown with absolute links; other text as it is. null when it is nested too deeply. The parser is loaded when it is needed. */
export async function pageToMarkdown(body: ArrayBuffer, contentType: string, url: string): Promise<WebPage | null> {
  const text = decode(new Uint8Array(body), contentType);
  if (!/\b(html|xhtml)\b/i.test(contentType)) return { title: null, text: cleanText(text).trim() };
  const { htmlToMarkdown } = await import('./extract/html.ts');
  try {
    const { title, base, html } = await mainContent(text);
    const base_url = URL.parse(base, url)?.href ?? url;
    return {
      title: title === '' ? null : cleanText(title).replaceAll(/\s+/g, ' ').trim().slice(0, 500),
      text: await htmlToMarkdown(html, base_url),
    };
  } catch (error) {
    // Too deep for the converter, or for the rewriter's memory.
    if (error instanceof DocumentFault || (error instanceof TypeError && /memory limit/.test(error.message))) return null;
    throw error;
  }
}

function decode(bytes: Uint8Array<ArrayBuffer>, contentType: string): string {
  const charset = /charset="?([\w-]+)/i.exec(contentType)?.[1];
  if (charset === undefined) return decodeText(bytes);
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return decodeText(bytes);
  }
}

/** The page without what surrounds its content: its `main`, else its only `article`, else all that is left. */
async function mainContent(html: string): Promise<{ title: string; base: string; html: string }> {
  // No page can know these, so no page can say where its content begins.
  const marks = { main: crypto.randomUUID(), article: crypto.randomUUID() };
  const title: string[] = [];
  const bases: string[] = [];
  const mark = (id: string) => (element: Element) => {
    element.prepend(`<!--${id}-->`, { html: true });
    element.append(`<!--${id}-->`, { html: true });
  };
  const rewriter = new HTMLRewriter()
    .on('head title', { text: (chunk) => void title.push(chunk.text) })
    .on('base[href]', { element: (element) => void bases.push(element.getAttribute('href') ?? '') })
    .on(around, { element: (element) => void element.remove() })
    .on('main, [role=main]', { element: mark(marks.main) })
    .on('article', { element: mark(marks.article) });
  const left = await rewriter.transform(new Response(html)).text();
  const articles = left.split(`<!--${marks.article}-->`);
  const main = between(left, `<!--${marks.main}-->`) ?? (articles.length === 3 ? (articles[1] ?? null) : null);
  return { title: title.join(''), base: bases[0] ?? '', html: main === null || main.replaceAll(/<[^>]*>|\s/g, '') === '' ? left : main };
}

function between(text: string, mark: string): string | null {
  const start = text.indexOf(mark);
  const end = text.lastIndexOf(mark);
  return start < 0 || start === end ? null : text.slice(start + mark.length, end);
}
