import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { frontMatterProperties, writeFrontMatter } from './front-matter.ts';
import { withoutJsx } from './jsx.ts';

/** Extracts Markdown, with the fields in front of it as text. Throws `DocumentFault`. */
export async function extractMarkdown(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
  isMdx: boolean,
): Promise<ExtractedDocument> {
  const source = cleanText(await decodeText(bytes, encoding));
  const text = writeFrontMatter(source);
  return {
    text: isMdx ? cleanText(withoutJsx(text)).trim() : text,
    pages: null,
    isMarkdown: true,
    properties: frontMatterProperties(source),
  };
}
