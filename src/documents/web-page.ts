import { cleanText } from './clean-text.ts';
import { decodeHtml, decodeText, encodingOf } from './encoding/decode.ts';
import { DocumentFault } from './fault.ts';
import { type Element, element, findElement, isElement, type Node, textOf } from './markup/tree.ts';

export interface WebPage {
  readonly title: string | null;
  readonly text: string;
}

/** What a web page at `url` says, as Markdown with absolute links; other text as it is. null when it is nested too deeply. The parser is loaded when it is needed. */
export async function pageToMarkdown(
  body: ArrayBuffer,
  contentType: string,
  url: string,
): Promise<WebPage | null> {
  const bytes = new Uint8Array(body);
  const charset = encodingOf(/charset\s*=\s*["']?([\w:.-]+)/i.exec(contentType)?.[1] ?? '');
  const isHtml = /\b(html|xhtml)\b/i.test(contentType);
  const text = await decode(bytes, isHtml ? decodeHtml : decodeText, charset);
  if (!isHtml) return { title: null, text: cleanText(text).trim() };
  const { readPage } = await import('./formats/html/visible-page.ts');
  const { writeMarkdown } = await import('./formats/html/extract.ts');
  try {
    const { title, base, body: page } = readPage(text);
    const base_url = (base === null ? null : URL.parse(base, url)?.href) ?? url;
    return {
      title:
        title.trim() === '' ? null : cleanText(title).replaceAll(/\s+/g, ' ').trim().slice(0, 500),
      text: writeMarkdown(mainContent(page), base_url),
    };
  } catch (error) {
    if (error instanceof DocumentFault) return null;
    throw error;
  }
}

/** As a browser does, a page is shown even where its encoding is not known for certain. */
async function decode(
  bytes: Uint8Array<ArrayBuffer>,
  by: typeof decodeText,
  charset: string | null,
): Promise<string> {
  try {
    return await by(bytes, charset);
  } catch (error) {
    if (!(error instanceof DocumentFault)) throw error;
    return new TextDecoder(charset ?? 'windows-1252').decode(bytes);
  }
}

const aroundRoles = new Set(['navigation', 'banner', 'contentinfo', 'complementary', 'search']);
const aroundTags = new Set(['nav', 'aside', 'dialog']);

/** The page without what surrounds its content: its `main`, else its only `article`, else all that is left. */
function mainContent(page: Element): Element {
  const left = withoutSurroundings(page, null);
  const main = findElement(
    left,
    ({ tag, attributes }) => tag === 'main' || attributes.role === 'main',
  );
  if (main !== null && textOf(main).trim() !== '') return main;
  const articles = articlesIn(left);
  const [article] = articles;
  return articles.length === 1 && article !== undefined && textOf(article).trim() !== ''
    ? article
    : left;
}

function withoutSurroundings(node: Element, parent: Element | null): Element {
  const children = node.children.flatMap((child): Node[] => {
    if (!isElement(child)) return [child];
    return surrounds(child, node, parent) ? [] : [withoutSurroundings(child, node)];
  });
  return element(node.tag, children, node.attributes);
}

/** Headers and footers are around when they are those of the page; the footer of `main` is, too. */
function surrounds(
  { tag, attributes }: Element,
  parent: Element,
  grandparent: Element | null,
): boolean {
  if (aroundTags.has(tag) || aroundRoles.has(attributes.role ?? '')) return true;
  if (tag === 'footer' && parent.tag === 'main') return true;
  return (
    (tag === 'header' || tag === 'footer') &&
    parent.tag === 'body' &&
    (grandparent === null || grandparent.tag === 'html')
  );
}

const articlesIn = (node: Element): Element[] =>
  node.children
    .filter(isElement)
    .flatMap((child) =>
      child.tag === 'article' ? [child, ...articlesIn(child)] : articlesIn(child),
    );
