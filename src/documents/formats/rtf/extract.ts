import type { ExtractedDocument } from '../../document.ts';
import { DocumentFault } from '../../fault.ts';
import { isTelling } from '../../markup/margins.ts';
import { element, type Node, textOf } from '../../markup/tree.ts';
import { writeMarkdown } from '../../markup/write-markdown.ts';
import { RtfReader } from './reader.ts';

/**
 * Extracts what a reader of an RTF document sees: text with headings, list labels, tables, text boxes,
 * comments, notes, and each header and footer once. Skips hidden and deleted text, pictures and field
 * codes. Throws `DocumentFault`.
 */
export async function extractRtf(bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> {
  return { text: writeMarkdown(element('body', readRtf(bytes))), pages: null, isMarkdown: true };
}

/** Returns the content of an RTF document. Throws `DocumentFault`. */
export function readRtf(bytes: Uint8Array): Node[] {
  try {
    const { body, notes, margins } = new RtfReader().read(
      bytes.subarray(Math.max(0, bytes.indexOf(0x7b))),
    );
    const seen = new Set<string>();
    return [...body, ...notes, ...margins.filter((node) => isTelling(textOf(node), seen))];
  } catch (error) {
    if (error instanceof DocumentFault) throw error;
    if (error instanceof RangeError)
      throw new DocumentFault('too_large', 'The document is nested too deeply.', error);
    throw new DocumentFault('corrupt', 'The RTF document is damaged.', error);
  }
}
