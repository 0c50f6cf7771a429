import { property, xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { readCharacterFormat } from './characters.ts';
import { readParagraphFormat } from './paragraphs.ts';

const paragraphKind = 1;
const characterKind = 2;
const none = 0xfff;
/** Numbers of built-in styles whose names are written in the language of the program ([MS-DOC], 2.9.269). */
const builtIn: Readonly<Record<number, string>> = {
  45: 'macro text',
  62: 'title',
  74: 'subtitle',
  84: 'block text',
  101: 'html preformatted',
  180: 'quote',
  181: 'intense quote',
};

/** Returns the styles of a document as `w:styles` ([MS-DOC], 2.9.271). */
export function readStyles(table: Uint8Array, fonts: readonly string[]): XmlElement {
  const view = new DataView(table.buffer, table.byteOffset, table.byteLength);
  const styles: XmlElement[] = [];
  if (table.length < 8) return xml('w:styles');
  const count = view.getUint16(2, true);
  const baseSize = view.getUint16(4, true);
  let at = 2 + view.getUint16(0, true);
  for (let id = 0; id < count && at + 2 <= table.length; id += 1) {
    const size = view.getUint16(at, true);
    if (size >= 12)
      styles.push(readStyle(table.subarray(at + 2, at + 2 + size), id, baseSize, fonts));
    at += 2 + size;
  }
  return xml('w:styles', {}, styles);
}

function readStyle(
  bytes: Uint8Array,
  id: number,
  baseSize: number,
  fonts: readonly string[],
): XmlElement {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const number = view.getUint16(0, true) & 0xfff;
  const kind = view.getUint16(2, true) & 0xf;
  const base = view.getUint16(2, true) >> 4;
  const nameLength = baseSize + 2 <= bytes.length ? view.getUint16(baseSize, true) : 0;
  const nameEnd = baseSize + 2 + nameLength * 2;
  const name = new TextDecoder('utf-16le').decode(bytes.subarray(baseSize + 2, nameEnd));
  const groups = groupsAt(bytes, nameEnd + 2, view.getUint16(4, true) & 0xf);
  const [first, second] = groups;
  const ofParagraph = kind === paragraphKind ? first?.subarray(2) : undefined;
  const ofCharacters = kind === paragraphKind ? second : kind === characterKind ? first : undefined;
  return xml(
    'w:style',
    {
      'w:styleId': String(id),
      'w:type': kind === paragraphKind ? 'paragraph' : 'character',
      'w:default': String(Number(id === 0)),
    },
    [
      property('w:name', nameOf(number, name)),
      ...(base === none ? [] : [property('w:basedOn', base)]),
      xml(
        'w:pPr',
        {},
        ofParagraph === undefined
          ? []
          : readParagraphFormat(id, [ofParagraph], new Uint8Array(0)).properties,
      ),
      ofCharacters === undefined
        ? xml('w:rPr')
        : readCharacterFormat([ofCharacters], fonts).properties,
    ],
  );
}

const nameOf = (number: number, name: string): string =>
  number >= 1 && number <= 9 ? `heading ${number}` : (builtIn[number] ?? name);

/** Groups of modifiers have a size each, and begin at even places. */
function groupsAt(bytes: Uint8Array, start: number, count: number): Uint8Array[] {
  const groups: Uint8Array[] = [];
  let at = start;
  for (let index = 0; index < count && at + 2 <= bytes.length; index += 1) {
    const size = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    groups.push(bytes.subarray(at + 2, at + 2 + size));
    at += 2 + size + (size % 2);
  }
  return groups;
}
