import { decodeHtml, decodeText } from '../../encoding/decode.ts';
import { DocumentFault } from '../../fault.ts';
import { element, type Node } from '../../markup/tree.ts';
import { headBytes, isCompoundFile, isZip } from '../../signature.ts';
import { readWebArchive } from '../eml/web-archive.ts';
import { readPage } from '../html/visible-page.ts';
import { readRtf } from '../rtf/extract.ts';

type Bytes = Uint8Array<ArrayBuffer>;

/** Reads a Word document; null inside of an embedded one, which embeds no further ones. */
export type ReadWord = ((bytes: Bytes) => Promise<Node[]>) | null;

/**
 * Reads a chunk by its content: names and declared types of chunks are often wrong. Throws `DocumentFault`.
 */
export async function readChunk(name: string, bytes: Bytes, readWord: ReadWord): Promise<Node[]> {
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
