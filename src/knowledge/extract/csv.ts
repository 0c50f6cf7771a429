import { cleanText, DocumentFault, decodeText, type ExtractedDocument, tableRow, tableRule } from './document.ts';

const maxRows = 200_000;
const maxFieldCharacters = 1_000_000;

/** A Markdown table of all rows; the first one is the header. */
export async function extractCsv(bytes: Uint8Array<ArrayBuffer>): Promise<ExtractedDocument> {
  const { default: papa } = await import('papaparse');
  const { data } = papa.parse<string[]>(cleanText(decodeText(bytes)), { skipEmptyLines: 'greedy' });
  if (data.length > maxRows) throw new DocumentFault('too_large', `The table has more than ${maxRows} rows.`);
  if (data.some((row) => row.some((field) => field.length > maxFieldCharacters))) {
    throw new DocumentFault('too_large', `A field has more than ${maxFieldCharacters} characters; is a quote not closed?`);
  }
  const [header = [], ...rows] = data;
  return { text: [tableRow(header), tableRule(header.length), ...rows.map(tableRow)].join('\n'), pages: null, isMarkdown: true };
}
