import { decodeHtml } from '../../encoding/decode.ts';
import { descendants, elementsOf, textIn, type XmlElement } from '../../ooxml/xml.ts';
import { type HtmlElement, type HtmlNode, parseHtml } from '../html/parse.ts';
import { attributeOf } from '../html/visibility.ts';
import { type EpubPackage, resolvePath } from './package.ts';
import { htmlOfXhtml } from './xhtml.ts';

export interface Chapter {
  readonly title: string;
  /** Level in the table of contents, from 1. */
  readonly level: number;
}

/** Returns the first entry of each document in the table of contents, by path. */
export async function readNavigation(book: EpubPackage): Promise<ReadonlyMap<string, Chapter>> {
  const chapters = new Map<string, Chapter>();
  const add = (path: string, title: string, level: number) => {
    const text = title.replaceAll(/\s+/g, ' ').trim();
    if (text !== '' && !chapters.has(path)) chapters.set(path, { title: text, level });
  };
  const nav = book.find(({ properties }) => properties.includes('nav'))?.path ?? '';
  const page = book.bytes(nav);
  if (page !== null) {
    const { childNodes } = parseHtml(htmlOfXhtml(await decodeHtml(page)));
    for (const { href, title, level } of linksOf(childNodes))
      add(resolvePath(nav, href), title, level);
  }
  const ncx =
    book.find(
      ({ mediaType, path }) => mediaType === 'application/x-dtbncx+xml' || /\.ncx$/i.test(path),
    )?.path ?? '';
  const tree = chapters.size > 0 ? null : book.xml(ncx);
  for (const { href, title, level } of tree === null ? [] : pointsOf(tree, 1))
    add(resolvePath(ncx, href), title, level);
  return chapters;
}

interface Entry {
  readonly href: string;
  readonly title: string;
  readonly level: number;
}

/** Yields the links of the table of contents of an EPUB 3 navigation document. */
function* linksOf(nodes: readonly HtmlNode[], level = 0, isContents = false): Generator<Entry> {
  for (const node of nodes) {
    if (!('tagName' in node)) continue;
    const isNav = node.tagName === 'nav';
    const isOther = isNav && !/(?:^|\s)(?:doc-)?toc(?:\s|$)/.test(kindOf(node));
    if (isOther) continue;
    if (node.tagName === 'a' && isContents)
      yield { href: attributeOf(node, 'href') ?? '', title: textOf(node), level };
    else
      yield* linksOf(node.childNodes, level + (node.tagName === 'ol' ? 1 : 0), isContents || isNav);
  }
}

const kindOf = (node: HtmlElement) =>
  `${attributeOf(node, 'epub:type') ?? ''} ${attributeOf(node, 'role') ?? ''}`;

const textOf = (node: HtmlElement): string =>
  node.childNodes
    .map((child) => ('value' in child ? child.value : 'tagName' in child ? textOf(child) : ''))
    .join('');

/** Yields the points of an EPUB 2 table of contents (NCX). */
function* pointsOf(node: XmlElement, level: number): Generator<Entry> {
  for (const point of descendants(node, 'navPoint')) {
    const children = elementsOf(point);
    const label = children.find(({ name }) => name === 'navLabel');
    const content = children.find(({ name }) => name === 'content');
    yield { href: content?.attributes.src ?? '', title: textIn(label), level };
    yield* pointsOf(point, level + 1);
  }
}
