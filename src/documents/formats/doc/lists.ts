import { property, xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';

/** Formats of numbers by their codes ([MS-OSHARED], 2.2.1.3); others are written in digits. */
const formats: Readonly<Record<number, string>> = {
  0: 'decimal',
  1: 'upperRoman',
  2: 'lowerRoman',
  3: 'upperLetter',
  4: 'lowerLetter',
  5: 'ordinal',
  18: 'decimalEnclosedCircle',
  22: 'decimalZero',
  23: 'bullet',
  37: 'chineseCounting',
  39: 'chineseCountingThousand',
  58: 'russianLower',
  59: 'russianUpper',
  255: 'none',
};
const listSize = 28;
const instanceSize = 16;
const levelSize = 28;
const maxLists = 20_000;
const noStyle = 0xfff;

/** A place in a table that is read from front to back. */
interface Cursor {
  readonly view: DataView;
  at: number;
}

const cursorOf = (bytes: Uint8Array): Cursor => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  at: 0,
});

/** Returns the lists of a document as `w:numbering` ([MS-DOC], 2.4.6.3). A table that is cut off lends the lists before. */
export function readLists(definitions: Uint8Array, instances: Uint8Array): XmlElement {
  const lists: XmlElement[] = [];
  const read = (add: () => void) => {
    try {
      add();
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
    }
  };
  read(() => readDefinitions(cursorOf(definitions), lists));
  read(() => readInstances(cursorOf(instances), lists));
  return xml('w:numbering', {}, lists);
}

function readDefinitions(cursor: Cursor, lists: XmlElement[]): void {
  const { view } = cursor;
  if (view.byteLength === 0) return;
  const count = Math.min(maxLists, view.getUint16(0, true));
  cursor.at = 2 + count * listSize;
  for (let index = 0; index < count; index += 1) {
    const at = 2 + index * listSize;
    const list = xml('w:abstractNum', { 'w:abstractNumId': String(view.getInt32(at, true)) });
    lists.push(list);
    const isSimple = (view.getUint8(at + 26) & 1) !== 0;
    for (let level = 0; level < (isSimple ? 1 : 9); level += 1)
      list.children.push(readLevel(cursor, level, view.getUint16(at + 8 + level * 2, true)));
  }
}

function readInstances(cursor: Cursor, lists: XmlElement[]): void {
  const { view } = cursor;
  if (view.byteLength === 0) return;
  const count = Math.min(maxLists, view.getUint32(0, true));
  cursor.at = 4 + count * instanceSize;
  const numbers = Array.from({ length: count }, (_, index) => {
    const at = 4 + index * instanceSize;
    const number = xml('w:num', { 'w:numId': String(index + 1) }, [
      property('w:abstractNumId', view.getInt32(at, true)),
    ]);
    lists.push(number);
    return { number, overrides: view.getUint8(at + 12) };
  });
  for (const { number, overrides } of numbers) {
    cursor.at += 4;
    for (let index = 0; index < overrides; index += 1) number.children.push(readOverride(cursor));
  }
}

function readOverride(cursor: Cursor): XmlElement {
  const start = cursor.view.getInt32(cursor.at, true);
  const flags = cursor.view.getUint8(cursor.at + 4);
  cursor.at += 8;
  const level = flags & 0xf;
  const hasStart = (flags & 0x10) !== 0;
  const hasLevel = (flags & 0x20) !== 0;
  return xml('w:lvlOverride', { 'w:ilvl': String(level) }, [
    ...(hasStart && !hasLevel ? [property('w:startOverride', start)] : []),
    ...(hasLevel ? [readLevel(cursor, level, noStyle)] : []),
  ]);
}

/** Reads a level of a list and moves behind it ([MS-DOC], 2.9.150). */
function readLevel(cursor: Cursor, level: number, style: number): XmlElement {
  const { view, at } = cursor;
  const flags = view.getUint8(at + 5);
  const format = formats[view.getUint8(at + 4)] ?? 'decimal';
  const text = at + levelSize + view.getUint8(at + 24) + view.getUint8(at + 25);
  const length = view.getUint16(text, true);
  cursor.at = text + 2 + length * 2;
  const label = Array.from({ length: Math.min(length, 255) }, (_, index) => {
    const code = view.getUint16(text + 2 + index * 2, true);
    return code < 9 ? `%${code + 1}` : String.fromCharCode(code);
  }).join('');
  const restartsAfter = (flags & 8) === 0 ? null : view.getUint8(at + 26);
  return xml('w:lvl', { 'w:ilvl': String(level) }, [
    property('w:start', view.getInt32(at, true)),
    property('w:numFmt', format),
    property('w:lvlText', label),
    ...((flags & 4) === 0 ? [] : [property('w:isLgl', true)]),
    ...(restartsAfter === null ? [] : [property('w:lvlRestart', restartsAfter)]),
    ...(style === noStyle ? [] : [property('w:pStyle', style)]),
  ]);
}
