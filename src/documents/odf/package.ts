import { DocumentFault } from '../fault.ts';
import { childOf, descendants, elementsOf, type XmlElement } from '../ooxml/xml.ts';
import { readZip } from '../ooxml/zip.ts';
import { readDublinCore } from '../properties/dublin-core.ts';
import type { DocumentProperties } from '../properties/properties.ts';
import { isZip } from '../signature.ts';
import { parseOdf } from './xml.ts';

const limits = { entries: 5000, inflated: 200 * 1024 * 1024, ratio: 100 };
/** Parts that are read. Others, such as pictures and thumbnails, only count towards the limits. */
const readable = /(?:^|\/)(?:content|styles)\.xml$|^META-INF\/manifest\.xml$|^[^/]*$/;

const maxOpened = 2000;

/** Takes elements out of the content of a file while it is read. */
export interface ContentTaker {
  /** Receives the named styles of a package, and the objects, before the content is read. */
  readonly begin: (styles: XmlElement | null, objects: OdfObjects) => void;
  readonly take: (node: XmlElement, around: readonly XmlElement[]) => boolean;
}

/** Contents of an OpenDocument file: a ZIP archive, or one flat XML file (OpenDocument 1.4, part 2). */
export interface OdfPackage extends OdfObjects {
  readonly content: XmlElement;
  readonly styles: XmlElement | null;
  readonly properties: DocumentProperties;
}

/** Objects that the content of a file refers to. */
export interface OdfObjects {
  /** Returns the content of an embedded object; null for one that is missing or of another kind. */
  readonly object: (node: XmlElement) => XmlElement | null;
}

/** Throws `DocumentFault`: `encrypted`, `corrupt`, `unsupported`, `unsafe_xml`, `too_large`. */
export async function openOdf(
  bytes: Uint8Array<ArrayBuffer>,
  taker: ContentTaker,
): Promise<OdfPackage> {
  const take: ContentTaker['take'] = (node, around) => taker.take(node, around);
  if (!isZip(bytes)) {
    taker.begin(null, { object: inlineObject });
    return openFlat(parseOdf(bytes, take), readDublinCore(bytes));
  }
  const parts = await readZip(bytes, limits, (name) => readable.test(name));
  const parsed = new Map<string, XmlElement | null>();
  const parse = (name: string) => {
    const part = parts.get(name);
    if (!parsed.has(name)) parsed.set(name, part === undefined ? null : parseOdf(part));
    return parsed.get(name) ?? null;
  };
  const manifest = parse('META-INF/manifest.xml');
  const isEncrypted =
    parts.has('encrypted-package') ||
    (manifest !== null && !descendants(manifest, 'manifest:encryption-data').next().done);
  if (isEncrypted) throw new DocumentFault('encrypted', 'The document is password-protected.');
  let opened = 0;
  const object = (node: XmlElement) => {
    const path = (node.attributes['xlink:href'] ?? '').replace(/^\.\//, '').replace(/\/$/, '');
    const root = path === '' ? null : (parse(`${path}/content.xml`) ?? parse(path));
    const found = root === null ? inlineObject(node) : (elementsOf(root)[0] ?? null);
    // An object may contain itself.
    if (found?.name === 'office:document-content' && ++opened > maxOpened)
      throw new DocumentFault('too_large', 'The document has too many embedded objects.');
    return found;
  };
  const styles = elementsOf(parse('styles.xml') ?? undefined)[0] ?? null;
  const part = parts.get('content.xml');
  taker.begin(styles, { object });
  const [content] = part === undefined ? [] : elementsOf(parseOdf(part, take));
  if (content === undefined)
    throw new DocumentFault('unsupported', 'The file is not an OpenDocument file.');
  const properties = readDublinCore(parts.get('meta.xml') ?? new Uint8Array());
  return { content, styles, properties, object };
}

/** A flat file holds content and styles in one element, and objects in place. */
function openFlat(root: XmlElement, properties: DocumentProperties): OdfPackage {
  const document = childOf(root, 'office:document');
  if (document === undefined)
    throw new DocumentFault('unsupported', 'The file is not an OpenDocument file.');
  return { content: document, styles: document, properties, object: inlineObject };
}

const inlineObject = (node: XmlElement) =>
  childOf(node, 'math:math') ?? childOf(node, 'office:document') ?? null;
