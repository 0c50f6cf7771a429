import type { ExtractedDocument } from '../../document.ts';
import { decodeHtml } from '../../encoding/decode.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { pageProperties } from './page-properties.ts';
import { parseHtml } from './parse.ts';
import { elementsIn, visiblePage } from './visible-page.ts';

/**
 * Extracts the visible text of an HTML file as Markdown. Links keep their text and lose their address,
 * so that quotes of the text stay readable. Throws `DocumentFault`.
 */
export async function extractHtml(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const nodes = parseHtml(await decodeHtml(bytes, encoding)).childNodes;
  const { body, title } = visiblePage(nodes);
  const properties = pageProperties([...elementsIn(nodes)], title);
  return { text: writeMarkdown(body), pages: null, isMarkdown: true, properties };
}
