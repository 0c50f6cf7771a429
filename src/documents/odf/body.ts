import { groupBlocks } from '../markup/group-blocks.ts';
import { romanNumeral } from '../markup/numerals.ts';
import { codeStyle, quoteStyle } from '../markup/style-names.ts';
import { type Element, element, isElement, type Node } from '../markup/tree.ts';
import { childOf, elementsOf, type XmlElement } from '../ooxml/xml.ts';
import {
  commentParts,
  type InlineContext,
  type InlineResult,
  isBlank,
  isShape,
  readInline,
} from './inline.ts';
import { type ListCounter, Numbering, nextLabel, startValueOf } from './numbering.ts';
import type { OdfObjects } from './package.ts';
import { readFormula, readShape } from './shape.ts';
import type { OdfStyles } from './styles.ts';
import { readOdfTable } from './table.ts';

export interface BodyOptions {
  readonly styles: OdfStyles;
  readonly parts: OdfObjects;
  /** True for headers and footers. */
  readonly isMargin: boolean;
}

const containers =
  /^(?:office:text|text:(?:section|index-body|index-title|table-of-content|illustration-index|table-index|object-index|user-index|alphabetical-index|bibliography)|draw:text-box|text:note-body|style:(?:header|footer)(?:-left|-first)?|style:region-(?:left|center|right))$/;

/** Reads blocks of OpenDocument text into the corresponding HTML elements (OpenDocument 1.4, part 3, 5). */
export class BodyReader {
  readonly #styles: OdfStyles;
  readonly #parts: OdfObjects;
  readonly #inline: InlineContext;
  readonly #numbering: Numbering;
  readonly #notes: { readonly mark: string; readonly body: XmlElement }[] = [];
  readonly #noteCounts = { footnote: 0, endnote: 0 };

