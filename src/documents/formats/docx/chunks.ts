import { maxCharacters } from '../../document.ts';
import { decodeHtml, decodeText } from '../../encoding/decode.ts';
import { DocumentFault, LimitFault } from '../../fault.ts';
import { element, isElement, type Node, textOf } from '../../markup/tree.ts';
import type { OfficePackage } from '../../ooxml/package.ts';
import { headBytes, isCompoundFile, isZip } from '../../signature.ts';
import { readWebArchive } from '../eml/web-archive.ts';
import { readPage } from '../html/visible-page.ts';
import { readRtf } from '../rtf/extract.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Reads a Word document; null inside of an embedded one, which embeds no further ones. */
export type ReadWord = ((bytes: Bytes) => Promise<Node[]>) | null;

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
      const nodes = await readChunk(target, parts.bytes(target), readWord);
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
async function readChunk(
  name: string,
  bytes: Uint8Array | null,
  readWord: ReadWord,
): Promise<Node[]> {
  const title = name.split('/').at(-1) ?? name;
  const refused = (reason: string) => [element('p', [`${title}: ${reason}`], { refused: 'true' })];
  if (bytes === null) return refused('The embedded file is missing or of an unsupported type.');
  try {
    return await readContent(name, Uint8Array.from(bytes), readWord);
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
  if (first !== undefined && shown.every(isRefused)) throw unsupported(textOf(first));
}

/** Reads a chunk by its content: names and declared types of chunks are often wrong. */
async function readContent(name: string, bytes: Bytes, readWord: ReadWord): Promise<Node[]> {
  if (isZip(bytes)) {
    if (readWord === null) throw unsupported('The embedded document is nested too deeply.');
    return [element('div', await readWord(bytes))];
  }
  const head = new TextDecoder('latin1').decode(bytes.subarray(0, headBytes));
  const start = head
    .replace(/^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)/, '')
    .replaceAll('\0', '')
    .trimStart();
  if (start.startsWith('{\\rtf')) return [element('div', readRtf(bytes))];
  if (
    isCompoundFile(bytes) ||
    start.startsWith('%PDF') ||
    /<(?:pkg:package|\w+:(?:document|wordDocument))\b/.test(start)
  )
    throw unsupported('Files of this type are not supported.');
  if (/\.te?xt$/i.test(name)) return paragraphs(await decodeText(bytes));
  if (
    /^(?:MIME-Version|Content-[\w-]+|From|Subject|Date|Snapshot-[\w-]+|X-[\w-]+)[ \t]*:/i.test(
      start,
    )
  ) {
    const archive = await readWebArchive(bytes);
    return 'page' in archive ? [archive.page] : paragraphs(archive.text);
  }
  return start.startsWith('<') || /\.x?html?$/i.test(name)
    ? [readPage(await decodeHtml(bytes)).body]
    : paragraphs(await decodeText(bytes));
}

const unsupported = (detail: string) => new DocumentFault('unsupported', detail);

const paragraphs = (text: string): Node[] =>
  text.split(/\r\n?|\n/).map((line) => element('p', [line]));
