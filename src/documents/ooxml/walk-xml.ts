import { SaxesParser } from 'saxes';
import { encodingOf } from '../encoding/decode.ts';
import { DocumentFault } from '../fault.ts';
import { Namespaces } from './namespaces.ts';

/** Receives the parts of an XML document in order. */
export interface XmlVisitor {
  /** Names carry the usual prefix of their namespace, whatever the file declares: `w:p`. */
  readonly open: (name: string, attributes: Readonly<Record<string, string>>) => void;
  readonly close: (name: string) => void;
  readonly text: (text: string) => void;
}

/** Namespaces in transitional and strict form (ECMA-376, parts 1 and 4). */
const prefixes: ReadonlyMap<string, string> = new Map(
  Object.entries({
    'http://schemas.openxmlformats.org/wordprocessingml/2006/main': 'w:',
    'http://purl.oclc.org/ooxml/wordprocessingml/main': 'w:',
    'http://schemas.openxmlformats.org/spreadsheetml/2006/main': 'x:',
    'http://purl.oclc.org/ooxml/spreadsheetml/main': 'x:',
    'http://schemas.openxmlformats.org/presentationml/2006/main': 'p:',
    'http://purl.oclc.org/ooxml/presentationml/main': 'p:',
    'http://schemas.openxmlformats.org/drawingml/2006/main': 'a:',
    'http://purl.oclc.org/ooxml/drawingml/main': 'a:',
    'http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing': 'wp:',
    'http://purl.oclc.org/ooxml/drawingml/wordprocessingDrawing': 'wp:',
    'http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing': 'xdr:',
    'http://purl.oclc.org/ooxml/drawingml/spreadsheetDrawing': 'xdr:',
    'http://schemas.openxmlformats.org/drawingml/2006/diagram': 'dgm:',
    'http://purl.oclc.org/ooxml/drawingml/diagram': 'dgm:',
    'http://schemas.openxmlformats.org/drawingml/2006/chart': 'c:',
    'http://purl.oclc.org/ooxml/drawingml/chart': 'c:',
    'http://schemas.microsoft.com/office/drawing/2014/chartex': 'cx:',
    'http://schemas.openxmlformats.org/officeDocument/2006/math': 'm:',
    'http://purl.oclc.org/ooxml/officeDocument/math': 'm:',
    'http://schemas.openxmlformats.org/officeDocument/2006/relationships': 'r:',
    'http://purl.oclc.org/ooxml/officeDocument/relationships': 'r:',
    'http://schemas.openxmlformats.org/markup-compatibility/2006': 'mc:',
    'http://schemas.microsoft.com/office/word/2010/wordml': 'w14:',
    'http://schemas.microsoft.com/office/drawing/2010/main': 'a14:',
    'http://schemas.microsoft.com/office/spreadsheetml/2018/threadedcomments': 'xtc:',
    'http://schemas.microsoft.com/office/powerpoint/2018/8/main': 'p188:',
    'urn:schemas-microsoft-com:office:excel': 'xvml:',
    'urn:schemas-microsoft-com:vml': 'v:',
    'http://www.w3.org/XML/1998/namespace': 'xml:',
    'http://schemas.openxmlformats.org/package/2006/relationships': '',
  }),
);

/** The part of XML that a family of formats reads. */
export interface XmlVocabulary {
  /** Usual prefix of each namespace, with its colon. Other namespaces get `?:`, and none for attributes. */
  readonly prefixes: ReadonlyMap<string, string>;
  /** Accepts a document type without declarations of its own, as older writers add it. It is never fetched. */
  readonly allowsDoctype: boolean;
}

const officeOpenXml: XmlVocabulary = { prefixes, allowsDoctype: false };

const maxDepth = 400;
const chunkBytes = 1 << 18;

/**
 * Parses XML strictly without keeping it. Throws `corrupt` for malformed XML, `unsafe_xml` for a
 * document type, and `too_large`.
 */
export function walkXml(
  source: Uint8Array | string,
  visitor: XmlVisitor,
  maxElements = 3_000_000,
  { prefixes: names, allowsDoctype }: XmlVocabulary = officeOpenXml,
): void {
  let elements = 0;
  const open: string[] = [];
  const namespaces = new Namespaces(names);
  const parser = new SaxesParser();
  parser.on('doctype', (declaration) => {
    if (allowsDoctype && !declaration.includes('[')) return;
    throw new DocumentFault(
      'unsafe_xml',
      'The document contains an XML document type declaration, which is not allowed.',
    );
  });
  parser.on('error', (error) => {
    throw new DocumentFault('corrupt', 'The document contains malformed XML.', error);
  });
  parser.on('opentag', (tag) => {
    elements += 1;
    if (open.length >= maxDepth || elements > maxElements)
      throw new DocumentFault(
        'too_large',
        'The document is nested too deeply or has too many elements.',
      );
    namespaces.enter(tag.attributes, open.length);
    const named: Record<string, string> = {};
    for (const key in tag.attributes) {
      const attribute = namespaces.attribute(key);
      if (attribute !== '') named[attribute] = tag.attributes[key] ?? '';
    }
    const name = namespaces.element(tag.name);
    open.push(name);
    visitor.open(name, named);
  });
  parser.on('closetag', () => {
    visitor.close(open.pop() ?? '');
    namespaces.leave(open.length);
  });
  parser.on('text', visitor.text);
  parser.on('cdata', visitor.text);
  for (const text of piecesOf(source)) parser.write(text);
  parser.close();
}

function* piecesOf(source: Uint8Array | string): Generator<string> {
  if (typeof source === 'string') return yield source;
  const decoder = new TextDecoder(encodingOfXml(source));
  for (let at = 0; at < source.length; at += chunkBytes)
    yield decoder.decode(source.subarray(at, at + chunkBytes), { stream: true });
  yield decoder.decode();
}

/** Returns the encoding by the byte order mark, else by the declaration (XML 1.0, appendix F). */
function encodingOfXml(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'utf-16le';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'utf-16be';
  const head = String.fromCharCode(...bytes.subarray(0, 200));
  const declared = /^<\?xml[^>]*\sencoding\s*=\s*["']([\w.:-]+)["']/.exec(head)?.[1] ?? 'utf-8';
  const encoding = encodingOf(declared) ?? 'utf-8';
  return encoding.startsWith('utf-16') ? 'utf-8' : encoding;
}
