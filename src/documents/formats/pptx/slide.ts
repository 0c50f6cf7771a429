import { element, type Node } from '../../markup/tree.ts';
import { readDrawing } from '../../ooxml/drawing.ts';
import type { OfficePackage, Part } from '../../ooxml/package.ts';
import { childOf, descendants, elementsOf, type XmlElement } from '../../ooxml/xml.ts';
import { inheritedShapes, masterTextStyle, placeholderOf, type SlideParts } from './placeholder.ts';
import { inReadingOrder } from './reading-order.ts';
import { drawingProperties, type PlacedShape, visibleShapes } from './shapes.ts';
import { readSlideTable } from './table.ts';
import { readLine, readText } from './text.ts';

/** Size and direction of the slides of a presentation. */
export interface SlideGeometry {
  readonly width: number;
  readonly height: number;
  readonly isRightToLeft: boolean;
}

/** Reads the visible text of a slide, layout or notes page: its title as a heading, then the rest in reading order. */
export class SlideReader {
  readonly #parts: OfficePackage;
  readonly #geometry: SlideGeometry;

  constructor(parts: OfficePackage, geometry: SlideGeometry) {
    this.#parts = parts;
    this.#geometry = geometry;
  }

  /** Returns the content of the slide itself, without its footer, date and number. */
  slide(parts: SlideParts): Node[] {
    const shapes = this.#shapes(parts.slide, parts).filter(({ node }) => !isMargin(node));
    const titles = shapes.filter(({ node }) => isTitle(node));
    const others = shapes.filter(({ node }) => !isTitle(node));
    return [
      ...titles.flatMap(({ node }) => headingOf(node)),
      ...inReadingOrder(others, this.#geometry.isRightToLeft).flatMap(({ node }) =>
        this.#shape(node, parts),
      ),
    ];
  }

  /** Returns what the slide shows on many slides: its footer, and the texts of its layout and master. */
  margins(parts: SlideParts): Node[] {
    const footers = this.#shapes(parts.slide, parts).filter(
      ({ node }) => placeholderOf(node)?.type === 'ftr',
    );
    const behind = [parts.layout, parts.master].flatMap((part) =>
      part === null ? [] : this.#shapes(part, parts),
    );
    return [...footers, ...behind.filter(({ node }) => placeholderOf(node) === null)].flatMap(
      ({ node }) => (node.name === 'p:sp' ? this.#shape(node, parts) : []),
    );
  }

  /** Returns the speaker's notes of a slide. */
  notes(parts: SlideParts): Node[] {
    const notes = this.#parts.related(parts.slide.name, 'notesSlide');
    if (notes === null) return [];
    const own = { slide: notes, layout: null, master: null };
    return [...descendants(notes.root, 'p:sp')]
      .filter((shape) => placeholderOf(shape)?.type === 'body')
      .flatMap((shape) => this.#shape(shape, own));
  }

  #shapes(part: Part, parts: SlideParts): PlacedShape[] {
    const [tree] = descendants(part.root, 'p:spTree');
    const shapes = tree === undefined ? [] : visibleShapes(tree, parts);
    return shapes.filter(({ box }) => box === null || this.#isOnSlide(box));
  }

  #isOnSlide({ x, y, width, height }: NonNullable<PlacedShape['box']>): boolean {
    const { width: right, height: bottom } = this.#geometry;
    return x < right && y < bottom && x + width >= 0 && y + height >= 0;
  }

  #shape(node: XmlElement, parts: SlideParts): Node[] {
    if (node.name === 'p:sp') {
      const inherited = inheritedShapes(node, parts).map((shape) =>
        childOf(childOf(shape, 'p:txBody'), 'a:lstStyle'),
      );
      const styles = [...inherited, masterTextStyle(node, parts)];
      return readText(
        childOf(node, 'p:txBody'),
        styles.filter((style) => style !== undefined),
      );
    }
    const { descr = '' } = drawingProperties(node)?.attributes ?? {};
    if (node.name === 'p:pic') return descr.trim() === '' ? [] : [element('p', [descr])];
    const content = this.#frame(node, parts.slide.name);
    return content.length > 0 || descr.trim() === '' ? content : [element('p', [descr])];
  }

  /** Reads the table, chart or diagram of a frame. */
  #frame(node: XmlElement, from: string): Node[] {
    return elementsOf(node).flatMap((child): Node[] => {
      if (child.name === 'a:tbl') return [readSlideTable(child)];
      const drawn = readDrawing(child, this.#parts, from);
      return drawn.length > 0 ? drawn : this.#frame(child, from);
    });
  }
}

const isTitle = (node: XmlElement) => /^(?:title|ctrTitle)$/.test(placeholderOf(node)?.type ?? '');

const isMargin = (node: XmlElement) => /^(?:dt|ftr|sldNum)$/.test(placeholderOf(node)?.type ?? '');

function headingOf(node: XmlElement): Node[] {
  const lines = [...descendants(node, 'a:p')].map(readLine);
  return [
    element(
      'h1',
      lines.flatMap((line): Node[] => [...line, element('br', [])]),
    ),
  ];
}
