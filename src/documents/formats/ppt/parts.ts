import { DocumentFault } from '../../fault.ts';
import { recordsIn } from '../../office-art.ts';
import { xml } from '../../ooxml/build-xml.ts';
import { OfficePackage, type Part } from '../../ooxml/package.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { maxSlides } from '../pptx/extract.ts';
import { readComments } from './comments.ts';
import { footerOf } from './footer.ts';
import type { PresentationFile } from './presentation-file.ts';
import { contentOf, findRecord, numberAt, types } from './records.ts';
import { ShapeReader } from './shapes.ts';
import { readFonts, readTexts, type SlideText } from './text.ts';
import { type MasterBullets, readMasterBullets } from './text-properties.ts';

/** A slide, master or notes page in one of the lists of a presentation. */
interface Entry {
  readonly id: number;
  readonly content: Uint8Array;
  /** Texts of its placeholders. */
  readonly outline: readonly SlideText[];
}

const lists = { slides: 0, masters: 1, notes: 2 };
const mainName = 'presentation.xml';
const hidden = 4;

/** Translates a presentation of 1997 to 2003 into the parts that one of today has. */
export const translatePresentation = (
  file: PresentationFile,
): { parts: OfficePackage; main: Part } => new Translation(file).package();

class Translation {
  readonly #file: PresentationFile;
  readonly #shapes: ShapeReader;
  readonly #parts = new Map<string, XmlElement>();
  readonly #relations = new Map<string, XmlElement[]>();
  readonly #masters: ReadonlyMap<number, Entry>;
  readonly #notes: ReadonlyMap<number, Entry>;
  readonly #bullets = new Map<number, MasterBullets>();
  readonly #authors = new Map<string, number>();
  /** Footer of slides that have none of their own. */
  readonly #footer: string | null;

  constructor(file: PresentationFile) {
    this.#file = file;
    const { content } = file.document;
    this.#shapes = new ShapeReader({ fonts: readFonts(contentOf(content, types.environment)) });
    this.#masters = byId(this.#entries(lists.masters));
    this.#notes = byId(this.#entries(lists.notes));
    this.#footer = footerOf(content);
  }

  package(): { parts: OfficePackage; main: Part } {
    for (const id of this.#masters.keys()) this.#addMaster(id);
    const slides = this.#entries(lists.slides);
    for (const [index, slide] of slides.entries()) this.#addSlide(`slide${index}`, slide);
    this.#add(mainName, presentation(this.#file.document.content, slides.length));
    this.#relate(mainName, 'commentAuthors', 'authors.xml');
    this.#add(
      'authors.xml',
      xml(
        'p:cmAuthorLst',
        {},
        [...this.#authors].map(([name, id]) => xml('p:cmAuthor', { id: String(id), name })),
      ),
    );
    for (const [name, relations] of this.#relations)
      this.#add(`_rels/${name}.rels`, xml('Relationships', {}, relations));
    const parts = new OfficePackage(new Map(), this.#parts);
    return { parts, main: parts.part(mainName) as Part };
  }

  #add(name: string, root: XmlElement): void {
    this.#parts.set(name, xml('', {}, [root]));
  }

  #relate(from: string, type: string, target: string): void {
    const relations = this.#relations.get(from) ?? [];
    this.#relations.set(from, relations);
    relations.push(xml('Relationship', { Id: target, Type: type, Target: target }));
  }

  /** Returns the entries of a list, each followed by its texts ([MS-PPT], 2.4.14.3). */
  #entries(kind: number): Entry[] {
    const entries: Entry[] = [];
    for (const list of recordsIn(this.#file.document.content)) {
      if (list.type !== types.slideList || list.instance !== kind) continue;
      const starts = [...recordsIn(list.content)].filter(({ type }) => type === types.slidePlace);
      if (starts.length > maxSlides)
        throw new DocumentFault('too_many_pages', `At most ${maxSlides} slides are supported.`);
      for (const [index, { content }] of starts.entries()) {
        const from = content.byteOffset + content.length - list.content.byteOffset;
        const next = starts[index + 1];
        const to =
          next === undefined
            ? list.content.length
            : next.content.byteOffset - list.content.byteOffset - 8;
        entries.push({
          id: numberAt(content, 12),
          content: this.#file.at(numberAt(content, 0))?.content ?? new Uint8Array(0),
          outline: readTexts(list.content.subarray(from, to)),
        });
      }
    }
    return entries;
  }

  #addMaster(id: number): void {
    const master = this.#masters.get(id);
    if (master === undefined) return;
    const bullets = this.#bulletsOf(id);
    const shapes = this.#shapes.read(master.content, master.outline, bullets);
    this.#add(`master${id}.xml`, slidePart('p:sldLayout', shapes));
  }

