import { recordsIn } from '../../office-art.ts';
import { xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { decodeText, numberAt, types } from './records.ts';
import {
  type CharacterRun,
  hasMasterBullet,
  type MasterBullets,
  readTextProperties,
  type TextProperties,
} from './text-properties.ts';

/** A text of a slide, with its formatting. */
export interface SlideText {
  /** Kind of text: 0 and 6 are titles. */
  readonly type: number;
  readonly text: string;
  readonly properties: TextProperties;
}

const plain: TextProperties = { paragraphs: [], characters: [] };
const fields = new Set<number>([
  types.slideNumber,
  types.dateTime,
  types.genericDate,
  types.header,
  types.footer,
]);

/** Reads the texts in a sequence of records: each begins with a head ([MS-PPT], 2.9.76). */
export function readTexts(bytes: Uint8Array): SlideText[] {
  const texts: { type: number; text: string; properties: TextProperties }[] = [];
  let last = { type: 4, text: '', properties: plain };
  for (const { type, content } of recordsIn(bytes)) {
    if (type === types.textHead) {
      last = { type: numberAt(content, 0), text: '', properties: plain };
      texts.push(last);
    } else if (type === types.text) last.text = decodeText(content);
    else if (type === types.narrowText) last.text = new TextDecoder('latin1').decode(content);
    else if (type === types.textProperties)
      last.properties = readTextProperties(content, last.text.length);
    // A field, such as the number of the slide, has a placeholder in the text.
    else if (fields.has(type)) last.text = withoutCharacter(last.text, numberAt(content, 0));
  }
  return texts;
}

/** Keeps the positions of all other characters. */
const withoutCharacter = (text: string, at: number): string =>
  at < text.length ? `${text.slice(0, at)}\0${text.slice(at + 1)}` : text;

export interface TextContext {
  /** Numbers of the paragraphs of a shape, by position; null for bullets. */
  readonly numbering?: readonly (XmlElement | null)[];
  readonly fonts: readonly string[];
  readonly bullets: MasterBullets;
}

/** Writes a text as `p:txBody`. */
export function textBody({ type, text, properties }: SlideText, context: TextContext): XmlElement {
  const paragraphs: XmlElement[] = [];
  let start = 0;
  let run = 0;
  let runEnd = properties.paragraphs[0]?.length ?? Number.POSITIVE_INFINITY;
  const runs = new RunCursor(properties.characters, context.fonts);
  for (const line of text.split('\r')) {
    while (start >= runEnd && run + 1 < properties.paragraphs.length) {
      run += 1;
      runEnd += properties.paragraphs[run]?.length ?? 0;
    }
    const { level = 0, hasBullet = null } = properties.paragraphs[run] ?? {};
    const isItem = hasBullet ?? hasMasterBullet(context.bullets, type, level);
    const number = context.numbering?.[runs.number] ?? xml('a:buChar');
    paragraphs.push(
      xml('a:p', {}, [
        xml('a:pPr', { lvl: String(level) }, [isItem ? number : xml('a:buNone')]),
        ...runs.read(line),
      ]),
    );
    start += line.length + 1;
  }
  return xml('p:txBody', {}, paragraphs);
}

/** Cuts lines at the ends of runs. */
class RunCursor {
  readonly #runs: readonly CharacterRun[];
  readonly #fonts: readonly string[];
  #index = 0;
  /** Characters that are left of the run. */
  #left: number;

  constructor(runs: readonly CharacterRun[], fonts: readonly string[]) {
    this.#runs = runs;
    this.#fonts = fonts;
    this.#left = runs[0]?.length ?? Number.POSITIVE_INFINITY;
  }

  /** Position of the number of the paragraph that begins here. */
  get number(): number {
    this.#skipEmpty();
    return this.#runs[this.#index]?.number ?? 0;
  }

  /** Returns the runs of a line, and moves behind its mark. */
  read(line: string): XmlElement[] {
    const elements: XmlElement[] = [];
    for (let at = 0; at < line.length; ) {
      this.#skipEmpty();
      const text = line.slice(at, at + this.#left);
      elements.push(...this.#written(text));
      at += text.length;
      this.#left -= text.length;
    }
    this.#skipEmpty();
    this.#left -= 1;
    return elements;
  }

  #skipEmpty(): void {
    while (this.#left <= 0) {
      this.#index += 1;
      this.#left += this.#runs[this.#index]?.length ?? Number.POSITIVE_INFINITY;
    }
  }

  #written(text: string): XmlElement[] {
    const run = this.#runs[this.#index];
    const font = run?.symbolFont ?? run?.font ?? null;
    const name = font === null ? undefined : this.#fonts[font];
    const properties = xml('a:rPr', { baseline: String((run?.raised ?? 0) * 1000) }, [
      ...(name === undefined ? [] : [xml('a:latin', { typeface: name })]),
    ]);
    return text
      .split('\v')
      .flatMap((part, index): XmlElement[] => [
        ...(index === 0 ? [] : [xml('a:br')]),
        xml('a:r', {}, [properties, xml('a:t', {}, [part.replaceAll('\0', '')])]),
      ]);
  }
}

/** Returns the names of the fonts of a presentation by their numbers. */
export function readFonts(environment: Uint8Array): string[] {
  const names: string[] = [];
  for (const collection of recordsIn(environment)) {
    if (collection.type !== types.fonts) continue;
    for (const { type, instance, content } of recordsIn(collection.content))
      if (type === types.font)
        names[instance] = decodeText(content.subarray(0, 64)).replace(/\0.*$/s, '');
  }
  return names;
}
