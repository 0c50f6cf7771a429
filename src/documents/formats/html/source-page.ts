import { definedFields } from '../../../shared/defined-fields.ts';
import { cleanText } from '../../clean-text.ts';
import { decodeHtml } from '../../encoding/decode.ts';
import { decodeLeniently } from '../../encoding/decode-leniently.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { mainContent } from './main-content.ts';
import { pageProperties } from './page-properties.ts';
import { type HtmlElement, parseHtml } from './parse.ts';
import { attributeOf } from './visibility.ts';
import { elementsIn, visiblePage } from './visible-page.ts';

const maxTitleChars = 200;
const maxLinks = 5000;

export interface SourcePage {
  readonly title: string | null;
  /** `href` of `link rel=canonical`, absolute; null for none. */
  readonly canonical: string | null;
  readonly author?: string;
  /** ISO 8601 in UTC. */
  readonly published_at?: string;
  /** Absolute addresses of all links, hidden ones included, in document order. */
  readonly links: readonly string[];
  /** The main content as Markdown without the addresses of links. */
  readonly text: string;
}

/** Reads a page for a knowledge base. Throws `DocumentFault`. */
export async function readSourcePage(
  bytes: Uint8Array<ArrayBuffer>,
  charset: string | null,
  url: string,
): Promise<SourcePage> {
  const nodes = parseHtml(await decodeLeniently(decodeHtml, bytes, charset)).childNodes;
  const page = visiblePage(nodes);
  const elements = [...elementsIn(nodes)];
  const base = (page.base === null ? null : URL.parse(page.base, url)?.href) ?? url;
  const absolute = (node: HtmlElement) => {
    const href = attributeOf(node, 'href');
    return href === null ? [] : (URL.parse(href.trim(), base)?.href ?? []);
  };
  const canonical = elements.find(
    (node) =>
      node.tagName === 'link' && /(?:^|\s)canonical(?:\s|$)/i.test(attributeOf(node, 'rel') ?? ''),
  );
  const anchors = elements.filter(({ tagName }) => tagName === 'a' || tagName === 'area');
  const title = cleanText(page.title).replaceAll(/\s+/g, ' ').trim().slice(0, maxTitleChars);
  const { author, published_at } = pageProperties(elements, title);
  return {
    ...definedFields({ author, published_at }),
    title: title === '' ? null : title.toWellFormed(),
    canonical: canonical === undefined ? null : ([absolute(canonical)].flat()[0] ?? null),
    links: [...new Set(anchors.flatMap(absolute))].slice(0, maxLinks),
    text: writeMarkdown(mainContent(page.body)),
  };
}
