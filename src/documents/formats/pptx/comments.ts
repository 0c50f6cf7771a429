import { element, type Node } from '../../markup/tree.ts';
import { paragraphsOf } from '../../ooxml/drawing-text.ts';
import type { OfficePackage } from '../../ooxml/package.ts';
import { childOf, descendants, textIn, type XmlElement } from '../../ooxml/xml.ts';

/** Reads the comments on slides, in the form of PowerPoint 2021 and the one before. */
export class SlideComments {
  readonly #parts: OfficePackage;
  readonly #authors: ReadonlyMap<string, string>;

  constructor(parts: OfficePackage, presentation: string) {
    this.#parts = parts;
    const authors = ['commentAuthors', 'authors'].flatMap((type) => {
      const root = parts.related(presentation, type)?.root;
      return root === undefined
        ? []
        : [...descendants(root, 'p:cmAuthor'), ...descendants(root, 'p188:author')];
    });
    this.#authors = new Map(
      authors.map(({ attributes }) => [attributes.id ?? '', attributes.name ?? '']),
    );
  }

  /** Returns the comments on a slide as list items: `Ada: Check this`. */
  read(slide: string): Node[] {
    const comments = this.#parts.relatedNames(slide, 'comments').flatMap((name) => {
      const root = this.#parts.part(name)?.root;
      return root === undefined ? [] : this.#commentsIn(root);
    });
    return comments.map((text, index) =>
      element('item', [text], { label: '-', close: String(index > 0) }),
    );
  }

  #commentsIn(root: XmlElement): string[] {
    const old = [...descendants(root, 'p:cm')].map((comment) =>
      this.#line(comment, textIn(childOf(comment, 'p:text'))),
    );
    const current = [...descendants(root, 'p188:cm')].flatMap((comment) => [
      this.#line(comment, bodyOf(comment)),
      ...[...descendants(comment, 'p188:reply')].map((reply) => this.#line(reply, bodyOf(reply))),
    ]);
    return [...old, ...current].filter(Boolean);
  }

  #line({ attributes }: XmlElement, text: string): string {
    const words = text.replaceAll(/\s+/g, ' ').trim();
    const author = this.#authors.get(attributes.authorId ?? '') ?? '';
    return words === '' || author === '' ? words : `${author}: ${words}`;
  }
}

const bodyOf = (comment: XmlElement): string => {
  const body = childOf(comment, 'p188:txBody');
  return body === undefined ? '' : paragraphsOf(body).join(' ');
};
