import { recordsIn } from '../../office-art.ts';
import { xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { contentOf, decodeText, types } from './records.ts';

const author = 0;
const text = 1;
const tagName = '___PPT10';

/** Returns the comments on a slide as `p:cm` ([MS-PPT], 2.5.10). New authors are added to `authors`. */
export function readComments(slide: Uint8Array, authors: Map<string, number>): XmlElement[] {
  const comments: XmlElement[] = [];
  for (const tag of recordsIn(contentOf(slide, types.tags))) {
    const isCurrent =
      tag.type === types.binaryTag && decodeText(contentOf(tag.content, types.string)) === tagName;
    if (!isCurrent) continue;
    for (const { type, content } of recordsIn(contentOf(tag.content, types.tagData))) {
      if (type !== types.comment) continue;
      const strings = new Map<number, string>();
      for (const inner of recordsIn(content))
        if (inner.type === types.string) strings.set(inner.instance, decodeText(inner.content));
      const name = strings.get(author) ?? '';
      const id = authors.get(name) ?? authors.size;
      authors.set(name, id);
      comments.push(
        xml('p:cm', { authorId: String(id) }, [xml('p:text', {}, [strings.get(text) ?? ''])]),
      );
    }
  }
  return comments;
}
