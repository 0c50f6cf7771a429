import { SaxesParser } from 'saxes';
import { encodingOf } from '../encoding/decode.ts';
import { DocumentFault } from '../fault.ts';

/** An element. Names carry the usual prefix of their namespace, whatever the file declares: `w:p`. */
export interface XmlElement {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: (XmlElement | string)[];
}

/** Namespaces in transitional and strict form (ECMA-376, parts 1 and 4). */
const prefixes: Readonly<Record<string, string>> = {
  'http://schemas.openxmlformats.org/wordprocessingml/2006/main': 'w:',
  'http://purl.oclc.org/ooxml/wordprocessingml/main': 'w:',
  'http://schemas.openxmlformats.org/drawingml/2006/main': 'a:',
  'http://purl.oclc.org/ooxml/drawingml/main': 'a:',
  'http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing': 'wp:',
  'http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing': 'wp:',
  'http://schemas.openxmlformats.org/drawingml/2006/diagram': 'dgm:',
  'http://purl.oclc.org/ooxml/drawingml/diagram': 'dgm:',
  'http://schemas.openxmlformats.org/drawingml/2006/chart': 'c:',
  'http://purl.oclc.org/ooxml/drawingml/chart': 'c:',
  'http://schemas.openxmlformats.org/officeDocument/2006/math': 'm:',
  'http://purl.oclc.org/ooxml/officeDocument/math': 'm:',
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships': 'r:',
  'http://purl.oclc.org/ooxml/officeDocument/relationships': 'r:',
  'http://schemas.openxmlformats.org/markup-compatibility/2006': 'mc:',
  'http://schemas.microsoft.com/office/word/2010/wordml': 'w14:',
  'urn:schemas-microsoft-com:vml': 'v:',
  'http://www.w3.org/XML/1998/namespace': 'xml:',
  'http://schemas.openxmlformats.org/package/2006/relationships': '',
};

/** The part of XML that a family of formats reads. */
export interface XmlVocabulary {
  /** Usual prefix of each namespace, with its colon. Other namespaces get `?:`, and none for attributes. */
  readonly prefixes: Readonly<Record<string, string>>;
  /** True for elements whose own text has a meaning. */
  readonly hasText: (name: string) => boolean;
  /** Accepts a document type without declarations of its own, as older writers add it. It is never fetched. */
  readonly allowsDoctype: boolean;
}

const officeOpenXml: XmlVocabulary = {
  prefixes,
  // White space between elements has no meaning.
  hasText: (name) => /:t$|^w:instrText$|^c:v$/.test(name),
  allowsDoctype: false,
};

const maxDepth = 400;
const maxElements = 3_000_000;

/**
 * Parses XML strictly. Throws `corrupt` for malformed XML, `unsafe_xml` for a document type, and
 * `too_large`.
 */
export function parseXml(
  source: Uint8Array | string,
  { prefixes, hasText, allowsDoctype }: XmlVocabulary = officeOpenXml,
): XmlElement {
  const root: XmlElement = { name: '', attributes: {}, children: [] };
  const open: XmlElement[] = [root];
  let elements = 0;
  const parser = new SaxesParser({ xmlns: true });
  parser.on('doctype', (declaration) => {
    if (allowsDoctype && !declaration.includes('[')) return;
    throw new DocumentFault(
      'unsafe_xml',
      'The document contains an XML document type declaration, which is not allowed.',
    );
  });
  parser.on('opentag', ({ uri, local, attributes }) => {
    elements += 1;
    if (open.length > maxDepth || elements > maxElements)
      throw new DocumentFault(
        'too_large',
        'The document is nested too deeply or has too many elements.',
      );
    const named = Object.values(attributes).map((entry): [string, string] => [
      (prefixes[entry.uri] ?? '') + entry.local,
      entry.value,
    ]);
    const node = {
      name: (prefixes[uri] ?? '?:') + local,
      attributes: Object.fromEntries(named),
      children: [],
    };
    open.at(-1)?.children.push(node);
    open.push(node);
  });
  parser.on('closetag', () => void open.pop());
  const addText = (text: string) => {
    const node = open.at(-1);
    if (node !== undefined && hasText(node.name)) node.children.push(text);
  };
  parser.on('text', addText);
  parser.on('cdata', addText);
  parser.write(typeof source === 'string' ? source : decodeXml(source)).close();
  return root;
}

/** Decodes XML by its byte order mark, else by its declaration (XML 1.0, appendix F). */
function decodeXml(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const declared = /^<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1] ?? 'utf-8';
  const encoding = encodingOf(declared) ?? 'utf-8';
  return new TextDecoder(encoding.startsWith('utf-16') ? 'utf-8' : encoding).decode(bytes);
}

export const elementsOf = (node: XmlElement | undefined): XmlElement[] =>
  (node?.children ?? []).filter((child) => typeof child !== 'string');

export const childOf = (node: XmlElement | undefined, name: string): XmlElement | undefined =>
  elementsOf(node).find((child) => child.name === name);

/** Returns the value of a property element: `<w:numFmt w:val="decimal"/>`. */
export const propertyOf = (node: XmlElement | undefined, name: string): string | null =>
  childOf(node, name)?.attributes['w:val'] ?? null;

export function integerOf(node: XmlElement | undefined, name: string): number | null {
  const value = propertyOf(node, name);
  return value !== null && /^-?\d{1,9}$/.test(value) ? Number(value) : null;
}

/** Returns a flag: present means on unless its value is off; null when absent. */
export function flagOf(node: XmlElement | undefined, name: string): boolean | null {
  const found = childOf(node, name);
  return found === undefined
    ? null
    : !/^(?:0|false|off|none)$/.test(found.attributes['w:val'] ?? '1');
}

/** Yields descendants by name in document order, without those nested in one another. */
export function* descendants(node: XmlElement, name: string): Generator<XmlElement> {
  for (const child of elementsOf(node)) {
    if (child.name === name) yield child;
    else yield* descendants(child, name);
  }
}

export const textIn = (node: XmlElement | undefined): string =>
  (node?.children ?? [])
    .map((child) => (typeof child === 'string' ? child : textIn(child)))
    .join('');
