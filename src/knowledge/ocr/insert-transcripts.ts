import type { ExtractedDocument } from '../../documents/index.ts';

/** Returns a document with the transcripts of its scanned pages, by page, behind the text that they have. */
export function insertTranscripts(
  { scans: _, ...document }: ExtractedDocument,
  transcripts: ReadonlyMap<number, string>,
): ExtractedDocument {
  const { pages } = document;
  if (pages === null) return { ...document, text: transcripts.get(1) ?? document.text };
  const starts: number[] = [];
  let text = '';
  for (const [index, start] of pages.entries()) {
    const own = document.text.slice(start, pages[index + 1]).replace(/\n\n$/, '');
    const transcript = transcripts.get(index + 1) ?? '';
    if (text !== '') text += '\n\n';
    starts.push(text.length);
    text += own + (own === '' || transcript === '' ? '' : '\n\n') + transcript;
  }
  return { ...document, text, pages: starts };
}
