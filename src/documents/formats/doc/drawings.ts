import { type ArtProperties, artTypes, readArtProperties, recordsIn } from '../../office-art.ts';
import { xml } from '../../ooxml/build-xml.ts';
import type { XmlElement } from '../../ooxml/xml.ts';
import { type Range, readPositions, type WordFile } from './file-information.ts';

interface Shape extends ArtProperties {
  readonly id: number;
}

const drawingType = 0xf002;
const anchorSize = 26;
const textBoxSize = 22;
const idAt = 14;
const maxDepth = 20;
const maxShapes = 100_000;

/** The drawings of the main text, with the text boxes in them ([MS-DOC], 2.8.37 and 2.8.32). */
export class Drawings {
  /** Identifiers of drawings by the positions of their anchors. */
  readonly #anchors: ReadonlyMap<number, number>;
  /** Shapes of each drawing, which may be a group. */
  readonly #shapes: ReadonlyMap<number, readonly Shape[]>;
  readonly #boxes: Map<number, Range>;
  readonly #read: (box: Range) => readonly XmlElement[];

  /** `read` reads a text box, whose positions are those of its story. */
  constructor(file: WordFile, read: (box: Range) => readonly XmlElement[]) {
    this.#read = read;
    this.#anchors = new Map(
      readPositions(file.part('anchors'), anchorSize).map(({ start, data }) => [
        start,
        data.getUint32(0, true),
      ]),
    );
    this.#shapes = readShapes(file.part('drawings'));
    this.#boxes = new Map(
      readPositions(file.part('textBoxes'), textBoxSize).map(({ start, end, data }) => [
        data.getUint32(idAt, true),
        { start, end },
      ]),
    );
  }

  /** Returns the drawing that is anchored at a position, as `w:pict` for each shape. No text box is read twice. */
  at(position: number): XmlElement[] {
    const id = this.#anchors.get(position);
    if (id === undefined) return [];
    const shapes = this.#shapes.get(id) ?? [
      { id, description: '', wordArt: '', isHidden: false, isTable: false },
    ];
    return shapes.filter(({ isHidden }) => !isHidden).map((shape) => this.#picture(shape));
  }

  #picture(shape: Shape): XmlElement {
    const box = this.#boxes.get(shape.id);
    this.#boxes.delete(shape.id);
    return picture(shape, box === undefined ? [] : [xml('w:txbxContent', {}, this.#read(box))]);
  }
}

const picture = (
  { description, wordArt }: ArtProperties,
  content: readonly XmlElement[],
): XmlElement =>
  xml('w:pict', {}, [
    xml('v:shape', { alt: description }, [xml('v:textpath', { string: wordArt })]),
    ...content,
  ]);

/** Returns the shapes of drawings by the identifier of the outermost group, or of the shape itself. */
function readShapes(table: Uint8Array): Map<number, Shape[]> {
  const shapes = new Map<number, Shape[]>();
  let count = 0;
  const add = (group: Uint8Array, outer: number | null, depth: number) => {
    let own = outer;
    for (const { type, content } of recordsIn(group)) {
      if (type === artTypes.group && depth < maxDepth) add(content, own, depth + 1);
      if (type !== artTypes.shape || count++ > maxShapes) continue;
      const shape = { id: idOf(content), ...readArtProperties(content) };
      // The first shape of a group stands for the group.
      if (depth > 0) own ??= shape.id;
      const drawing = (depth > 0 ? own : null) ?? shape.id;
      const known = shapes.get(drawing);
      if (known === undefined) shapes.set(drawing, [shape]);
      else known.push(shape);
    }
  };
  for (const drawing of drawingsIn(table))
    for (const { type, content } of recordsIn(drawing))
      if (type === artTypes.group) add(content, null, 0);
  return shapes;
}

/** The drawings follow what they share; a byte before each names its place. */
function* drawingsIn(table: Uint8Array): Generator<Uint8Array> {
  const [shared] = recordsIn(table);
  let rest = shared === undefined ? new Uint8Array(0) : table.subarray(8 + shared.content.length);
  while (rest.length > 9) {
    const [drawing] = recordsIn(rest.subarray(1));
    if (drawing?.type !== drawingType) return;
    yield drawing.content;
    rest = rest.subarray(9 + drawing.content.length);
  }
}

function idOf(shape: Uint8Array): number {
  for (const { type, content } of recordsIn(shape))
    if (type === artTypes.shapeHead && content.length >= 4)
      return new DataView(content.buffer, content.byteOffset).getUint32(0, true);
  return 0;
}

const shapeFile = 0x66;

/** Returns the alternative text of a picture in the data stream ([MS-DOC], 2.9.190), as `w:pict`; null for none. */
export function inlinePicture(data: Uint8Array, at: number): XmlElement | null {
  if (at + 8 > data.length) return null;
  const view = new DataView(data.buffer, data.byteOffset + at, data.length - at);
  const end = view.getUint32(0, true);
  const kind = view.getUint16(6, true);
  let from = view.getUint16(4, true);
  if (kind === shapeFile) from += 1 + (data[at + from] ?? 0);
  const [shape] = recordsIn(data.subarray(at + from, at + end));
  if (shape?.type !== artTypes.shape) return null;
  const properties = readArtProperties(shape.content);
  return properties.description === '' || properties.isHidden ? null : picture(properties, []);
}
