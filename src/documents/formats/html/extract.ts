import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { decodeHtml } from '../../encoding/decode.ts';
import { DocumentFault } from '../../fault.ts';
import { toMarkdown } from '../../markup/markdown.ts';
import type { Element } from '../../markup/tree.ts';
import { readPage } from './visible-page.ts';

/** HTML as Markdown of what a reader sees; of its links the text alone: a quote reads better so. Throws `DocumentFault`. */
export async function extractHtml(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const { body } = readPage(await decodeHtml(bytes, encoding));
  return { text: writeMarkdown(body), pages: null, isMarkdown: true };
}

/** Throws `too_large` for a tree that is nested too deeply. */
export function writeMarkdown(root: Element, base_url: string | null = null): string {
  try {
    return cleanText(toMarkdown(root, base_url)).trim();
  } catch (error) {
    if (error instanceof RangeError)
      throw new DocumentFault('too_large', 'The document is nested too deeply.', error);
    throw error;
  }
}
