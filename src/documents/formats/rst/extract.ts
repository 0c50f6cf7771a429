import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { element } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { readBlocks } from './blocks.ts';
import { newDocument } from './inline.ts';

/** Extracts reStructuredText as its reader sees it. Includes nothing and runs no directive. Throws `DocumentFault`. */
export async function extractRst(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const text = (await decodeText(bytes, encoding))
    .replaceAll(/\r\n?/g, '\n')
    .replace(/^\ufeff/, '');
  const lines = text.split('\n').map((line) => line.replaceAll('\t', '        ').trimEnd());
  const blocks = readBlocks(lines, newDocument(lines), 0);
  return { text: writeMarkdown(element('body', blocks)), pages: null, isMarkdown: true };
}
