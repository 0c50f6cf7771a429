import { type Element, element, type Node } from '../../markup/tree.ts';
import { readPage } from '../html/visible-page.ts';
import {
  attributeOf,
  childOf,
  childrenOf,
  elementsOf,
  isXmlElement,
  rawTextOf,
  textOf,
  type XmlElement,
} from './parse.ts';

const maxItems = 20_000;

/** Reads a feed (RSS 0.9 to 2.0, RSS 1.0, Atom): its title, then each entry with its date, authors and content. */
export function readFeed(root: XmlElement): Element {
  const channel = childOf(root, 'channel') ?? root;
  const entries = [root, channel]
    .flatMap((node) => elementsOf(node).filter(({ name }) => name === 'item' || name === 'entry'))
    .filter((entry, index, all) => all.indexOf(entry) === index)
    .slice(0, maxItems);
  const title = textOf(childOf(channel, 'title'));
  const isTitled = title !== '';
  return element('body', [
    ...(isTitled ? [element('h1', [title])] : []),
    element('div', contentOf(childOf(channel, 'description', 'subtitle', 'tagline'))),
    ...entries.flatMap((entry) => readEntry(entry, isTitled ? 2 : 1)),
  ]);
}

function readEntry(entry: XmlElement, level: number): Node[] {
  const title = childOf(entry, 'title');
  const people = [...childrenOf(entry, 'author'), ...childrenOf(entry, 'dc:creator')]
    .map((node) => textOf(childOf(node, 'name') ?? node))
    .filter(Boolean);
  const date = textOf(
    childOf(entry, 'pubDate', 'published', 'issued', 'dc:date', 'updated', 'modified'),
  );
  const categories = [...childrenOf(entry, 'category'), ...childrenOf(entry, 'dc:subject')]
    .map((node) => textOf(node) || (attributeOf(node, 'label') ?? attributeOf(node, 'term') ?? ''))
    .filter(Boolean);
  const facts = [...people, date, ...(categories.length > 0 ? [categories.join(', ')] : [])].filter(
    Boolean,
  );
  const full = childOf(entry, 'content:encoded', 'content');
  const summary = childOf(entry, 'description', 'summary');
  return [
    ...(title === undefined ? [] : [element(`h${level}`, linked(entry, contentOf(title)))]),
    ...(facts.length === 0 ? [] : [element('p', [facts.join(' · ')])]),
    element('div', contentOf(full !== undefined && textOf(full) !== '' ? full : summary)),
  ];
}

function linked(entry: XmlElement, title: Node[]): Node[] {
  const links = childrenOf(entry, 'link');
  const link =
    links.find((node) => (node.attributes.rel ?? 'alternate') === 'alternate') ?? links[0];
  const href = link === undefined ? '' : (link.attributes.href ?? textOf(link));
  return href === '' ? title : [element('a', title, { href })];
}

/** Content is HTML as text, XHTML as elements, or plain text. */
function contentOf(node: XmlElement | undefined): Node[] {
  if (node === undefined) return [];
  const isXhtml = node.attributes.type === 'xhtml' || elementsOf(node).length > 0;
  if (node.attributes.type === 'text') return [rawTextOf(node)];
  return [
    ...readPage(isXhtml ? node.children.map(serialized).join('') : rawTextOf(node)).body.children,
  ];
}

const escaped = (text: string) =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** Writes elements as HTML for the reader of pages. */
function serialized(node: XmlElement | string): string {
  if (!isXmlElement(node)) return escaped(node);
  const attributes = Object.entries(node.attributes).map(
    ([name, value]) => ` ${name}="${escaped(value)}"`,
  );
  return `<${node.name}${attributes.join('')}>${node.children.map(serialized).join('')}${/^(?:br|hr|img|wbr|input)$/.test(node.name) ? '' : `</${node.name}>`}`;
}
