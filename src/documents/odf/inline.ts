import { MarkedText } from '../markup/marked-text.ts';
import { withSymbols } from '../markup/symbol-font.ts';
import { element, isElement, type Node, textOf } from '../markup/tree.ts';
import { childOf, descendants, elementsOf, type XmlElement } from '../ooxml/xml.ts';
import { formState } from './form-field.ts';
import { inheritFormat, type OdfStyles, type TextFormat } from './styles.ts';

export interface InlineContext {
  readonly styles: OdfStyles;
  /** Reads content anchored in a line but laid out apart from it: frames and shapes. */
  readonly shape: (node: XmlElement) => Node[];
  /** Returns the formula that a frame shows in the line; null for other frames. */
  readonly formula: (frame: XmlElement) => Node | null;
  readonly comment: (annotation: XmlElement) => Node[];
  /** Keeps a note for the end of the document and returns its reference mark. */
  readonly noteMark: (note: XmlElement) => string;
  /** Skips page numbers, which have no meaning outside of their page. */
  readonly skipsPageFields: boolean;
}

export interface InlineResult {
  readonly nodes: Node[];
  /** Blocks that follow the paragraph. */
  readonly asides: Node[];
}

const maxSpaces = 200;

/** Content that is not seen: marks, declarations, deleted text and code. */
const skipped =
  /^(?:text:(?:tracked-changes|change|change-start|change-end|bookmark|bookmark-start|bookmark-end|reference-mark|reference-mark-start|reference-mark-end|toc-mark|toc-mark-start|toc-mark-end|alphabetical-index-mark|user-index-mark|number|script|hidden-paragraph)|office:(?:annotation-end|event-listeners|forms)|svg:(?:title|desc)|presentation:(?:footer|header|date-time))$/;

const shapes =
  /^(?:draw:(?:frame|custom-shape|rect|ellipse|circle|line|polyline|polygon|regular-polygon|path|connector|caption|measure|g|a)|dr3d:scene)$/;
export const isShape = ({ name }: XmlElement): boolean => shapes.test(name);

/** Reads the inline content of a paragraph (OpenDocument 1.4, part 3, 6). */
export function readInline(paragraph: XmlElement, context: InlineContext): InlineResult {
  const reader = new InlineReader(context);
  const isHidden = [...descendants(paragraph, 'text:hidden-paragraph')].some(
    ({ attributes }) => attributes['text:is-hidden'] !== 'false',
  );
  if (!isHidden)
    reader.read(
      paragraph,
      context.styles.format('paragraph', paragraph.attributes['text:style-name']),
    );
  return reader.result;
}

class InlineReader {
  readonly #context: InlineContext;
  readonly #text = new MarkedText();
  readonly #asides: Node[] = [];

  constructor(context: InlineContext) {
    this.#context = context;
  }

  get result(): InlineResult {
    return { nodes: this.#text.nodes, asides: this.#asides };
  }

  read(node: XmlElement, format: TextFormat): void {
    for (const child of node.children) {
      if (typeof child === 'string')
        this.#add(withSymbols(child.replaceAll(/[ \t\r\n]+/g, ' '), format.font), format);
      else this.#element(child, format);
    }
  }

  #element(node: XmlElement, format: TextFormat): void {
    if (!isSeen(node, this.#context.skipsPageFields)) return;
    const { attributes, name } = node;
    if (name === 'text:span') {
      const own = this.#context.styles.format('text', attributes['text:style-name']);
      this.read(node, inheritFormat(format, own));
    } else if (name === 'office:annotation') {
      this.#asides.push(...this.#context.comment(node));
    } else if (isShape(node)) this.#drawing(node, format);
    else {
      const text = formState(node) ?? this.#textOf(node, format);
      if (text === null) this.read(node, format);
      else this.#add(text, format);
    }
    if (name === 'text:ruby-base') this.#add('(', format);
    if (name === 'text:ruby') this.#add(')', format);
  }

  /** Returns what an element without content of its own stands for; null for other elements. */
  #textOf({ attributes, name, ...node }: XmlElement, format: TextFormat): Node | null {
    switch (name) {
      case 'text:s':
        return ' '.repeat(spacesOf(attributes['text:c']));
      case 'text:tab':
        return '\t';
      case 'text:line-break':
        return element('br', []);
      case 'text:note':
        return format.isHidden === true
          ? ''
          : this.#context.noteMark({ attributes, name, ...node });
      default:
        return null;
    }
  }

  #drawing(node: XmlElement, format: TextFormat): void {
    if (format.isHidden === true) return;
    const formula = this.#context.formula(node);
    if (formula === null) this.#asides.push(...this.#context.shape(node));
    else this.#add(formula, format);
  }

  #add(node: Node, format: TextFormat): void {
    if (format.isHidden === true) return;
    const { position } = format;
    this.#text.add(
      [node],
      [
        ...(format.isStruck === true ? ['del'] : []),
        ...(position === 'sup' || position === 'sub' ? [position] : []),
      ],
    );
  }
}

/** False for marks, deleted text, page numbers of margins, placeholders and text with a hidden condition. */
function isSeen({ name, attributes }: XmlElement, skipsPageFields: boolean): boolean {
  if (skipped.test(name) || attributes['text:display'] === 'none') return false;
  if (name === 'text:page-number' || name === 'text:page-count') return !skipsPageFields;
  if (name === 'text:hidden-text') return attributes['text:is-hidden'] === 'false';
  return attributes['loext:showing-place-holder'] !== 'true';
}

const spacesOf = (count: string | undefined) =>
  /^\d{1,9}$/.test(count ?? '') ? Math.min(maxSpaces, Number(count)) : 1;

export const isBlank = (nodes: readonly Node[]): boolean =>
  nodes.every((node) => textOf(node).trim() === '' && !(isElement(node) && node.tag === 'math'));

/** Returns the alternative text of a picture or shape: its description, else its title. */
export function alternativeText(node: XmlElement): string {
  const [description, title] = ['svg:desc', 'svg:title'].map((name) =>
    (childOf(node, name)?.children ?? [])
      .filter((child) => typeof child === 'string')
      .join('')
      .trim(),
  );
  return description === '' ? (title ?? '') : (description ?? '');
}

/** Returns who wrote a comment, and its paragraphs. */
export const commentParts = (node: XmlElement) => ({
  author: (childOf(node, 'dc:creator')?.children ?? []).join('').trim(),
  blocks: elementsOf(node).filter(({ name }) => name === 'text:p' || name === 'text:list'),
});
