import { type Element, element, isElement, type Node, textOf } from '../markup/tree.ts';
import { writeMarkdown } from '../markup/write-markdown.ts';
import { childOf, elementsOf, type XmlElement } from '../ooxml/xml.ts';
import { BodyReader } from './body.ts';
import { isShape } from './inline.ts';
import type { OdfPackage } from './package.ts';
import type { OdfStyles } from './styles.ts';

/** Writes the slides of a presentation, or the pages of a drawing, as pages with their titles. */
export function writeSlides(
  root: XmlElement,
  parts: OdfPackage,
  styles: OdfStyles,
): { text: string; pages: number[] } {
  const pages: number[] = [];
  let text = '';
  for (const page of elementsOf(root).filter(({ name }) => name === 'draw:page')) {
    if (isHiddenSlide(page, styles)) continue;
    const written = writeMarkdown(element('body', readSlide(page, parts, styles)));
    if (text !== '' && written !== '') text += '\n\n';
    pages.push(text.length);
    text += written;
  }
  return { text, pages };
}

const isHiddenSlide = ({ attributes }: XmlElement, styles: OdfStyles) =>
  styles.property(
    'drawing-page',
    attributes['draw:style-name'],
    'drawing-page-properties',
    'presentation:visibility',
  ) === 'hidden';

const isTitle = ({ attributes }: XmlElement) => attributes['presentation:class'] === 'title';
/** Frames that repeat on every slide. */
const repeated = /^(?:footer|header|date-time|page-number|page)$/;

function readSlide(page: XmlElement, parts: OdfPackage, styles: OdfStyles): Node[] {
  const reader = new BodyReader({ styles, parts, isMargin: true });
  const shapes = elementsOf(page).filter(
    (node) => isShape(node) && !repeated.test(node.attributes['presentation:class'] ?? ''),
  );
  const titles = shapes.filter(isTitle).flatMap((node) => headings(reader.shape(node)));
  const content = shapes.filter((node) => !isTitle(node)).flatMap((node) => reader.shape(node));
  const comments = elementsOf(page)
    .filter(({ name }) => name === 'office:annotation')
    .flatMap((node) => reader.comment(node));
  const blocks = [...content, ...comments, ...readNotes(page, reader)];
  return [...(titles.length > 0 ? titles : nameOf(page, blocks)), ...blocks];
}

/** Returns the name of a slide with content but without a title as its heading, unless it is only a number. */
function nameOf({ attributes }: XmlElement, blocks: readonly Node[]): Element[] {
  const name = attributes['draw:name'] ?? '';
  const isEmpty = blocks.every((node) => textOf(node).trim() === '');
  return isEmpty || name === '' || /^page\d+$/.test(name) ? [] : [element('h1', [name])];
}

/** Joins the lines of a title to one heading. */
function headings(blocks: readonly Node[]): Element[] {
  const lines = blocks.flatMap((block) => (isElement(block) ? block.children : [block]));
  const words = lines.map((line) => textOf(line).replaceAll(/\s+/g, ' ').trim()).filter(Boolean);
  return words.length === 0 ? [] : [element('h1', [words.join(' ')])];
}

/** Returns the speaker notes of a slide after a line that names them. */
function readNotes(page: XmlElement, reader: BodyReader): Node[] {
  const notes = elementsOf(childOf(page, 'presentation:notes'))
    .filter(({ attributes }) => attributes['presentation:class'] === 'notes')
    .flatMap((node) => reader.shape(node));
  return notes.every((node) => textOf(node).trim() === '')
    ? []
    : [element('p', ['Notes:']), ...notes];
}
