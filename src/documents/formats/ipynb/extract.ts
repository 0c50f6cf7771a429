import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { fenced, nestDocument, nestMarkdown } from '../../markup/nest.ts';
import { type Cell, readNotebook } from './notebook.ts';
import { readOutputs, withoutData } from './outputs.ts';

/**
 * Extracts a Jupyter notebook: Markdown cells as they are, code cells as code blocks of the kernel's
 * language, and their outputs without pictures. Throws `DocumentFault`.
 */
export async function extractNotebook(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const { language, cells } = readNotebook(await decodeText(bytes, encoding));
  const blocks = cells.flatMap((cell) => readCell(cell, language)).filter((text) => text !== '');
  return { text: cleanText(blocks.join('\n\n')).trim(), pages: null, isMarkdown: true };
}

function readCell({ kind, source, level, outputs }: Cell, language: string): string[] {
  const text = source.replaceAll(/\r\n?/g, '\n').trimEnd();
  switch (kind) {
    case 'markdown':
      return [nestMarkdown(withoutData(text).trim(), 0)];
    case 'heading':
      return [`${'#'.repeat(level)} ${text.replaceAll(/\s+/g, ' ').trim()}`];
    case 'raw':
      return [nestDocument({ text, pages: null, isMarkdown: false }, 0)];
    case 'code':
      return [
        ...(text.trim() === '' ? [] : [fenced(text, languageOf(text) ?? language)]),
        ...readOutputs(outputs),
      ];
  }
}

/** Language of a cell that a magic command gives to another interpreter; null for others. */
const languageOf = (source: string): string | null =>
  /^\s*%%(bash|sh|sql|html|javascript|js|latex|perl|ruby|r|svg)\b/i
    .exec(source)?.[1]
    ?.toLowerCase() ?? null;
