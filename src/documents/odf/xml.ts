import { parseXml, type TreeVocabulary, type XmlElement } from '../ooxml/xml.ts';

const odf = (name: string, prefix: string = name): [string, string] => [
  `urn:oasis:names:tc:opendocument:xmlns:${name}:1.0`,
  `${prefix}:`,
];

/** Namespaces of OpenDocument 1.0 to 1.4, part 3, and of LibreOffice's extensions. */
const prefixes: ReadonlyMap<string, string> = new Map<string, string>([
  ...['office', 'style', 'text', 'table', 'presentation', 'chart', 'form', 'manifest'].map((name) =>
    odf(name),
  ),
  odf('drawing', 'draw'),
  odf('svg-compatible', 'svg'),
  odf('xsl-fo-compatible', 'fo'),
  ['urn:org:documentfoundation:names:experimental:office:xmlns:loext:1.0', 'loext:'],
  ['urn:openoffice:names:experimental:ooo-ms-interop:xmlns:field:1.0', 'field:'],
  ['http://www.w3.org/1998/Math/MathML', 'math:'],
  ['http://www.w3.org/1999/xlink', 'xlink:'],
  ['http://purl.org/dc/elements/1.1/', 'dc:'],
  ['http://www.w3.org/XML/1998/namespace', 'xml:'],
]);

/** Elements of a sheet of a million cells, of which none is kept. */
const maxTaken = 12_000_000;

/** Parses a part of an OpenDocument file, without the elements that `take` takes. Throws as `parseXml`. */
export const parseOdf = (bytes: Uint8Array, take?: TreeVocabulary['take']): XmlElement =>
  parseXml(bytes, {
    prefixes,
    hasText: () => true,
    allowsDoctype: true,
    ...(take === undefined ? {} : { take, maxElements: maxTaken }),
  });
