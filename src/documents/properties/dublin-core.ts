import { walkXml, type XmlVocabulary } from '../ooxml/walk-xml.ts';
import { type DocumentProperties, maxPropertyChars, toProperties } from './properties.ts';

const vocabulary: XmlVocabulary = {
  prefixes: new Map([
    ['http://purl.org/dc/elements/1.1/', 'dc:'],
    ['http://purl.org/dc/terms/', 'dcterms:'],
    ['http://www.idpf.org/2007/opf', 'opf:'],
    ['urn:oasis:names:tc:opendocument:xmlns:meta:1.0', 'meta:'],
    ['http://openoffice.org/2000/meta', 'meta:'],
  ]),
  allowsDoctype: true,
};
/** Date in the template of python-docx, which its documents keep. */
const templateDate = '2013-12-23T23:15:00Z';
const maxElements = 200_000;
const maxValues = 50;

/**
 * Reads the Dublin Core elements of an XML part: core properties of Office Open XML, `meta.xml` of OpenDocument, the
 * package document of a book. A part that cannot be read has none: it is not the text.
 */
export function readDublinCore(part: Uint8Array): DocumentProperties {
  const values = new Map<string, string[]>();
  let open: string | null = null;
  try {
    walkXml(
      part,
      {
        open: (name, attributes) => {
          open = nameOf(name, attributes);
          const texts = values.get(open) ?? [];
          if (texts.length < maxValues) texts.push('');
          values.set(open, texts);
        },
        close: () => {
          open = null;
        },
        text: (text) => {
          const texts = open === null ? undefined : values.get(open);
          const last = texts?.at(-1);
          if (texts !== undefined && last !== undefined && last.length < maxPropertyChars)
            texts[texts.length - 1] = last + text;
        },
      },
      maxElements,
      vocabulary,
    );
  } catch {
    return {};
  }
  return toDublinCore(values);
}

/** Name of an element; with the event of a date (`opf:event`), or the property of a `meta` element of a book. */
function nameOf(name: string, attributes: Readonly<Record<string, string>>): string {
  if (name === 'dc:date' && attributes['opf:event'] !== undefined)
    return `dc:date ${attributes['opf:event'].toLowerCase()}`;
  return name === 'opf:meta' && attributes.property !== undefined ? attributes.property : name;
}

/** A book has the date of its publication. Office documents have those of their creation and latest change. */
function toDublinCore(values: ReadonlyMap<string, readonly string[]>): DocumentProperties {
  const of = (...names: readonly string[]) => names.flatMap((name) => values.get(name) ?? []);
  const authors = [...new Set(of('meta:initial-creator', 'dc:creator'))];
  const isOffice = values.has('dcterms:modified') && !values.has('opf:metadata');
  return toProperties({
    title: of('dc:title'),
    author: values.has('meta:initial-creator') ? authors : [authors.filter(Boolean).join(', ')],
    dates: of(
      'dcterms:issued',
      'dc:date publication',
      'dc:date original-publication',
      ...(isOffice ? ['dcterms:modified', 'dcterms:created'] : []),
      'dc:date',
      'dc:date creation',
      'meta:creation-date',
      'dcterms:created',
      'dcterms:modified',
    ).filter((date) => date !== templateDate),
    language: of('dc:language'),
  });
}
