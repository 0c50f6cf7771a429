import { recordsIn } from '../../office-art.ts';
import { xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { contentOf, decodeText, types, viewOf } from './records.ts';

/** Schemes of numbers by their codes ([MS-PPT], 2.13.34), as DrawingML names them. */
const schemes =
  'alphaLcPeriod alphaUcPeriod arabicParenR arabicPeriod romanLcParenBoth romanLcParenR romanLcPeriod romanUcPeriod alphaLcParenBoth alphaLcParenR alphaUcParenBoth alphaUcParenR arabicParenBoth arabicPlain romanUcParenBoth romanUcParenR'.split(
    ' ',
  );
const tagName = '___PPT9';
const maxEntries = 1000;

/** Returns the numbers of the paragraphs of a shape as `a:buAutoNum`, which runs refer to by position; null for a bullet ([MS-PPT], 2.9.67). */
export function readNumbering(shapeData: Uint8Array): (XmlElement | null)[] {
  for (const { type, content } of recordsIn(contentOf(shapeData, types.tags))) {
    if (type !== types.binaryTag || decodeText(contentOf(content, types.string)) !== tagName)
      continue;
    return entriesOf(viewOf(contentOf(contentOf(content, types.tagData), types.numbering)));
  }
  return [];
}

function entriesOf(view: DataView): (XmlElement | null)[] {
  const entries: (XmlElement | null)[] = [];
  let at = 0;
  const long = () => {
    at += 4;
    return at <= view.byteLength ? view.getUint32(at - 4, true) : 0;
  };
  const short = () => {
    at += 2;
    return at <= view.byteLength ? view.getInt16(at - 2, true) : 0;
  };
  while (at + 4 <= view.byteLength && entries.length < maxEntries) {
    const mask = long();
    if ((mask & 0x80_0000) !== 0) short();
    const isNumbered = (mask & 0x200_0000) !== 0 && short() === 1;
    const [scheme, start] = (mask & 0x100_0000) === 0 ? [3, 1] : [short(), short()];
    entries.push(
      isNumbered
        ? xml('a:buAutoNum', { type: schemes[scheme] ?? 'arabicPeriod', startAt: String(start) })
        : null,
    );
    if ((long() & 0x10_0000) !== 0) long();
    skipLanguage(long(), short, long);
  }
  return entries;
}

/** Moves behind the spelling and language of an entry ([MS-PPT], 2.9.30). */
function skipLanguage(mask: number, short: () => number, long: () => number): void {
  for (const bit of [1, 2, 4]) if ((mask & bit) !== 0) short();
  if ((mask & 0x40) !== 0) short();
  if ((mask & 0x20) !== 0) long();
  if ((mask & 0x200) !== 0) for (let count = Math.min(1000, long()); count > 0; count -= 1) long();
}
