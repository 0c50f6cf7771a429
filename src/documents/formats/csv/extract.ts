import { cleanText } from '../../clean-text.ts';
import type { ExtractedDocument } from '../../document.ts';
import { decodeText } from '../../encoding/decode.ts';
import { DocumentFault } from '../../fault.ts';
import { tableRow, tableRule } from '../../markup/table-row.ts';

const maxRows = 200_000;
const maxFieldCharacters = 1_000_000;
/** First line with which Excel declares the delimiter. */
const excelDelimiter = /^\ufeff?"?sep=([^\r\n])"?\r?\n/i;

/**
 * Extracts a CSV or TSV file as a Markdown table; its first row is the header. Throws
 * `DocumentFault`.
 */
export async function extractCsv(
  bytes: Uint8Array<ArrayBuffer>,
  encoding: string | null,
): Promise<ExtractedDocument> {
  const { default: papa } = await import('papaparse');
  const text = await decodeText(bytes, encoding);
  const named = excelDelimiter.exec(text);
  const { data } = papa.parse<string[]>(text.slice(named?.[0].length ?? 0), {
    delimiter: named?.[1] ?? '',
    skipEmptyLines: 'greedy',
  });
  if (data.length > maxRows)
    throw new DocumentFault('too_large', `The table has more than ${maxRows} rows.`);
  if (data.some((row) => row.some((field) => field.length > maxFieldCharacters))) {
    throw new DocumentFault(
      'too_large',
      `A field has more than ${maxFieldCharacters} characters. Check for an unclosed quote.`,
    );
  }
  const [header = [], ...rows] = data.map((row) => row.map(cleanText));
  return {
    text: [tableRow(header), tableRule(header.length), ...rows.map(tableRow)].join('\n'),
    pages: null,
    isMarkdown: true,
  };
}
