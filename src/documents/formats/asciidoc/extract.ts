import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { element } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { readBlocks } from './blocks.ts';
import { readHeader } from './header.ts';

/** Extracts AsciiDoc as its reader sees it. Includes no file and evaluates no condition. Throws `DocumentFault`. */
export async function extractAsciidoc(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const text = (await decodeText(bytes, encoding))
    .replaceAll(/\r\n?/g, '\n')
    .replace(/^\ufeff/, '');
  const lines = text.split('\n').map((line) => line.trimEnd());
  const { document, nodes, rest } = readHeader(lines);
  const blocks = readBlocks(rest, document, 0);
  const notes = document.notes.map((note, index) =>
    element('item', [note], { label: `[${index + 1}]`, close: String(index > 0) }),
  );
  return {
    text: writeMarkdown(element('body', [...nodes, ...blocks, ...notes])),
    pages: null,
    isMarkdown: true,
  };
}
