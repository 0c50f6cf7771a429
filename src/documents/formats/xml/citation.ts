import { childOf, childrenOf, descendants, elementsOf, textOf, type XmlElement } from './parse.ts';

/** Returns a name as it is read: given names, then surname. */
export function personName(node: XmlElement): string {
  const part = (...names: string[]) =>
    names
      .flatMap((name) => [...descendants(node, name)].slice(0, 4))
      .map(textOf)
      .filter(Boolean)
      .join(' ');
  const given = part(
    'given-names',
    'firstname',
    'givenname',
    'forename',
    'first-name',
    'othername',
  );
  const name = [
    part('prefix', 'honorific'),
    given,
    part('surname', 'last-name'),
    part('suffix', 'lineage'),
  ]
    .filter(Boolean)
    .join(' ');
  return name === '' ? textOf(node) : name;
}

const personNames = ['name', 'string-name', 'collab', 'author', 'editor', 'personname'];

/**
 * Writes a citation that consists of fields: authors, year, title, source, volume, pages, publisher and DOI.
 * Fields that it does not know follow in the order of the document.
 */
export function readCitation(node: XmlElement): string {
  const groups = childrenOf(node, 'person-group');
  const people = [...(groups.length > 0 ? groups : [node])].flatMap((group) =>
    [...descendants(group, ...personNames)].map(personName),
  );
  const first = (...names: string[]) => textOf([...descendants(node, ...names)][0]);
  const volume = first('volume');
  const issue = first('issue');
  const [from, to] = [first('fpage'), first('lpage')];
  const pages =
    from === ''
      ? first('elocation-id', 'pagenums', 'page-range')
      : to === '' || to === from
        ? from
        : `${from}–${to}`;
  const place = [first('publisher-loc'), first('publisher-name', 'publishername')]
    .filter(Boolean)
    .join(': ');
  const dated = [people.join(', '), first('year', 'pubdate')].filter(Boolean).join(' ');
  const known = [
    dated,
    first('article-title', 'part-title', 'chapter-title', 'data-title'),
    first('source', 'title', 'conf-name'),
    [`${volume}${issue === '' ? '' : `(${issue})`}`, pages].filter(Boolean).join(':'),
    place,
    ...['pub-id', 'ext-link', 'uri'].flatMap((name) => childrenOf(node, name).map(identifier)),
    ...childrenOf(node, 'comment').map(textOf),
  ].filter(Boolean);
  return known.length > 0
    ? `${known.map(withoutPoint).join('. ')}.`
    : elementsOf(node).map(textOf).join(' ');
}

const identifier = (node: XmlElement) => {
  const type = node.attributes['pub-id-type'];
  return type === undefined
    ? textOf(node)
    : `${type === 'doi' ? 'doi' : type.toUpperCase()}: ${textOf(node)}`;
};

const withoutPoint = (text: string) => text.replace(/[.,;]\s*$/, '');

/** Returns the text of the first child among these names. */
export const textOfChild = (node: XmlElement | undefined, ...names: string[]): string =>
  textOf(childOf(node, ...names));
