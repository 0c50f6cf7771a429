import { xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import type { CharacterFormat } from './characters.ts';
import type { Range } from './file-information.ts';
import type { FormattedText } from './formatted-text.ts';
import { asTables, type TableParagraph } from './tables.ts';

/** Notes, drawings and fields of a story, by the positions of their characters. */
export interface StoryContext {
  /** References of notes and comments. */
  readonly references: ReadonlyMap<number, XmlElement>;
  /** Sorted positions of references that have a mark of their own. */
  readonly marks: readonly number[];
  /** Positions at which a section ends. */
  readonly sectionEnds: ReadonlySet<number>;
  /** Returns the drawing that is anchored at a position. */
  readonly drawing: (position: number) => XmlElement[];
  /** Returns the state of the form field that the data stream holds; null for none. */
  readonly formField: (at: number) => XmlElement | null;
  /** Returns the picture that the data stream holds; null for one without a text. */
  readonly picture: (at: number) => XmlElement | null;
}

const codes = {
  picture: 0x01,
  noteReference: 0x02,
  cellEnd: 0x07,
  drawing: 0x08,
  tab: 0x09,
  lineBreak: 0x0b,
  pageBreak: 0x0c,
  paragraphEnd: 0x0d,
  columnBreak: 0x0e,
  fieldBegin: 0x13,
  fieldSeparator: 0x14,
  fieldEnd: 0x15,
  hyphen: 0x1e,
} as const;

const pieces = /\p{Cc}|\P{Cc}+/gu;

/** Translates the paragraphs of one story into WordprocessingML. */
export class Story {
  readonly #text: FormattedText;
  readonly #context: StoryContext;
  /** Open fields: the element of their begin, and true while in their code. */
  #fields: { readonly begin: XmlElement; isCode: boolean }[] = [];

  constructor(text: FormattedText, context: StoryContext) {
    this.#text = text;
    this.#context = context;
  }

  read(range: Range): XmlElement[] {
    return asTables([...this.#paragraphs(range)]);
  }

  *#paragraphs({ start, end }: Range): Generator<TableParagraph> {
    const last = Math.min(end, this.#text.text.length);
    for (let from = start; from < last; ) {
      let mark = from;
      while (mark < last && !this.#isMark(mark)) mark += 1;
      yield this.#paragraph(from, mark);
      from = mark + 1;
    }
  }

  #isMark(position: number): boolean {
    const code = this.#text.text.charCodeAt(position);
    return (
      code === codes.paragraphEnd ||
      code === codes.cellEnd ||
      (code === codes.pageBreak && this.#context.sectionEnds.has(position + 1))
    );
  }

  #paragraph(start: number, mark: number): TableParagraph {
    const format = this.#text.paragraphAt(Math.min(mark, this.#text.text.length - 1));
    const ofMark = this.#text.characterAt(mark);
    const properties = xml('w:pPr', {}, [
      ...format.properties,
      xml('w:rPr', {}, [
        ...(ofMark?.properties.children ?? []),
        ...(ofMark?.isDeleted === true ? [xml('w:del')] : []),
      ]),
    ]);
    const runs: XmlElement[] = [];
    for (const run of this.#text.runs(start, mark)) {
      if (run.format.isDeleted) continue;
      const children = this.#content(run.start, run.end, run.format);
      if (children.length > 0) runs.push(xml('w:r', {}, [run.format.properties, ...children]));
    }
    this.#fields = this.#fields.filter(({ isCode }) => !isCode);
    return {
      node: xml('w:p', {}, [properties, ...runs]),
      depth: format.depth,
      endsCell:
        format.depth > 1
          ? format.endsInnerCell
          : this.#text.text.charCodeAt(mark) === codes.cellEnd,
      endsRow: format.endsRow,
      row: format.row,
    };
  }

  /** Returns the content of a run as children of `w:r`. */
  #content(start: number, end: number, format: CharacterFormat): XmlElement[] {
    const { symbol } = format;
    const content: XmlElement[] = [];
    let at = start;
    for (const [part] of this.#text.text.slice(start, end).matchAll(pieces)) {
      if (symbol !== null && part >= ' ') content.push(...Array.from(part, () => symbol));
      else if (part < ' ') content.push(...this.#special(part.charCodeAt(0), at, format));
      else content.push(...this.#words(part, at));
      at += part.length;
    }
    return content;
  }

  /** Returns text; a note may be referenced by a mark of its own rather than by its number. */
  #words(part: string, start: number): XmlElement[] {
    const name = this.#fields.at(-1)?.isCode === true ? 'w:instrText' : 'w:t';
    const words: XmlElement[] = [];
    let from = 0;
    for (const mark of marksWithin(this.#context.marks, start, start + part.length)) {
      const reference = this.#context.references.get(mark);
      words.push(xml(name, {}, [part.slice(from, mark - start)]));
      if (reference !== undefined) words.push(reference);
      from = mark - start;
    }
    words.push(xml(name, {}, [part.slice(from)]));
    return words;
  }

  #special(code: number, at: number, format: CharacterFormat): XmlElement[] {
    const reference = this.#context.references.get(at);
    if (reference !== undefined) return [reference];
    switch (code) {
      case codes.tab:
        return [xml('w:tab')];
      case codes.lineBreak:
      case codes.pageBreak:
      case codes.columnBreak:
        return [xml('w:br')];
      case codes.hyphen:
        return [xml('w:noBreakHyphen')];
      case codes.drawing:
        return this.#context.drawing(at);
      case codes.picture:
        return this.#data(format);
      case codes.fieldBegin:
      case codes.fieldSeparator:
      case codes.fieldEnd:
        return [this.#field(code)];
      default:
        return [];
    }
  }

  #field(code: number): XmlElement {
    if (code === codes.fieldBegin) {
      const begin = xml('w:fldChar', { 'w:fldCharType': 'begin' });
      this.#fields.push({ begin, isCode: true });
      return begin;
    }
    const field = this.#fields.at(-1);
    if (code === codes.fieldEnd) this.#fields.pop();
    else if (field !== undefined) field.isCode = false;
    return xml('w:fldChar', {
      'w:fldCharType': code === codes.fieldEnd ? 'end' : 'separate',
    });
  }

  /** Returns the picture of a run. A form field keeps its state in the code of its field. */
  #data({ dataAt }: CharacterFormat): XmlElement[] {
    const field = this.#fields.at(-1);
    if (dataAt === null) return [];
    if (field?.isCode !== true) {
      const picture = this.#context.picture(dataAt);
      return picture === null ? [] : [picture];
    }
    const state = this.#context.formField(dataAt);
    if (state !== null && field.begin.children.length === 0) field.begin.children.push(state);
    return [];
  }
}

/** Returns the sorted positions from `start` on that are before `end`. */
function marksWithin(marks: readonly number[], start: number, end: number): readonly number[] {
  let [low, high] = [0, marks.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((marks[middle] ?? 0) < start) low = middle + 1;
    else high = middle;
  }
  let last = low;
  while (last < marks.length && (marks[last] ?? 0) < end) last += 1;
  return marks.slice(low, last);
}
