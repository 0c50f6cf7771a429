import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { DocumentFault } from '../../fault.ts';
import { readCues } from './cues.ts';
import { toParagraphs } from './paragraphs.ts';

/**
 * Extracts the speech of a WebVTT or SubRip file as paragraphs that begin with their time, `[01:02:03]`. Throws
 * `DocumentFault`.
 */
export async function extractSubtitles(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const text = cleanText(await decodeText(bytes, encoding));
  if (!/-->/.test(text)) throw new DocumentFault('empty_document', 'The file contains no cues.');
  return { text: toParagraphs(readCues(text)).join('\n\n'), pages: null, isMarkdown: false };
}
