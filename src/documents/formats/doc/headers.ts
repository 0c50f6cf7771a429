import { property, xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { type Range, readPositions, type WordFile } from './file-information.ts';
import { flagIn, sprms, sprmsOf } from './sprms.ts';

interface Headers {
  readonly parts: readonly {
    readonly id: string;
    readonly type: string;
    readonly content: XmlElement;
  }[];
  /** `w:sectPr` of each section. */
  readonly sections: readonly XmlElement[];
  /** `w:settings`. */
  readonly settings: XmlElement;
}

/** The six stories of a section ([MS-DOC], 2.8.22). */
const kinds = [
  ['header', 'even'],
  ['header', 'default'],
  ['footer', 'even'],
  ['footer', 'default'],
  ['header', 'first'],
  ['footer', 'first'],
] as const;
/** Stories that belong to no section: separators of notes. */
const before = 6;
const noSection = 0xffff_ffff;

/** Reads headers and footers. A section without one has that of the section before. */
export function readHeaders(
  file: WordFile,
  read: (range: Range) => readonly XmlElement[],
): Headers {
  const stories = readPositions(file.part('headers'), 0);
  const parts: { id: string; type: string; content: XmlElement }[] = [];
  const sections = readPositions(file.part('sections'), 12).map(({ data }, section) => {
    const references = kinds.flatMap(([type, use], index) => {
      const story = stories[before + section * kinds.length + index];
      if (story === undefined || story.end <= story.start) return [];
      const id = `${type}${parts.length}`;
      const name = type === 'header' ? 'w:hdr' : 'w:ftr';
      parts.push({ id, type, content: xml(name, {}, read(story)) });
      return [xml(`w:${type}Reference`, { 'w:type': use, 'r:id': id })];
    });
    const hasTitlePage = isTitlePage(file.main, data.getUint32(2, true));
    return xml('w:sectPr', {}, [property('w:titlePg', hasTitlePage), ...references]);
  });
  const hasEven = ((file.part('settings')[0] ?? 0) & 1) === 1;
  return {
    parts,
    sections,
    settings: xml('w:settings', {}, [property('w:evenAndOddHeaders', hasEven)]),
  };
}

function isTitlePage(main: Uint8Array, at: number): boolean {
  if (at === noSection) return false;
  const size = (main[at] ?? 0) | ((main[at + 1] ?? 0) << 8);
  for (const sprm of sprmsOf(main.subarray(at + 2, at + 2 + size)))
    if (sprm.code === sprms.hasTitlePage) return flagIn(sprm) === true;
  return false;
}
