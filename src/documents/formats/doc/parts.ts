import { xml } from '../../ooxml/build-xml.ts';
import { OfficePackage, type Part } from '../../ooxml/package.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { Drawings, inlinePicture } from './drawings.ts';
import {
  type Range,
  readPositions,
  type StoryName,
  type TableName,
  type WordFile,
} from './file-information.ts';
import { readFormField } from './form-field.ts';
import { FormattedText } from './formatted-text.ts';
import { readHeaders } from './headers.ts';
import { readLists } from './lists.ts';
import { Story, type StoryContext } from './story.ts';
import { readStyles } from './styles.ts';

const folder = 'word/';
const mainName = `${folder}document.xml`;
const authorAt = 20;

type Kind = 'footnote' | 'endnote' | 'comment';
/** Size of the data of a reference. */
const referenceSize: Readonly<Record<Kind, number>> = { footnote: 2, endnote: 2, comment: 30 };

/** Translates a Word document of 1997 to 2003 into the parts that one of today has. */
export const translateDocument = (file: WordFile): { parts: OfficePackage; main: Part } =>
  new Translation(file).package();

class Translation {
  readonly #file: WordFile;
  readonly #text: FormattedText;
  readonly #stories: Readonly<Record<StoryName, Range>>;
  readonly #parts = new Map<string, XmlElement>();
  readonly #relations: XmlElement[] = [];

  constructor(file: WordFile) {
    this.#file = file;
    this.#text = new FormattedText(file);
    this.#stories = file.stories();
  }

  package(): { parts: OfficePackage; main: Part } {
    const file = this.#file;
    this.#add('styles', 'styles', readStyles(file.part('styles'), this.#text.fonts));
    this.#add(
      'numbering',
      'numbering',
      readLists(file.partToEnd('lists'), file.part('listInstances')),
    );
    for (const kind of ['footnote', 'endnote', 'comment'] as const) this.#addNotes(kind);
    const headers = readHeaders(file, (range) => this.#read('headers', range));
    for (const { id, type, content } of headers.parts) this.#add(id, type, content);
    this.#add('settings', 'settings', headers.settings);
    const body = xml('w:body', {}, [...this.#readMain(), ...headers.sections]);
    this.#parts.set(mainName, xml('', {}, [xml('w:document', {}, [body])]));
    this.#parts.set(
      `${folder}_rels/document.xml.rels`,
      xml('', {}, [xml('Relationships', {}, this.#relations)]),
    );
    const parts = new OfficePackage(new Map(), this.#parts);
    return { parts, main: parts.part(mainName) as Part };
  }

  #add(id: string, type: string, root: XmlElement): void {
    const target = `${id}.xml`;
    this.#parts.set(folder + target, xml('', {}, [root]));
    this.#relations.push(xml('Relationship', { Id: id, Type: type, Target: target }));
  }

  /** Reads a part of a story, whose positions begin with the story. */
  #read(
    story: StoryName,
    { start, end }: Range,
    context: Partial<StoryContext> = {},
  ): XmlElement[] {
    const whole = this.#stories[story];
    const range = { start: whole.start + start, end: Math.min(whole.end, whole.start + end) };
    const { data } = this.#file;
    return new Story(this.#text, {
      references: new Map(),
      marks: [],
      sectionEnds: new Set(),
      drawing: () => [],
      picture: (at) => inlinePicture(data, at),
      formField: (at) => readFormField(data, at),
      ...context,
    }).read(range);
  }

  #readMain(): XmlElement[] {
    const references = new Map<number, XmlElement>();
    for (const kind of ['footnote', 'endnote', 'comment'] as const)
      for (const [id, { start }] of this.#references(kind).entries())
        references.set(start, xml(`w:${kind}Reference`, { 'w:id': String(id) }));
    const drawings = new Drawings(this.#file, (box) => this.#read('textBoxes', box));
    const sections = readPositions(this.#file.part('sections'), 12);
    return this.#read('text', this.#stories.text, {
      references,
      marks: [...references.keys()]
        .filter((position) => (this.#text.text[position] ?? '') >= ' ')
        .sort((a, b) => a - b),
      sectionEnds: new Set(sections.map(({ end }) => end)),
      drawing: (position) => drawings.at(position),
    });
  }

  #references = (kind: Kind) =>
    readPositions(this.#file.part(`${kind}References`), referenceSize[kind]);

  #addNotes(kind: Kind): void {
    const references = this.#references(kind);
    const texts = readPositions(this.#file.part(`${kind}Texts` satisfies TableName), 0);
    const authors = kind === 'comment' ? readAuthors(this.#file.part('commentAuthors')) : [];
    const notes = references.map(({ data }, id) => {
      const range = texts[id] ?? { start: 0, end: 0 };
      const author = kind === 'comment' ? authors[data.getUint16(authorAt, true)] : undefined;
      return xml(
        `w:${kind}`,
        { 'w:id': String(id), ...(author === undefined ? {} : { 'w:author': author }) },
        this.#read(`${kind}s`, range),
      );
    });
    if (notes.length > 0) this.#add(`${kind}s`, `${kind}s`, xml(`w:${kind}s`, {}, notes));
  }
}

/** Returns the names of the authors of comments ([MS-DOC], 2.9.271: texts with their lengths). */
function readAuthors(table: Uint8Array): string[] {
  const names: string[] = [];
  for (let at = 0; at + 2 <= table.length; ) {
    const size = ((table[at] ?? 0) | ((table[at + 1] ?? 0) << 8)) * 2;
    names.push(new TextDecoder('utf-16le').decode(table.subarray(at + 2, at + 2 + size)));
    at += 2 + size;
  }
  return names;
}
