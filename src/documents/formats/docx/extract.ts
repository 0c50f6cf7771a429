import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { isTelling } from '../../markup/margins.ts';
import { romanNumeral } from '../../markup/numerals.ts';
import { element, type Node, textOf } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { readDrawing } from '../../ooxml/drawing.ts';
import {
  type OfficePackage,
  type Part,
  packageBudget,
  readPackage,
  withFaults,
} from '../../ooxml/package.ts';
import { descendants, elementsOf, flagOf, type XmlElement } from '../../ooxml/xml.ts';
import { BodyReader } from './body.ts';
import { Chunks, checkChunks } from './chunks.ts';
import { Numbering } from './numbering.ts';
import type { ReadWord } from './read-chunk.ts';
import { Styles } from './styles.ts';

const wordDocument = {
  title: 'Word document',
  root: 'w:document',
  mainName: /(?:^|\/)document\d*\.xml$/i,
};

/**
 * Extracts what a reader of a Word document sees: text with headings, list labels, tables, text
 * boxes, diagrams, embedded documents, notes, comments, and each header and footer once, with tracked insertions accepted. Skips
 * hidden and deleted text and pictures. Never fetches external parts.
 */
export function extractDocx(bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> {
  const budget = packageBudget(bytes);
  const readWord: ReadWord = (embedded) =>
    readPackage(
      embedded,
      wordDocument,
      (parts, main) => new WordReader(parts, main).read(null),
      budget,
    );
  return readPackage(
    bytes,
    wordDocument,
    (parts, main) => writeDocument(parts, main, readWord),
    budget,
  );
}

/** Extracts a document that is translated from another format into the parts of a Word document. */
export const extractTranslated = (
  translate: () => { readonly parts: OfficePackage; readonly main: Part },
): Promise<ExtractedDocument> =>
  withFaults(wordDocument, () => {
    const { parts, main } = translate();
    return writeDocument(parts, main, null);
  });

async function writeDocument(
  parts: OfficePackage,
  main: Part,
  readWord: ReadWord,
): Promise<ExtractedDocument> {
  const nodes = await new WordReader(parts, main).read(readWord);
  checkChunks(nodes);
  return {
    text: writeMarkdown(element('body', nodes)),
    pages: null,
    isMarkdown: true,
    properties: parts.properties(),
  };
}

type NoteKind = 'footnote' | 'endnote';

class WordReader {
  readonly #parts: OfficePackage;
  readonly #main: Part;
  readonly #styles: Styles;
  readonly #numbering: Numbering;
  /** Ids of notes per kind, in the order of their references. */
  readonly #notes: Readonly<Record<NoteKind, string[]>> = { footnote: [], endnote: [] };
  /** Ids of comments, in the order of their references. */
  readonly #comments = new Set<string>();
  #chunks: Chunks | null = null;

  constructor(parts: OfficePackage, main: Part) {
    this.#parts = parts;
    this.#main = main;
    const related = (type: string) => parts.related(this.#main.name, type)?.root ?? null;
    this.#styles = new Styles(related('styles'));
    this.#numbering = new Numbering(related('numbering'), this.#styles);
  }

  async read(readWord: ReadWord): Promise<Node[]> {
    const { name } = this.#main;
    const others = ['footnotes', 'endnotes', 'comments', 'header', 'footer'].flatMap((type) =>
      this.#parts.relatedNames(name, type),
    );
    this.#chunks = await Chunks.read(this.#parts, [name, ...others], readWord);
    const body = [...descendants(this.#main.root, 'w:body')][0];
    if (body === undefined) throw new DocumentFault('corrupt', 'The Word document has no body.');
    const text = this.#reader(this.#main).read(body);
    return [
      ...text,
      ...this.#readNotes('footnote'),
      ...this.#readNotes('endnote'),
      ...this.#readComments(),
      ...this.#readMargins(),
    ];
  }

  #reader(part: Part, isMargin = false): BodyReader {
    return new BodyReader({
      styles: this.#styles,
      numbering: this.#numbering,
      noteMark: (kind, id) => this.#markOf(kind, id),
      drawing: (node) => readDrawing(node, this.#parts, part.name),
      embedded: (id) => this.#chunks?.nodes(part.name, id) ?? [],
      comment: (id) => void this.#comments.add(id),
      skipsPageFields: isMargin,
    });
  }

  #markOf(kind: NoteKind, id: string): string {
    const ids = this.#notes[kind];
    if (!ids.includes(id)) ids.push(id);
    const number = ids.indexOf(id) + 1;
    return `[${kind === 'endnote' ? romanNumeral(number) : number}]`;
  }

  #readNotes(kind: NoteKind): Node[] {
    const part = this.#parts.related(this.#main.name, `${kind}s`);
    if (part === null) return [];
    const notes = new Map(
      [...descendants(part.root, `w:${kind}`)].map((note) => [note.attributes['w:id'] ?? '', note]),
    );
    const reader = this.#reader(part);
    return this.#notes[kind].flatMap((id): Node[] => {
      const note = notes.get(id);
      return note === undefined
        ? []
        : [
            element('item', reader.read({ ...note, name: 'w:body' }), {
              label: this.#markOf(kind, id),
              close: 'false',
            }),
          ];
    });
  }

  /** Returns the comments on visible text, with their authors. */
  #readComments(): Node[] {
    const part = this.#parts.related(this.#main.name, 'comments');
    if (part === null) return [];
    const reader = this.#reader(part);
    const comments = [...descendants(part.root, 'w:comment')]
      .filter(({ attributes }) => this.#comments.has(attributes['w:id'] ?? ''))
      .map((comment) => {
        const author = comment.attributes['w:author'] ?? '';
        const text = reader
          .read({ ...comment, name: 'w:body' })
          .map(textOf)
          .join(' ')
          .trim();
        return author === '' || text === '' ? text : `${author}: ${text}`;
      })
      .filter((text) => text !== '');
    const items = comments.map((text, index) =>
      element('item', [text], { label: '-', close: String(index > 0) }),
    );
    return items.length === 0 ? [] : [element('p', ['Comments:']), ...items];
  }

  /** Returns each visible header and footer once, without page numbers. */
  #readMargins(): Node[] {
    const settings = this.#parts.related(this.#main.name, 'settings')?.root;
    const hasEven =
      settings !== undefined && flagOf(elementsOf(settings)[0], 'w:evenAndOddHeaders') === true;
    const parts = new Set<string>();
    for (const section of sectionsOf(this.#main.root)) {
      for (const { name, attributes } of elementsOf(section)) {
        const type = attributes['w:type'] ?? 'default';
        const isShown =
          type === 'default' ||
          (type === 'first' ? flagOf(section, 'w:titlePg') === true : hasEven);
        const target =
          /^w:(?:header|footer)Reference$/.test(name) && isShown
            ? this.#parts.target(this.#main.name, attributes['r:id'])
            : null;
        if (target !== null) parts.add(target);
      }
    }
    const seen = new Set<string>();
    return [...parts].flatMap((name) => {
      const part = this.#parts.part(name);
      const [root] = elementsOf(part?.root);
      if (part === null || root === undefined) return [];
      return this.#reader(part, true)
        .read({ ...root, name: 'w:body' })
        .filter((node) => isTelling(textOf(node), seen));
    });
  }
}

const sectionsOf = (root: XmlElement): XmlElement[] => {
  const [body] = descendants(root, 'w:body');
  return body === undefined ? [] : [...descendants(body, 'w:sectPr')];
};