  constructor({ styles, parts, isMargin }: BodyOptions) {
    this.#styles = styles;
    this.#parts = parts;
    this.#numbering = new Numbering(styles);
    this.#inline = {
      styles,
      shape: (node) => this.shape(node),
      formula: (frame) => readFormula(frame, parts),
      comment: (annotation) => this.comment(annotation),
      noteMark: (note) => this.#noteMark(note),
      skipsPageFields: isMargin,
    };
  }

  read(node: XmlElement): Node[] {
    return groupBlocks(this.#blocks(node));
  }

  inline(paragraph: XmlElement): InlineResult {
    return readInline(paragraph, this.#inline);
  }

  shape(node: XmlElement): Node[] {
    return readShape(node, this.#parts, (content) => this.read(content));
  }

  /** Returns a comment as a paragraph with its subject, if `place` names one, and its author. */
  comment(annotation: XmlElement, place = ''): Node[] {
    const { author, blocks } = commentParts(annotation);
    const text = blocks.flatMap((block, index): Node[] => [
      ...(index === 0 ? [] : [element('br', [])]),
      ...this.inline(block).nodes,
    ]);
    const title = `Comment${place === '' ? '' : ` on ${place}`}${author === '' ? '' : ` (${author})`}`;
    return isBlank(text) ? [] : [element('p', [`${title}: `, ...text])];
  }

  /** Returns the notes referenced so far, with the notes in them. */
  notes(): Node[] {
    const items: Node[] = [];
    // Notes of notes are appended while they are read.
    for (const { mark, body } of this.#notes)
      items.push(element('item', this.read(body), { label: mark, close: 'false' }));
    return items;
  }

  #noteMark(note: XmlElement): string {
    const body = childOf(note, 'text:note-body');
    if (body === undefined) return '';
    const isEndnote = note.attributes['text:note-class'] === 'endnote';
    const number = ++this.#noteCounts[isEndnote ? 'endnote' : 'footnote'];
    const mark = `[${isEndnote ? romanNumeral(number) : number}]`;
    this.#notes.push({ mark, body });
    return mark;
  }

  #blocks(node: XmlElement): Node[] {
    return elementsOf(node).flatMap((child) => this.#block(child));
  }

  #block(node: XmlElement): Node[] {
    const { name, attributes } = node;
    if (name === 'text:p' || name === 'text:h') return this.#paragraph(node, null);
    if (name === 'text:list') return this.#list(node, this.#numbering.open(node), 0);
    if (name === 'text:numbered-paragraph') return this.#numberedParagraph(node);
    if (name === 'table:table') {
      const table = readOdfTable(node, this.#styles, (cell) => this.read(cell));
      return table === null ? [] : [table];
    }
    if (name === 'office:annotation') return this.comment(node);
    if (isShape(node)) return this.shape(node);
    const isHidden =
      attributes['text:display'] === 'none' ||
      (attributes['text:display'] === 'condition' && attributes['text:is-hidden'] === 'true') ||
      attributes['style:display'] === 'false';
    return containers.test(name) && !isHidden ? this.#blocks(node) : [];
  }

  /** `item` is the label and level of a list item that the paragraph begins; null elsewhere. */
  #paragraph(node: XmlElement, item: { label: string; level: number } | null): Node[] {
    const { nodes, asides } = this.inline(node);
    const heading = this.#headingOf(node);
    const label =
      item?.label ??
      (node.name === 'text:h' && heading !== null
        ? this.#numbering.heading(node, heading - 1)
        : '');
    if (isBlank(nodes)) return asides;
    const names = this.#styles.namesOf('paragraph', node.attributes['text:style-name']);
    if (heading !== null)
      return [
        element(
          `h${Math.min(6, heading)}`,
          label === '' || label === '-' ? nodes : [`${label} `, ...nodes],
        ),
        ...asides,
      ];
    if (item !== null && label !== '')
      return [element('item', nodes, { label, indent: '  '.repeat(item.level) }), ...asides];
    if (names.some((name) => codeStyle.test(name))) return [element('pre', nodes), ...asides];
    const isQuote = names.some((name) => quoteStyle.test(name));
    return [element(isQuote ? 'blockquote' : 'p', nodes), ...asides];
  }

  #headingOf(node: XmlElement): number | null {
    if (node.name === 'text:h') {
      const level = Number(node.attributes['text:outline-level'] ?? 1);
      return Number.isInteger(level) && level > 0 ? level : 1;
    }
    const names = this.#styles.namesOf('paragraph', node.attributes['text:style-name']);
    if (names.includes('title')) return 1;
    return names.includes('subtitle') ? 2 : null;
  }

  #numberedParagraph(node: XmlElement): Node[] {
    const level = Math.max(0, Number(node.attributes['text:level'] ?? 1) - 1) || 0;
    const counter = this.#numbering.open({
      ...node,
      attributes: { 'text:continue-numbering': 'true', ...node.attributes },
    });
    const label = nextLabel(counter, level, startValueOf(node));
    return elementsOf(node).flatMap((child) => this.#paragraph(child, { label, level }));
  }

  #list(node: XmlElement, counter: ListCounter, level: number): Node[] {
    return elementsOf(node).flatMap((item) =>
      item.name === 'text:list-item' || item.name === 'text:list-header'
        ? this.#item(item, counter, level)
        : [],
    );
  }

  /** Reads an item: its own text with its label, then nested lists. */
  #item(item: XmlElement, counter: ListCounter, level: number): Node[] {
    const result: Node[] = [];
    let isFirst = item.name === 'text:list-item';
    for (const child of elementsOf(item)) {
      if (child.name === 'text:list')
        for (const block of this.#list(child, this.#numbering.styleOf(child, counter), level + 1))
          result.push(block);
      else if (child.name === 'text:p' || child.name === 'text:h') {
        const label = isFirst ? nextLabel(counter, level, startValueOf(item)) : '';
        result.push(
          ...continued(
            result.at(-1),
            this.#paragraph(child, isFirst ? { label, level } : null),
            isFirst,
          ),
        );
        isFirst = false;
      } else result.push(...this.#block(child));
    }
    return result;
  }
}

/** Indents further paragraphs of an item like its text. */
function continued(before: Node | undefined, blocks: readonly Node[], isFirst: boolean): Node[] {
  if (isFirst || before === undefined || !isElement(before) || before.tag !== 'item')
    return [...blocks];
  const { label = '-', indent = '' } = before.attributes;
  const within: Element['attributes'] = { label: ' '.repeat(label.length), indent };
  return blocks.map((block) =>
    isElement(block) && block.tag === 'p' ? element('item', block.children, within) : block,
  );
}