  /** A title master has the styles of the master that it belongs to. */
  #bulletsOf(id: number): MasterBullets {
    const known = this.#bullets.get(id);
    if (known !== undefined) return known;
    const master = this.#masters.get(id)?.content ?? new Uint8Array(0);
    const own = readMasterBullets(master);
    this.#bullets.set(id, own);
    const base = numberAt(contentOf(master, types.slideHead), 12);
    const bullets = own.size > 0 || !this.#masters.has(base) ? own : this.#bulletsOf(base);
    this.#bullets.set(id, bullets);
    return bullets;
  }

  #addSlide(id: string, { content, outline }: Entry): void {
    const name = `${id}.xml`;
    const head = contentOf(content, types.slideHead);
    const master = numberAt(head, 12);
    const notes = this.#notes.get(numberAt(head, 16));
    const bullets = this.#bulletsOf(master);
    const footer = footerOf(content) ?? this.#footer;
    const shapes = this.#shapes.read(content, outline, bullets);
    const flags = contentOf(content, types.slideShow)[10] ?? 0;
    const show = (flags & hidden) === 0 ? '1' : '0';
    this.#add(name, slidePart('p:sld', [...shapes, ...footerShape(footer)], { show }));
    this.#relate(mainName, 'slide', name);
    if (this.#masters.has(master)) this.#relate(name, 'slideLayout', `master${master}.xml`);
    if (notes !== undefined) {
      const page = this.#shapes.read(notes.content, notes.outline, bullets);
      this.#add(`notes-${name}`, slidePart('p:notes', page));
      this.#relate(name, 'notesSlide', `notes-${name}`);
    }
    const comments = readComments(content, this.#authors);
    if (comments.length === 0) return;
    this.#add(`comments-${name}`, xml('p:cmLst', {}, comments));
    this.#relate(name, 'comments', `comments-${name}`);
  }
}

const byId = (entries: readonly Entry[]) => new Map(entries.map((entry) => [entry.id, entry]));

const slidePart = (
  name: string,
  shapes: readonly XmlElement[],
  attributes: Readonly<Record<string, string>> = {},
): XmlElement => xml(name, attributes, [xml('p:cSld', {}, [xml('p:spTree', {}, shapes)])]);

const footerShape = (text: string | null): XmlElement[] =>
  text === null
    ? []
    : [
        xml('p:sp', {}, [
          xml('p:nvSpPr', {}, [xml('p:nvPr', {}, [xml('p:ph', { type: 'ftr' })])]),
          xml('p:txBody', {}, [xml('a:p', {}, [xml('a:r', {}, [xml('a:t', {}, [text])])])]),
        ]),
      ];

function presentation(document: Uint8Array, slides: number): XmlElement {
  const head = findRecord(document, types.documentHead)?.content ?? new Uint8Array(0);
  return xml('p:presentation', { rtl: String(Number(head[37] === 1)) }, [
    xml('p:sldSz', { cx: String(numberAt(head, 0)), cy: String(numberAt(head, 4)) }),
    xml(
      'p:sldIdLst',
      {},
      Array.from({ length: slides }, (_, index) => xml('p:sldId', { 'r:id': `slide${index}.xml` })),
    ),
  ]);
}
