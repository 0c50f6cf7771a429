import { parseFragment } from 'parse5';
import { SaxesParser } from 'saxes';
import { maxCharacters } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { declaredEntities } from './entities.ts';

/** An element. Names have no prefix, except those of feeds (`content:encoded`) and attributes (`xml:lang`). */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: readonly XmlNode[];
}

export type XmlNode = XmlElement | string;

const maxDepth = 400;
const maxElements = 1_000_000;
const maxAttributes = 2000;

/**
 * Parses a document without reading anything else: no DTD, no external entity. Entities are characters
 * (`&nbsp;`, `&alpha;`) or short literal texts that the document declares; any other stays as it is
 * written, `&name;`. Throws `corrupt` with the position, and `too_large`.
 */
export function parseXml(text: string): XmlElement {
  const root = { name: '', attributes: {}, children: [] as XmlNode[] };
  const open: { children: XmlNode[] }[] = [root];
  const parser = new SaxesParser({ xmlns: false });
  let elements = 0;
  let attributes = 0;
  parser.on('error', (error) => {
    throw new DocumentFault('corrupt', `The file is not well-formed XML: ${error.message}`, error);
  });
  parser.on('doctype', (doctype) => {
    parser.ENTITIES = entitiesOf(declaredEntities(doctype));
  });
  parser.ENTITIES = entitiesOf(new Map());
  parser.on('attribute', () => {
    attributes += 1;
    if (attributes > maxAttributes)
      throw tooLarge(`An element has more than ${maxAttributes} attributes.`);
  });
  parser.on('opentag', (tag) => {
    elements += 1;
    attributes = 0;
    if (open.length > maxDepth)
      throw tooLarge(`The document is nested more than ${maxDepth} levels deep.`);
    if (elements > maxElements)
      throw tooLarge(`The document has more than ${maxElements} elements.`);
    const node = {
      name: localName(tag.name),
      attributes: { ...tag.attributes } as Record<string, string>,
      children: [],
    };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => void open.pop());
  const addText = (part: string) => {
    if (open.length > 1) open.at(-1)?.children.push(part);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(text.replace(/^\ufeff?\s+(?=<\?xml)/, '')).close();
  const [first] = elementsOf(root);
  if (first === undefined) throw new DocumentFault('corrupt', 'The file has no XML element.');
  return first;
}

const tooLarge = (detail: string) => new DocumentFault('too_large', detail);

/** Prefixes that tell elements of feeds apart from those of the format itself. */
const keptPrefix = /^(?:content|dc|media|itunes|atom):/;
const localName = (name: string) =>
  keptPrefix.test(name) ? name : name.slice(name.lastIndexOf(':') + 1);

const predefined: Readonly<Record<string, string>> = {
  amp: '&',
  lt: '<',
  gt: '>',
  quot: '"',
  apos: "'",
};

/** Characters have the names of HTML, which include the ISO sets that DTDs of documents declare. */
function entitiesOf(declared: ReadonlyMap<string, string>): Record<string, string> {
  let expanded = 0;
  return new Proxy(predefined, {
    get: (_target, name) => {
      if (typeof name !== 'string') return undefined;
      const text =
        declared.get(name) ??
        (Object.hasOwn(predefined, name) ? predefined[name] : characterOf(name)) ??
        '';
      expanded += text.length;
      if (expanded > maxCharacters)
        throw tooLarge(`Entities expand to more than ${maxCharacters} characters.`);
      return text;
    },
  });
}

const characters = new Map<string, string>();

function characterOf(name: string): string {
  let character = characters.get(name);
  if (character === undefined) {
    const [node] = /^[A-Za-z][A-Za-z0-9]{0,40}$/.test(name)
      ? parseFragment(`&${name};`).childNodes
      : [];
    character = node !== undefined && 'value' in node ? node.value : `&${name};`;
    if (characters.size < 5000) characters.set(name, character);
  }
  return character;
}

export const isXmlElement = (node: XmlNode): node is XmlElement => typeof node !== 'string';

export const elementsOf = (node: XmlElement | undefined): XmlElement[] =>
  (node?.children ?? []).filter(isXmlElement);

/** Returns the first child with one of these names. */
export const childOf = (
  node: XmlElement | undefined,
  ...names: readonly string[]
): XmlElement | undefined => elementsOf(node).find(({ name }) => names.includes(name));

export const childrenOf = (node: XmlElement | undefined, name: string): XmlElement[] =>
  elementsOf(node).filter((child) => child.name === name);

/** Yields descendants by name in document order, without those nested in one another. */
export function* descendants(
  node: XmlElement | undefined,
  ...names: readonly string[]
): Generator<XmlElement> {
  for (const child of elementsOf(node)) {
    if (names.includes(child.name)) yield child;
    else yield* descendants(child, ...names);
  }
}

export const rawTextOf = (node: XmlNode | undefined): string =>
  node === undefined ? '' : isXmlElement(node) ? node.children.map(rawTextOf).join('') : node;

/** Returns the text of an element with white space collapsed. */
export const textOf = (node: XmlNode | undefined): string =>
  rawTextOf(node).replaceAll(/\s+/g, ' ').trim();

/** Returns an attribute by its name without prefix, such as `href` for `xlink:href`. */
export const attributeOf = (node: XmlElement, name: string): string | null =>
  node.attributes[name] ??
  Object.entries(node.attributes).find(([key]) => key.endsWith(`:${name}`))?.[1] ??
  null;
