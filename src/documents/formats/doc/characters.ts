import { property, xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { flagIn, type Sprm, sprms, sprmsOf } from './sprms.ts';

/** Formatting of a run. */
export interface CharacterFormat {
  /** As `w:rPr`. */
  readonly properties: XmlElement;
  /** True for text that a tracked change removes. */
  readonly isDeleted: boolean;
  /** Replaces each character, as `w:sym`. */
  readonly symbol: XmlElement | null;
  /** Where the picture or form field of the run is in the data stream. */
  readonly dataAt: number | null;
}

const flags: Readonly<Record<number, string>> = {
  [sprms.isBold]: 'w:b',
  [sprms.isStruck]: 'w:strike',
  [sprms.isDoubleStruck]: 'w:dstrike',
  [sprms.isHidden]: 'w:vanish',
};
const scripts = ['baseline', 'superscript', 'subscript'];

/** Reads the formatting of characters from groups of modifiers, of which the later ones win. */
export function readCharacterFormat(
  groups: readonly Uint8Array[],
  fonts: readonly string[],
): CharacterFormat {
  const elements = new Map<string, XmlElement>();
  let isDeleted = false;
  let symbol: XmlElement | null = null;
  let dataAt: number | null = null;
  for (const group of groups)
    for (const sprm of sprmsOf(group)) {
      const element = runProperty(sprm, fonts);
      if (element !== null) elements.set(element.name, merged(elements.get(element.name), element));
      if (sprm.code === sprms.isDeleted) isDeleted = flagIn(sprm) === true;
      if (sprm.code === sprms.pictureAt) dataAt = sprm.operand.getUint32(0, true);
      if (sprm.code === sprms.symbol)
        symbol = xml('w:sym', {
          'w:font': fonts[sprm.operand.getUint16(0, true)] ?? '',
          'w:char': sprm.operand.getUint16(2, true).toString(16),
        });
    }
  const properties = xml('w:rPr', {}, [...elements.values()]);
  return { properties, isDeleted, symbol, dataAt };
}

/** The fonts of a run are attributes of one element. */
const merged = (before: XmlElement | undefined, element: XmlElement): XmlElement =>
  element.name === 'w:rFonts'
    ? xml('w:rFonts', { ...before?.attributes, ...element.attributes })
    : element;

/** Returns the property of a run that a modifier sets; null for one that does not affect the text. */
function runProperty(sprm: Sprm, fonts: readonly string[]): XmlElement | null {
  const { code, operand } = sprm;
  const flag = flags[code];
  if (flag !== undefined) {
    const isOn = flagIn(sprm);
    return isOn === null ? null : property(flag, isOn);
  }
  switch (code) {
    case sprms.characterStyle:
      return property('w:rStyle', operand.getUint16(0, true));
    case sprms.size:
      return property('w:sz', operand.getUint16(0, true));
    case sprms.raised:
      return property('w:position', operand.getInt16(0, true));
    case sprms.script:
      return property('w:vertAlign', scripts[operand.getUint8(0)] ?? 'baseline');
    case sprms.font:
      return xml('w:rFonts', { 'w:ascii': fonts[operand.getUint16(0, true)] ?? '' });
    case sprms.otherFont:
      return xml('w:rFonts', { 'w:hAnsi': fonts[operand.getUint16(0, true)] ?? '' });
    default:
      return null;
  }
}

const nameAt = 39;

/** Returns the names of fonts by their numbers ([MS-DOC], 2.9.286). */
export function readFonts(table: Uint8Array): string[] {
  const names: string[] = [];
  for (let at = 4; at < table.length; ) {
    const size = table[at] ?? 0;
    const name = new TextDecoder('utf-16le').decode(table.subarray(at + 1 + nameAt, at + 1 + size));
    names.push(name.replace(/\0.*$/s, ''));
    at += 1 + size;
  }
  return names;
}
