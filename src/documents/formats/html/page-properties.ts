import { type DocumentProperties, toProperties } from '../../properties/properties.ts';
import type { HtmlElement } from './parse.ts';
import { attributeOf } from './visibility.ts';

/** Names of meta elements with a date, the best ones first. */
const dates = [
  'article:published_time',
  'datepublished',
  'dcterms.issued',
  'dc.date.issued',
  'citation_publication_date',
  'citation_date',
  'dc.date',
  'dcterms.created',
  'date',
  'pubdate',
  'publish-date',
  'article:modified_time',
  'datemodified',
  'dcterms.modified',
  'last-modified',
];
const maxStructured = 200_000;

/**
 * Returns what a page says about itself: its meta elements (HTML, Open Graph, Dublin Core, microdata), else the dates of
 * JSON-LD, else its only `time` element.
 */
export function pageProperties(
  elements: readonly HtmlElement[],
  title: string,
): DocumentProperties {
  const metas = new Map<string, string>();
  for (const node of elements.filter(({ tagName }) => tagName === 'meta')) {
    const content = attributeOf(node, 'content') ?? '';
    for (const attribute of ['name', 'property', 'itemprop', 'http-equiv']) {
      const name = attributeOf(node, attribute)?.toLowerCase().trim();
      if (name !== undefined && content !== '' && !metas.has(name)) metas.set(name, content);
    }
  }
  const of = (...names: readonly string[]) => names.map((name) => metas.get(name));
  const html = elements.find(({ tagName }) => tagName === 'html');
  return toProperties({
    title: [title, ...of('og:title', 'dc.title')],
    author: of('author', 'citation_author', 'dc.creator', 'dcterms.creator', 'article:author'),
    dates: [...of(...dates), ...structuredDates(elements), ...timesOf(elements)],
    language: [
      html === undefined ? null : (attributeOf(html, 'lang') ?? attributeOf(html, 'xml:lang')),
      ...of('content-language', 'og:locale', 'dc.language'),
    ],
  });
}

/** Dates of the structured data of a page, found without reading all of it. */
function structuredDates(elements: readonly HtmlElement[]): string[] {
  const source = elements
    .filter(
      (node) =>
        node.tagName === 'script' &&
        /^application\/ld\+json/i.test(attributeOf(node, 'type')?.trim() ?? ''),
    )
    .flatMap(({ childNodes }) => childNodes.map((child) => ('value' in child ? child.value : '')))
    .join('\n')
    .slice(0, maxStructured);
  return ['datePublished', 'dateCreated', 'dateModified'].flatMap((name) => {
    const found = new RegExp(`"${name}"\\s*:\\s*"([^"]{4,40})"`).exec(source)?.[1];
    return found === undefined ? [] : [found];
  });
}

/** Which of several times is that of the page is not known, unless one is marked. */
function timesOf(elements: readonly HtmlElement[]): string[] {
  const times = elements.filter(
    (node) => node.tagName === 'time' && attributeOf(node, 'datetime') !== null,
  );
  const marked = times.filter(
    (node) =>
      attributeOf(node, 'pubdate') !== null ||
      /^datePublished$/i.test(attributeOf(node, 'itemprop') ?? ''),
  );
  const [time] = marked.length > 0 ? marked : times.length === 1 ? times : [];
  return time === undefined ? [] : [attributeOf(time, 'datetime') ?? ''];
}
