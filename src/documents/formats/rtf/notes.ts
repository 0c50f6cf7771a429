import { romanNumeral } from '../../markup/numerals.ts';
import { type Element, element, type Node } from '../../markup/tree.ts';

/** Footnotes and endnotes in their order, and comments. */
export class Notes {
  readonly items: Element[] = [];
  /** Kind of the note that is read. */
  isEndnote = false;
  /** Author of the next comment. */
  author = '';
  readonly #counts = { footnote: 0, endnote: 0 };

  /** Keeps a note and returns its reference mark. */
  add(blocks: readonly Node[]): string {
    const number = ++this.#counts[this.isEndnote ? 'endnote' : 'footnote'];
    const label = `[${this.isEndnote ? romanNumeral(number) : number}]`;
    this.isEndnote = false;
    this.items.push(element('item', blocks, { label, close: 'false' }));
    return label;
  }

  /** Returns a comment as a paragraph that names its author. */
  comment(blocks: readonly Node[]): Node[] {
    if (blocks.length === 0) return [];
    const title = this.author === '' ? 'Comment: ' : `Comment (${this.author}): `;
    const text = blocks.flatMap((block, index): Node[] => [
      ...(index === 0 ? [] : [element('br', [])]),
      ...(typeof block === 'string' ? [block] : block.children),
    ]);
    return [element('p', [title, ...text])];
  }
}
