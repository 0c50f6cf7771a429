import { childOf, elementsOf, type XmlElement } from './parse.ts';

/** Elements that hold the title of a section besides the section itself. */
const titleHolders =
  /info$|^refmeta$|^(?:front-stub|title-group|book-part-meta|book-title-group|sec-meta)$/;

export const titleIn = (node: XmlElement | undefined) =>
  childOf(node, 'title', 'head', 'heading', 'article-title', 'refentrytitle', 'glossterm');

/** The section, or the element of its front matter that has the title. */
export function titleHolderOf(node: XmlElement): XmlElement | undefined {
  if (titleIn(node) !== undefined) return node;
  const holder = elementsOf(node).find(({ name }) => titleHolders.test(name));
  return holder === undefined
    ? undefined
    : titleIn(holder) !== undefined
      ? holder
      : titleHolderOf(holder);
}
