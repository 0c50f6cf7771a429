import { maxCharacters } from '../../document.ts';
import { DocumentFault, LimitFault } from '../../fault.ts';
import { element, isElement, type Node, textOf } from '../../markup/tree.ts';
import type { OfficePackage } from '../../ooxml/package.ts';
import type { ReadWord } from './read-chunk.ts';

/** Documents of other formats that a Word document embeds in its text (`w:altChunk`, ECMA-376, 17.17.2). */
export class Chunks {
  readonly #parts: OfficePackage;
  readonly #chunks = new Map<string, { readonly nodes: readonly Node[]; readonly size: number }>();
  #size = 0;

  private constructor(parts: OfficePackage) {
    this.#parts = parts;
  }

  /** Reads what these parts embed. Throws `too_large`. */
  static async read(
    parts: OfficePackage,
    names: readonly string[],
    readWord: ReadWord,
  ): Promise<Chunks> {
    const chunks = new Chunks(parts);
    const targets = new Set(names.flatMap((name) => parts.relatedNames(name, 'aFChunk')));
    let total = 0;
    for (const target of targets) {
      const nodes = await readOrRefuse(target, parts.bytes(target), readWord);
      const size = sizeOf(nodes);
      total += size;
      checkSize(total);
      chunks.#chunks.set(target, { nodes, size });
    }
    return chunks;
  }

  /** Returns the chunk that a part references by this id. Throws `too_large` for chunks in great number. */
  nodes(part: string, id: string | undefined): Node[] {
    const chunk = this.#chunks.get(this.#parts.target(part, id) ?? '');
    this.#size += chunk?.size ?? 0;
    checkSize(this.#size);
    return [...(chunk?.nodes ?? [])];
  }
}

/** In characters: what an element without text costs. */
const elementSize = 10;

const sizeOf = (nodes: readonly Node[]): number =>
  nodes.reduce(
    (size, node) => size + (isElement(node) ? elementSize + sizeOf(node.children) : node.length),
    0,
  );

function checkSize(size: number): void {
  if (size > maxCharacters)
    throw new LimitFault('The documents embedded in the Word document are too large.');
}

/** Returns the content of a chunk; for one that cannot be read, a line that states the reason. */
async function readOrRefuse(
  name: string,
  bytes: Uint8Array | null,
  readWord: ReadWord,
): Promise<Node[]> {
  const title = name.split('/').at(-1) ?? name;
  const refused = (reason: string) => [element('p', [`${title}: ${reason}`], { refused: 'true' })];
  if (bytes === null) return refused('The embedded file is missing or of an unsupported type.');
  try {
    // Most documents need none of the other readers.
    const { readChunk } = await import('./read-chunk.ts');
    return await readChunk(name, Uint8Array.from(bytes), readWord);
  } catch (error) {
    if (error instanceof DocumentFault && !(error instanceof LimitFault))
      return refused(error.message);
    throw error;
  }
}

/** Throws `unsupported` for a document that shows nothing but chunks that cannot be read. */
export function checkChunks(nodes: readonly Node[]): void {
  const shown = nodes.filter((node) => textOf(node).trim() !== '');
  const [first] = shown;
  const isRefused = (node: Node) => isElement(node) && node.attributes.refused === 'true';
  if (first !== undefined && shown.every(isRefused))
    throw new DocumentFault('unsupported', textOf(first));
}
