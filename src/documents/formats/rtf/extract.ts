import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { isTelling } from '../../markup/margins.ts';
import { element, textOf } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { RtfReader } from './reader.ts';

/**
 * Extracts what a reader of an RTF document sees: text with headings, list labels, tables, text boxes,
 * comments, notes, and each header and footer once. Skips hidden and deleted text, pictures and field
 * codes. Throws `DocumentFault`.
 */
export async function extractRtf(bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> {
  try {
    const { body, notes, margins } = new RtfReader().read(bytes);
    const seen = new Set<string>();
    const root = element('body', [
      ...body,
      ...notes,
      ...margins.filter((node) => isTelling(textOf(node), seen)),
    ]);
    return { text: writeMarkdown(root), pages: null, isMarkdown: true };
  } catch (error) {
    if (error instanceof DocumentFault) throw error;
    if (error instanceof RangeError)
      throw new DocumentFault('too_large', 'The document is nested too deeply.', error);
    throw new DocumentFault('corrupt', 'The RTF document is damaged.', error);
  }
}
