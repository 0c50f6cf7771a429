import { property, xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';

const headerAt = 4;
const fieldVersion = 0xffff_ffff;
const checkBox = 1;
const list = 2;
const undefinedResult = 25;

/** Returns the state of a form field in the data stream ([MS-DOC], 2.9.78), as `w:ffData`; null for a field of text. */
export function readFormField(data: Uint8Array, start: number): XmlElement | null {
  if (start + 12 > data.length) return null;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const field = start + view.getUint16(start + headerAt, true);
  try {
    // Addresses of links are kept in the same way.
    if (view.getUint32(field, true) !== fieldVersion) return null;
    let at = field + 4;
    const flags = view.getUint16(at, true);
    const kind = flags & 3;
    if (kind !== checkBox && kind !== list) return null;
    at += 6;
    const text = () => {
      at += 2 + view.getUint16(at, true) * 2;
    };
    const endedText = () => {
      text();
      at += 2;
    };
    endedText();
    const result = (flags >> 2) & 0x1f;
    const chosen = result === undefinedResult ? view.getUint16(at, true) : result;
    at += 2;
    if (kind === checkBox)
      return xml('w:ffData', {}, [xml('w:checkBox', {}, [property('w:checked', chosen === 1)])]);
    for (let index = 0; index < 5; index += 1) endedText();
    at += 6;
    for (let index = 0; index < chosen; index += 1) text();
    const length = view.getUint16(at, true);
    const entry = new TextDecoder('utf-16le').decode(data.subarray(at + 2, at + 2 + length * 2));
    return xml('w:ffData', {}, [
      xml('w:ddList', {}, [property('w:result', 0), property('w:listEntry', entry)]),
    ]);
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}
