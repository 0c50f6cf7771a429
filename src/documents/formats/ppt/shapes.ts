import { maxCharacters } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { artTypes, readArtProperties, recordsIn } from '../../office-art.ts';
import { xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { readNumbering } from './numbering.ts';
import { contentOf, findRecord, numberAt, types, viewOf } from './records.ts';
import type { Frame, Shape } from './shape.ts';
import { slideTable } from './table.ts';
import { readTexts, type SlideText, type TextContext, textBody } from './text.ts';

/** Placeholders by their numbers ([MS-PPT], 2.13.23). */
const placeholders: Readonly<Record<number, string>> = {
  1: 'title',
  2: 'body',
  3: 'ctrTitle',
  4: 'subTitle',
  5: 'sldImg',
  6: 'body',
  7: 'dt',
  8: 'sldNum',
  9: 'ftr',
  10: 'hdr',
  11: 'sldImg',
  12: 'body',
  13: 'title',
  14: 'body',
  15: 'ctrTitle',
  16: 'subTitle',
  17: 'title',
  18: 'body',
};
const titleTypes = new Set([0, 6]);
/** Type of a shape. */
const line = 20;
const maxDepth = 20;
const maxShapes = 200_000;

/** Translates the drawings of slides into PresentationML. Counts what all of them have together. */
export class ShapeReader {
  readonly #context: TextContext;
  #shapes = 0;
  #characters = 0;

  constructor(context: Pick<TextContext, 'fonts'>) {
    this.#context = { bullets: new Map(), ...context };
  }

  /** Returns the shapes of a slide, notes page or master. `outline` are the texts that its shapes refer to. */
  read(
    slide: Uint8Array,
    outline: readonly SlideText[],
    bullets: TextContext['bullets'],
  ): XmlElement[] {
    const drawing = contentOf(contentOf(slide, types.drawing), 0xf002);
    const context = { ...this.#context, bullets };
    return [...recordsIn(drawing)]
      .filter(({ type }) => type === artTypes.group)
      .flatMap(({ content }) => this.#group(content, outline, context, 0).slice(1));
  }

  /** Returns the members of a group, of which the first one stands for the group itself. */
  #group(
    group: Uint8Array,
    outline: readonly SlideText[],
    context: TextContext,
    depth: number,
  ): XmlElement[] {
    return [...recordsIn(group)].flatMap(({ type, content }): XmlElement[] => {
      if (type === artTypes.group && depth < maxDepth)
        return [this.#inner(content, outline, context, depth + 1)];
      if (type !== artTypes.shape) return [];
      const shape = this.#shape(content, outline);
      return [shape === null ? xml('p:hidden') : written(shape, context)];
    });
  }

  #inner(
    group: Uint8Array,
    outline: readonly SlideText[],
    context: TextContext,
    depth: number,
  ): XmlElement {
    const head = contentOf(group, artTypes.shape);
    const shown = anchorOf(head);
    if (readArtProperties(head).isTable) {
      const cells = [...recordsIn(group)]
        .filter(({ type }) => type === artTypes.shape)
        .slice(1)
        .filter(({ content }) => findRecord(content, artTypes.shapeHead)?.instance !== line)
        .map(({ content }) => this.#shape(content, outline))
        .filter((shape) => shape !== null);
      const table = slideTable(cells, context);
      if (table !== null) return graphicFrame(shown, table);
    }
    if (readArtProperties(head).isHidden) return xml('p:hidden');
    const frame = findRecord(head, types.groupFrame);
    const inner = frame === null ? null : rectangle(frame.content, 4, [0, 1, 2, 3]);
    return xml('p:grpSp', {}, [
      xml('p:nvGrpSpPr'),
      xml('p:grpSpPr', {}, shown === null || inner === null ? [] : [transform(shown, inner)]),
      ...this.#group(group, outline, context, depth).slice(1),
    ]);
  }

  /** Returns a shape; null for one that is hidden. */
  #shape(bytes: Uint8Array, outline: readonly SlideText[]): Shape | null {
    this.#shapes += 1;
    if (this.#shapes > maxShapes)
      throw new DocumentFault('too_large', `The presentation has more than ${maxShapes} shapes.`);
    const { isHidden, description, wordArt } = readArtProperties(bytes);
    if (isHidden) return null;
    const content = contentOf(bytes, types.shapeText);
    const reference = findRecord(content, types.outlineReference);
    const text =
      (reference === null ? undefined : outline[numberAt(reference.content, 0)]) ??
      readTexts(content).find(({ text }) => text !== '') ??
      null;
    this.#characters += text?.text.length ?? 0;
    if (this.#characters > maxCharacters)
      throw new DocumentFault(
        'too_large',
        `The presentation has more than ${maxCharacters} characters of text.`,
      );
    const records = contentOf(bytes, types.shapeData);
    const data = findRecord(records, types.placeholder);
    const numbering = readNumbering(records);
    const named = data === null ? null : (placeholders[data.content[4] ?? 0] ?? 'obj');
    const placeholder = text !== null && titleTypes.has(text.type) ? 'title' : named;
    return { frame: anchorOf(bytes), placeholder, text, numbering, description, wordArt };
  }
}

function anchorOf(shape: Uint8Array): Frame | null {
  const child = findRecord(shape, types.childAnchor);
  if (child !== null) return rectangle(child.content, 4, [0, 1, 2, 3]);
  const anchor = findRecord(shape, types.shapeAnchor);
  if (anchor === null) return null;
  // Top, left, right, bottom.
  return rectangle(anchor.content, anchor.content.length >= 16 ? 4 : 2, [1, 0, 2, 3]);
}

function rectangle(
  bytes: Uint8Array,
  size: 2 | 4,
  [left, top, right, bottom]: readonly [number, number, number, number],
): Frame | null {
  if (bytes.length < size * 4) return null;
  const view = viewOf(bytes);
  const at = (index: number) =>
    size === 2 ? view.getInt16(index * 2, true) : view.getInt32(index * 4, true);
  return { left: at(left), top: at(top), right: at(right), bottom: at(bottom) };
}

const place = ({ left, top, right, bottom }: Frame, prefix: string): XmlElement[] => [
  xml(prefix === '' ? 'a:off' : 'a:chOff', { x: String(left), y: String(top) }),
  xml(prefix === '' ? 'a:ext' : 'a:chExt', { cx: String(right - left), cy: String(bottom - top) }),
];

const transform = (shown: Frame, inner: Frame | null, name = 'a:xfrm'): XmlElement =>
  xml(name, {}, [...place(shown, ''), ...(inner === null ? [] : place(inner, 'ch'))]);

const graphicFrame = (frame: Frame | null, table: XmlElement): XmlElement =>
  xml('p:graphicFrame', {}, [
    xml('p:nvGraphicFramePr'),
    ...(frame === null ? [] : [transform(frame, null, 'p:xfrm')]),
    table,
  ]);

function written(
  { frame, placeholder, text, numbering, description, wordArt }: Shape,
  context: TextContext,
): XmlElement {
  const isPicture = text === null && wordArt === '';
  const drawn = text ?? { type: 4, text: wordArt, properties: { paragraphs: [], characters: [] } };
  return xml(isPicture ? 'p:pic' : 'p:sp', {}, [
    xml('p:nvSpPr', {}, [
      xml('p:cNvPr', { descr: description }),
      xml('p:nvPr', {}, placeholder === null ? [] : [xml('p:ph', { type: placeholder })]),
    ]),
    xml('p:spPr', {}, frame === null ? [] : [transform(frame, null)]),
    ...(isPicture ? [] : [textBody(drawn, { ...context, numbering })]),
  ]);
}
