import { element, type Node } from '../../markup/tree.ts';
import { personName, textOfChild } from './citation.ts';
import {
  attributeOf,
  childOf,
  childrenOf,
  descendants,
  elementsOf,
  textOf,
  type XmlElement,
} from './parse.ts';
import type { Reader } from './reader.ts';

/** Reads what a title page shows: title, people, date, abstract and keywords. Records for machines are left out. */
export function readFrontMatter(reader: Reader, node: XmlElement, level: number): Node[] {
  switch (node.name) {
    case 'journal-meta':
      return [];
    case 'article-meta':
    case 'book-meta':
    case 'book-part-meta':
    case 'front-stub':
      return readJats(reader, node, level);
    case 'teiHeader':
      return readTei(reader, node, level);
    case 'us-bibliographic-data-grant':
    case 'us-bibliographic-data-application':
      return [...descendants(node, 'invention-title')].flatMap((title) => [
        heading(reader.children(title, level), 1),
      ]);
    default:
      return readInfo(reader, node, level);
  }
}

const heading = (content: readonly Node[], level: number) =>
  element(`h${Math.min(6, level)}`, content);
const line = (text: string): Node[] => (text === '' ? [] : [element('p', [text])]);

/** JATS and BITS: title, authors, their institutions, date, abstracts and keywords. */
function readJats(reader: Reader, node: XmlElement, level: number): Node[] {
  const titles = childOf(node, 'title-group', 'book-title-group');
  const title = childOf(titles, 'article-title', 'book-title', 'title');
  const subtitle = childOf(titles, 'subtitle');
  const isStub = node.name === 'front-stub' || node.name === 'book-part-meta';
  const people = [...descendants(node, 'contrib')].map(contributor).filter(Boolean);
  const institutions = [...descendants(node, 'aff')].map(institution).filter(Boolean);
  return [
    ...(title === undefined || isStub
      ? []
      : [
          heading(
            [
              ...reader.children(title, level),
              ...(subtitle === undefined ? [] : [`: ${textOf(subtitle)}`]),
            ],
            1,
          ),
        ]),
    ...line(people.join(', ')),
    ...line([...new Set(institutions)].join('; ')),
    ...elementsOf(node)
      .filter(({ name }) => /^(?:abstract|trans-abstract)$/.test(name))
      .flatMap((abstract) => reader.block(abstract, 1)),
    ...childrenOf(node, 'kwd-group').flatMap(keywords),
  ];
}

function contributor(node: XmlElement): string {
  const name = childOf(node, 'name', 'string-name', 'name-alternatives');
  const collab = [...descendants(node, 'collab')][0];
  if (name !== undefined) return personName(name);
  if (collab === undefined) return '';
  const own = collab.children.filter(
    (child) => typeof child === 'string' || !/^contrib-group$|^address$/.test(child.name),
  );
  return textOf({ ...collab, children: own });
}

/** An affiliation without its label and identifiers; fields without punctuation are joined with commas. */
function institution(node: XmlElement): string {
  const isFields = node.children.every((child) => typeof child !== 'string' || child.trim() === '');
  const parts = node.children
    .flatMap((child) =>
      typeof child !== 'string' && child.name === 'institution-wrap' ? elementsOf(child) : [child],
    )
    .filter(
      (child) =>
        typeof child === 'string' || !/^(?:label|institution-id|sup|target)$/.test(child.name),
    );
  if (isFields) return parts.map(textOf).filter(Boolean).join(', ');
  return textOf({ ...node, children: parts });
}

function keywords(node: XmlElement): Node[] {
  const words = childrenOf(node, 'kwd').map(textOf).filter(Boolean);
  const title = textOfChild(node, 'title').replace(/:$/, '') || 'Keywords';
  const isForMachines = /^(?:heading|subject|research-organism)/.test(
    attributeOf(node, 'kwd-group-type') ?? '',
  );
  return words.length === 0 || isForMachines ? [] : line(`${title}: ${words.join(', ')}`);
}

/** TEI: the title of the text and its authors; the description of the file is left out. */
function readTei(reader: Reader, node: XmlElement, level: number): Node[] {
  const statement = [...descendants(node, 'titleStmt')][0];
  const titles = childrenOf(statement, 'title').filter(
    ({ attributes }) => !/^(?:short|sub|alt)/.test(attributes.type ?? ''),
  );
  const people = childrenOf(statement, 'author').map(textOf).filter(Boolean);
  const [title] = titles;
  const abstract = [...descendants(node, 'abstract')];
  return [
    ...(title === undefined ? [] : [heading(reader.children(title, level), 1)]),
    ...line(people.join(', ')),
    ...abstract.flatMap((part) => reader.block(part, 1)),
  ];
}

/** DocBook: its title has become the heading of the section. */
function readInfo(reader: Reader, node: XmlElement, level: number): Node[] {
  const people = [
    ...descendants(node, 'author', 'editor', 'othercredit', 'corpauthor', 'collab'),
  ].map(personName);
  return [
    ...childrenOf(node, 'subtitle').map((subtitle) =>
      element('p', reader.children(subtitle, level)),
    ),
    ...line(people.filter(Boolean).join(', ')),
    ...line(
      [textOfChild(node, 'pubdate', 'date'), textOfChild(node, 'releaseinfo', 'edition')]
        .filter(Boolean)
        .join(', '),
    ),
    ...childrenOf(node, 'abstract').flatMap((abstract) =>
      reader.block(abstract, Math.max(1, level)),
    ),
  ];
}
