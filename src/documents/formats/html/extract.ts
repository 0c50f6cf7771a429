import type { ExtractedDocument } from '../../document.ts';
import { decodeHtml } from '../../encoding/decode.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { readPage } from './visible-page.ts';

/**
 * Extracts the visible text of an HTML file as Markdown. Links keep their text and lose their address,
 * so that quotes of the text stay readable. Throws `DocumentFault`.
 */
export async function extractHtml(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const { body } = readPage(await decodeHtml(bytes, encoding));
  return { text: writeMarkdown(body), pages: null, isMarkdown: true };
}
