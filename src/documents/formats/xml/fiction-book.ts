import {
  childOf,
  childrenOf,
  descendants,
  elementsOf,
  isXmlElement,
  textOf,
  type XmlElement,
} from './parse.ts';

/** Names of FictionBook 2 and what DocBook and TEI call the same. */
const names: Readonly<Record<string, string>> = {
  body: 'section',
  'empty-line': 'lb',
  cite: 'blockquote',
  epigraph: 'blockquote',
  poem: 'div',
  stanza: 'lg',
  v: 'l',
  'text-author': 'attrib',
  subtitle: 'bridgehead',
  strikethrough: 'del',
  image: 'graphic',
  binary: 'graphic',
  a: 'phrase',
};

/** Converts a book of FictionBook 2 into an article with its title, authors and annotation. */
export function fromFictionBook(root: XmlElement): XmlElement {
  const info = childOf(childOf(root, 'description'), 'title-info');
  const title = textOf(childOf(info, 'book-title'));
  const authors = childrenOf(info, 'author').map(personIn).filter(Boolean).join(', ');
  const annotation = childOf(info, 'annotation');
  return {
    ...root,
    name: 'article',
    children: [
      ...(title === '' ? [] : [made('title', title)]),
      ...(authors === '' ? [] : [made('para', authors)]),
      ...(annotation === undefined ? [] : elementsOf(annotation).map(renamed)),
      ...childrenOf(root, 'body').map(bodyOf),
    ],
  };
}

const made = (name: string, text: string): XmlElement => ({
  name,
  attributes: {},
  children: [text],
});

const personIn = (node: XmlElement): string =>
  ['first-name', 'middle-name', 'last-name', 'nickname']
    .map((name) => textOf(childOf(node, name)))
    .filter(Boolean)
    .slice(0, 3)
    .join(' ');

/** The title of the main body is that of the book again; a body of notes may have none. */
function bodyOf(body: XmlElement): XmlElement {
  const isNotes = body.attributes.name === 'notes';
  const title = childOf(body, 'title');
  const node = renamed({
    ...body,
    children: body.children.filter((child) => isNotes || child !== title),
  });
  return isNotes && title === undefined
    ? { ...node, children: [made('title', 'Notes'), ...node.children] }
    : node;
}

/** A title has a paragraph for each of its lines. */
function renamed(node: XmlElement): XmlElement {
  if (node.name === 'title')
    return made('title', [...descendants(node, 'p')].map(textOf).join(' '));
  return {
    ...node,
    name: names[node.name] ?? node.name,
    children: node.children.map((child) => (isXmlElement(child) ? renamed(child) : child)),
  };
}
